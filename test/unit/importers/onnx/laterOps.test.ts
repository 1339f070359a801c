/** Operators that came after the node tests of Debian's package: computed as onnxruntime does, as loaded and by the kernels. */
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/onnx/index.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { BACKENDS, randomTensor, runOn } from '../../../ops/harness.ts'
import { evaluate } from '../../passes/recognise/helpers.ts'
import { runOnnx } from './oracle.ts'
import { type Field, float, int, ints, model, node, raw, text, value } from './write.ts'

const SHAPE = [2, 6, 4, 5]
const vector = (name: string, size: number, seed: number): Field => raw(name, [size], randomTensor([size], seed).data as Float32Array)
const sizes = (...list: number[]): Field => [
  5,
  'message',
  [[1, 'varint', list.length], [2, 'varint', 7], [8, 'string', 'sizes'], ...list.map((n): Field => [7, 'varint', n])],
]

/** The fields of the graph beside its input and output, the operator set, and the shape of the result. */
const CASES: readonly (readonly [string, readonly Field[], number, readonly number[]])[] = [
  ['Mish', [node('Mish', ['x'], ['y'])], 18, SHAPE],
  ['Gelu', [node('Gelu', ['x'], ['y'])], 20, SHAPE],
  ['Gelu, by tanh', [node('Gelu', ['x'], ['y'], '', [text('approximate', 'tanh')])], 20, SHAPE],
  [
    'GroupNormalization',
    [node('GroupNormalization', ['x', 's', 'b'], ['y'], '', [int('num_groups', 3), float('epsilon', 1e-3)]), vector('s', 6, 2), vector('b', 6, 3)],
    21,
    SHAPE,
  ],
  [
    'LayerNormalization over the last axis, as ConvNeXt has it',
    [
      node('Transpose', ['x'], ['t'], '', [ints('perm', [0, 2, 3, 1])]),
      node('LayerNormalization', ['t', 's', 'b'], ['n'], '', [int('axis', -1)]),
      node('Transpose', ['n'], ['y'], 'back', [ints('perm', [0, 3, 1, 2])]),
      vector('s', 6, 2),
      vector('b', 6, 3),
    ],
    17,
    SHAPE,
  ],
  ...(['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'] as const).flatMap((rule) =>
    (['linear', 'nearest', 'cubic'] as const).map(
      (mode) =>
        [
          `Resize, ${mode}, ${rule}`,
          [
            node('Resize', ['x', '', '', 'sizes'], ['y'], '', [
              text('mode', mode),
              text('coordinate_transformation_mode', rule),
              ints('axes', [2, 3]),
              text('nearest_mode', 'floor'),
            ]),
            sizes(7, 8),
          ],
          19,
          [2, 6, 7, 8],
        ] as const,
    ),
  ),
]

describe.each(CASES)('%s', (_name, fields, opset, shape) => {
  const bytes = model([...fields, [11, 'message', value('x', SHAPE)], [12, 'message', value('y', [...shape])]], opset)

  it('is what onnxruntime computes', async () => {
    const base = randomTensor(SHAPE, 1)
    const input = { ...base, data: base.data.map((v) => 4 * v) }
    const [expected] = await runOnnx(bytes, [input])
    const { graph } = await importer.open({ name: 'm.onnx', bytes }, {})
    const results = [evaluate(graph, [input])[0], evaluate(recognise(graph), [input])[0]]
    for (const backend of BACKENDS) results.push((await runOn(backend, fuse(recognise(graph)), [input]))[0])
    for (const result of results) {
      expect(result?.shape).toEqual(shape)
      result?.data.forEach((v, i) => {
        expect(Math.abs(v - (expected?.data[i] ?? Number.NaN))).toBeLessThan(2e-5)
      })
    }
  })
})
