/** Exports of TensorFlow: grouped convolutions cut apart, each part with its activation, and a channel shuffle in the order NHWC. */
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/onnx/index.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { BACKENDS, randomTensor, runOn } from '../../../ops/harness.ts'
import { evaluate, largestDifference, opsOf } from '../../passes/recognise/helpers.ts'
import { runOnnx } from './oracle.ts'
import { type Field, int, ints, model, node, raw, value } from './write.ts'

const IN = [1, 12, 5, 4]
const GROUPS = 3
const parts = (name: string): string[] => Array.from({ length: GROUPS }, (_, i) => `${name}${i}`)
const random = (name: string, shape: number[], seed: number): Field => raw(name, shape, randomTensor(shape, seed).data as Float32Array)
const shape = (name: string, list: number[]): Field => [
  5,
  'message',
  [[1, 'varint', list.length], [2, 'varint', 7], [8, 'string', name], ...list.map((n): Field => [7, 'varint', n])],
]

const fields: Field[] = [
  node('Split', ['x', 'sizes'], parts('in'), 'split', [int('axis', 1)]),
  shape('sizes', [4, 4, 4]),
  ...parts('').flatMap((i, k): Field[] => [
    node('Conv', [`in${i}`, `w${i}`, `b${i}`], [`c${i}`], `conv${i}`),
    random(`w${i}`, [6, 4, 1, 1], k + 1),
    random(`b${i}`, [6], k + 11),
    node('Relu', [`c${i}`], [`r${i}`], `relu${i}`),
  ]),
  node('Concat', parts('r'), ['joined'], 'join', [int('axis', 1)]),
  node('Transpose', ['joined'], ['nhwc'], 'nhwc', [ints('perm', [0, 2, 3, 1])]),
  node('Reshape', ['nhwc', 'cut'], ['five'], 'cut', []),
  shape('cut', [1, 5, 4, 3, 6]),
  node('Transpose', ['five'], ['swapped'], 'swap', [ints('perm', [0, 1, 2, 4, 3])]),
  node('Reshape', ['swapped', 'whole'], ['four'], 'whole', []),
  shape('whole', [1, 5, 4, 18]),
  node('Transpose', ['four'], ['y'], 'nchw', [ints('perm', [0, 3, 1, 2])]),
  [11, 'message', value('x', IN)],
  [12, 'message', value('y', [1, 18, 5, 4])],
]

describe('an export of TensorFlow', () => {
  const bytes = model(fields)
  const x = randomTensor(IN, 5)

  it('is a grouped convolution, its activation, and a channel shuffle', async () => {
    const graph = recognise((await importer.open({ name: 'tf.onnx', bytes }, {})).graph)
    expect(opsOf(graph)).toEqual(['conv2d', 'activation', 'channelShuffle'])
    expect(graph.nodes[0]?.attrs.groups).toBe(GROUPS)
    expect(graph.nodes[2]?.attrs).toEqual({ groups: GROUPS, order: '(g,n)' })
  })

  it.each(BACKENDS)('computes what onnxruntime does on $backend x$threads', async (backend) => {
    const { graph } = await importer.open({ name: 'tf.onnx', bytes }, {})
    const [expected] = await runOnnx(bytes, [x])
    const [plain] = evaluate(graph, [x])
    expect(largestDifference(plain, expected)).toBeLessThan(1e-5)
    const fused = fuse(recognise(graph))
    expect(opsOf(fused)).toEqual(['conv2d'])
    expect(largestDifference((await runOn(backend, fused, [x]))[0], expected)).toBeLessThan(1e-5)
  })
})
