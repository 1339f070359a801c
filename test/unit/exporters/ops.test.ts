/** Each op written as ONNX, in all the ways that its attributes ask for: onnxruntime and our own importer compute what the op says. */
import { describe, expect, it } from 'vitest'
import { EMITTERS } from '../../../engine/exporters/onnxOps.ts'
import { evaluateGraph, type Graph, type HostTensor, NONE, openModel, recognise, type TensorId, tensorOf, writeOnnx } from '../../../engine/index.ts'
import { GraphBuilder } from '../../../engine/ir/build.ts'
import type { Attributes } from '../../../engine/ir/graph.ts'
import { OP_KINDS, OPS } from '../../../engine/ops/registry.ts'
import { randomTensor, relativeError } from '../../ops/harness.ts'
import { runOnnx } from '../importers/onnx/oracle.ts'

type Case = readonly [op: string, attrs: Attributes, input: readonly number[], more?: (b: GraphBuilder) => TensorId[]]

const MAP = [2, 6, 5, 7] as const
const weight =
  (...shapes: (readonly number[])[]) =>
  (b: GraphBuilder): TensorId[] =>
    shapes.map((shape, i) => b.constant(`w${i}`, randomTensor(shape, 40 + i)))
const positive = (shape: readonly number[], seed: number): HostTensor => {
  const { data, ...rest } = randomTensor(shape, seed)
  return { ...rest, data: Float32Array.from(data, (x) => 1.5 + x) }
}
const integers =
  (...values: number[]) =>
  (b: GraphBuilder): TensorId[] => [b.constant('integers', { dtype: 'i64', shape: [values.length], data: Float64Array.from(values) })]
const deconvolution = (attrs: Attributes, bias = true): Case => [
  'convTranspose2d',
  { kernel: [3, 2], ...attrs },
  MAP,
  (b) => [...weight([6, 2, 3, 2])(b), bias ? (weight([2 * Number(attrs.groups ?? 1)])(b)[0] ?? NONE) : NONE],
]
const pooling = (attrs: Attributes): Case => ['pool2d', { kernel: [3, 3], stride: [2, 2], ...attrs }, MAP]
const sampling = (attrs: Attributes): Case => ['interpolate', { size: [8, 11], ...attrs }, MAP]

const CASES: readonly Case[] = [
  ['identity', {}, MAP],
  ['conv2d', { kernel: [3, 2], stride: [1, 2], pad: [1, 0, 2, 1], dilation: [1, 2], groups: 2 }, MAP, weight([4, 3, 3, 2], [4])],
  deconvolution({ stride: [2, 1], pad: [1, 0, 0, 1] }),
  deconvolution({ stride: [2, 2], pad: [0, 0, -1, -1], groups: 3 }),
  deconvolution({ stride: [1, 1], pad: [-1, 0, -2, 1] }),
  deconvolution({ stride: [3, 2], pad: [1, -2, -4, 0], dilation: [2, 1] }, false),
  ['batchNorm', { epsilon: 1e-3 }, MAP, (b) => [...weight([6], [6], [6])(b), b.constant('variance', positive([6], 3))]],
  ...['clip', 'leakyRelu', 'sigmoid', 'hardSigmoid', 'hardSwish', 'silu', 'elu', 'tanh', 'softplus', 'mish', 'gelu', 'geluTanh', 'none'].map(
    (kind): Case => {
      const parameters = {
        clip: { min: -0.5, max: null },
        elu: { alpha: 1.67, gamma: 1.05 },
        leakyRelu: { alpha: 0.1 },
        hardSigmoid: { alpha: 0.3, beta: 0.4 },
      }
      return ['activation', { function: { kind, ...(parameters as Record<string, object>)[kind] } as Attributes }, MAP]
    },
  ),
  ['activation', { function: { kind: 'elu', alpha: 1.3, gamma: 1 } }, MAP],
  ['activation', { function: { kind: 'clip', min: 0, max: null } }, MAP],
  ...['max', 'average'].flatMap((mode) =>
    [false, true].flatMap((ceil) =>
      [false, true].flatMap((countIncludePad) => [
        pooling({ mode, ceil, countIncludePad, pad: [1, 0, 2, 1] }),
        // The last window would begin in the padding, which does not count.
        pooling({ mode, ceil, countIncludePad, kernel: [2, 2], stride: [3, 3], pad: [0, 1, 1, 1] }),
        pooling({ mode, ceil, countIncludePad, kernel: [3, 2], stride: [2, 3], pad: [0, 0, 0, 0] }),
      ]),
    ),
  ),
  ...['max', 'average'].flatMap((mode) => [true, false].map((keepDims): Case => ['globalPool', { mode, keepDims }, MAP])),
  ['channelShuffle', { groups: 2, order: '(g,n)' }, MAP],
  ['channelShuffle', { groups: 2, order: '(n,g)' }, MAP],
  ['linear', {}, [3, 6], weight([4, 6], [4])],
  ['linear', { transposed: true }, [3, 6], weight([6, 4], [4])],
  ['matmul', {}, [2, 3, 5, 4], weight([4, 3])],
  ['concat', { axis: 1 }, MAP, weight([2, 3, 5, 7])],
  ...['add', 'sub', 'mul', 'max', 'min', 'prelu'].map((fn): Case => ['binary', { function: fn }, MAP, weight([6, 1, 1])]),
  // A slope that is larger than the input.
  ['binary', { function: 'prelu' }, [6, 1, 7], weight([2, 6, 5, 1])],
  ['binary', { function: 'div' }, MAP, (b) => [b.constant('by', positive([6, 1, 1], 9))]],
  ...['floor', 'ceil', 'neg', 'exp', 'abs', 'erf', 'round'].map((fn): Case => ['unary', { function: fn }, MAP]),
  [
    'maxRoiPool',
    { bins: [2, 3], scale: 0.5 },
    MAP,
    (b) => [b.constant('rois', { dtype: 'f32', shape: [2, 5], data: Float32Array.of(0, 0, 0, 7, 5, 1, 2, 2, 9, 7) })],
  ],
  ['lrn', { size: 5, alpha: 0.3, beta: 0.6, bias: 2 }, MAP],
  ['lrn', { size: 4, alpha: 0.3, beta: 0.6, bias: 2 }, MAP],
  ['softmax', { axis: 1, log: false }, MAP],
  ['softmax', { axis: -1, log: true }, MAP],
  ['flatten', { axis: 2 }, MAP],
  ['transpose', { perm: [0, 2, 3, 1] }, MAP],
  ['transpose', {}, MAP],
  ['reshape', { shape: [0, -1, 7] }, MAP],
  ['reshape', {}, MAP, integers(4, -1)],
  ['squeeze', { axes: [1, -1] }, [2, 1, 5, 1]],
  ['squeeze', {}, [2, 1, 5, 1], integers(1)],
  ['squeeze', {}, [2, 1, 5, 1]],
  ['unsqueeze', { axes: [0, -1] }, [2, 5]],
  ['unsqueeze', {}, [2, 5], integers(1)],
  ['split', { axis: 1, sizes: [1, 3, 2] }, MAP],
  ['slice', { axes: [2, 3], starts: [-1, 0], ends: [-100, 2 ** 31], steps: [-2, 3] }, MAP],
  ['pad', { pads: [0, 1, 2, -1, 0, 0, 1, 3], value: 0.5 }, MAP],
  ['pad', {}, MAP, integers(0, 0, 1, 1, 0, 0, 1, 1)],
  ['tile', { repeats: [1, 2, 1, 3] }, MAP],
  ['resize', { factors: [2, 3] }, MAP],
  ...['asymmetric', 'half_pixel', 'pytorch_half_pixel', 'align_corners', 'half_pixel_symmetric', 'tf_half_pixel_for_nn'].flatMap((coordinates) => [
    sampling({ mode: 'linear', coordinates }),
    sampling({ mode: 'cubic', coordinates, cubic: -0.5 }),
  ]),
  ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map((rounding) =>
    sampling({ mode: 'nearest', coordinates: 'asymmetric', rounding }),
  ),
  sampling({ mode: 'nearest', coordinates: 'tf_half_pixel_for_nn', rounding: 'floor' }),
  sampling({ mode: 'linear', excludeOutside: true, size: [3, 20] }),
  sampling({ mode: 'cubic', excludeOutside: true, size: [3, 20] }),
  // Scales that the sizes do not tell: 5 * 1.7 is cut down to 8.
  sampling({ mode: 'linear', scales: [1.7, 1.6] }),
  sampling({ mode: 'linear', scales: [3.3, 0.9] }),
  ...['mean', 'max', 'sum'].flatMap((fn): Case[] => [
    ['reduce', { function: fn, axes: [2, -1] }, MAP],
    ['reduce', { function: fn, axes: [1], keepDims: false }, MAP],
    ['reduce', { function: fn, keepDims: false }, MAP],
    ['reduce', { function: fn, axes: [], noopWithEmptyAxes: true }, MAP],
    ['reduce', { function: fn }, MAP, integers(1, 2)],
  ]),
  ['gather', { axis: 1 }, MAP, integers(5, 0, -1)],
  ['cast', { to: 'f32' }, MAP],
]

function graphOf([op, attrs, input, more]: Case): Graph {
  const b = new GraphBuilder('case', OPS)
  const x = b.input('x', input)
  return b.finish(b.nodeOutputs(op, attrs, [x, ...(more?.(b) ?? [])], { name: 'node' }))
}

function outputsOf(graph: Graph, inputs: readonly HostTensor[]): HostTensor[] {
  const values = evaluateGraph(graph, inputs)
  return graph.outputs.flatMap((id) => {
    const { data, fact } = tensorOf(graph, id)
    return values.get(id) ?? (data ? [{ dtype: fact.dtype, shape: fact.shape, data }] : [])
  })
}

async function expectRoundTrip(graph: Graph, inputs: readonly HostTensor[], oracle = true): Promise<void> {
  const expected = outputsOf(graph, inputs)
  const bytes = writeOnnx(graph)
  const again = (await openModel({ name: 'again.onnx', bytes: bytes.slice(), owned: true })).graph
  const results = {
    ours: outputsOf(again, inputs),
    recognised: outputsOf(recognise(again), inputs),
    onnxruntime: oracle ? await runOnnx(bytes, inputs) : expected,
  }
  for (const [who, values] of Object.entries(results)) {
    expect(
      values.map((v) => v.shape),
      who,
    ).toEqual(expected.map((v) => v.shape))
    for (const [i, value] of expected.entries()) expect(relativeError(values[i]?.data ?? [], value.data), who).toBeLessThan(1e-5)
  }
}

describe('ops as ONNX', () => {
  it.each(CASES.map((c) => [`${c[0]} ${JSON.stringify(c[1])} on [${c[2].join(', ')}]`, c] as const))('%s', async (_what, c) => {
    await expectRoundTrip(graphOf(c), [randomTensor(c[2], 7)])
  })

  it.each(['sqrt', 'log', 'reciprocal'])('unary %s, of what it takes', async (fn) => {
    await expectRoundTrip(graphOf(['unary', { function: fn }, MAP]), [positive(MAP, 4)])
  })

  it('binary pow, of what it takes', async () => {
    await expectRoundTrip(graphOf(['binary', { function: 'pow' }, MAP, weight([7])]), [positive(MAP, 4)])
  })

  it('every op of the registry is among them, is computed while a graph is built, or is refused by its name', () => {
    const shown = new Set(CASES.map(([op]) => op))
    for (const op of OP_KINDS) {
      if (shown.has(op) || op === 'shape' || op === 'constantOfShape') {
        expect(Object.keys(EMITTERS), op).toContain(op)
        continue
      }
      const graph = graphOf(['identity', {}, MAP])
      const nodes = graph.nodes.map((n) => ({ ...n, op, name: 'odd' }))
      expect(() => writeOnnx({ ...graph, nodes })).toThrow(new RegExp(`"odd" \\(${op}\\).*no ONNX form`))
    }
    expect(Object.keys(EMITTERS).filter((op) => !OP_KINDS.includes(op))).toEqual([])
  })
})

describe('what is computed while a graph is built', () => {
  /** The same graph as if it had not been. */
  function without(graph: Graph): Graph {
    const made = new Set(graph.nodes.flatMap((n) => n.outputs))
    return { ...graph, tensors: new Map([...graph.tensors].map(([id, { data, ...rest }]) => [id, data && !made.has(id) ? { ...rest, data } : rest])) }
  }

  it.each([
    ['shape', {}],
    ['shape', { start: 1, end: -1 }],
    ['shape', { start: -2 }],
  ] as const)('%s %j is written all the same', async (op, attrs) => {
    const b = new GraphBuilder('case', OPS)
    const x = b.input('x', MAP)
    const extents = b.node(op, attrs, [x], { name: 'shape' })
    const y = b.node('cast', { to: 'f32' }, [extents], { name: 'numbers' })
    const z = b.node('reduce', { function: 'sum' }, [y], { name: 'sum' })
    await expectRoundTrip(without(b.finish([b.node('binary', { function: 'add' }, [x, z], { name: 'add' })])), [randomTensor(MAP, 3)])
  })

  it('constantOfShape is written all the same', async () => {
    const b = new GraphBuilder('case', OPS)
    const x = b.input('x', MAP)
    const c = b.node('constantOfShape', { value: 2.5 }, [b.constant('shape', { dtype: 'i64', shape: [2], data: Float64Array.of(5, 7) })], {
      name: 'c',
    })
    await expectRoundTrip(without(b.finish([b.node('binary', { function: 'mul' }, [x, c], { name: 'mul' })])), [randomTensor(MAP, 3)])
  })
})

describe('outputs of a model', () => {
  it('may be its input, a constant, or one tensor twice', async () => {
    const b = new GraphBuilder('case', OPS)
    const x = b.input('x', [2, 3])
    const y = b.node('activation', { function: { kind: 'tanh' } }, [x], { name: 'tanh' })
    await expectRoundTrip(b.finish([x, y, b.constant('c', randomTensor([4], 2)), y]), [randomTensor([2, 3], 1)])
  })
})
