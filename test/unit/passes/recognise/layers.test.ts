/** Fully connected layers, global poolings, biases, padding, activations written in arithmetic. */
import { describe, expect, it } from 'vitest'
import type { GraphBuilder } from '../../../../engine/ir/build.ts'
import { constantOf, NONE, type TensorId } from '../../../../engine/ir/graph.ts'
import type { HostTensor } from '../../../../engine/ir/tensor.ts'
import { hardSigmoid, selfGated } from '../../../../engine/passes/recognise/activations.ts'
import { convolutionBias } from '../../../../engine/passes/recognise/convolutionBias.ts'
import { globalPooling, wholeWindow } from '../../../../engine/passes/recognise/globalPooling.ts'
import { linearBias, productToLinear } from '../../../../engine/passes/recognise/linearLayers.ts'
import { paddedWindows } from '../../../../engine/passes/recognise/paddedWindows.ts'
import { mergeTransposes, turnedSoftmax } from '../../../../engine/passes/recognise/transposes.ts'
import { graphOf, opsOf, rewritten, values } from './helpers.ts'

let names = 0
const op = (b: GraphBuilder, kind: string, attrs: object, ...inputs: TensorId[]): TensorId =>
  b.node(kind, attrs as Record<string, boolean>, inputs, { name: `${kind}${names++}` })
const scalar = (b: GraphBuilder, value: number, shape: number[] = []): TensorId =>
  b.constant(`c${names++}`, { dtype: 'f32', shape, data: Float32Array.of(value) })
const add = (b: GraphBuilder, x: TensorId, y: TensorId) => op(b, 'binary', { function: 'add' }, x, y)
const mul = (b: GraphBuilder, x: TensorId, y: TensorId) => op(b, 'binary', { function: 'mul' }, x, y)
const div = (b: GraphBuilder, x: TensorId, y: TensorId) => op(b, 'binary', { function: 'div' }, x, y)
const act = (b: GraphBuilder, fn: object, x: TensorId) => op(b, 'activation', { function: fn }, x)

describe('recognise fully connected layers', () => {
  const product = (bias: HostTensor | undefined, first = false) =>
    graphOf([2, 3], (b, x) => {
      const y = op(b, 'matmul', {}, x, b.constant('w', values([3, 4])))
      if (!bias) return y
      const c = b.constant('b', bias)
      return first ? add(b, c, y) : add(b, y, c)
    })

  it('a product with a constant, with and without a row added on either side', () => {
    expect(opsOf(rewritten(product(undefined), productToLinear, linearBias))).toEqual(['linear'])
    for (const bias of [values([4]), values([1, 4]), values([])])
      for (const first of [false, true]) {
        const after = rewritten(product(bias, first), productToLinear, linearBias)
        expect(opsOf(after)).toEqual(['linear'])
        expect(after.nodes[0]?.inputs[2]).not.toBe(NONE)
      }
  })

  it('the matrix stays where it is', () => {
    const graph = product(undefined)
    const after = rewritten(graph, productToLinear)
    expect(after.nodes[0]?.attrs).toMatchObject({ transposed: true })
    expect(constantOf(after, after.nodes[0]?.inputs[1] ?? NONE)?.data).toBe(constantOf(graph, graph.nodes[0]?.inputs[1] ?? NONE)?.data)
  })

  it('a second addition joins the bias', () => {
    const graph = graphOf([2, 3], (b, x) => {
      const y = op(b, 'linear', {}, x, b.constant('w', values([4, 3])), b.constant('b', values([4], 2)))
      return add(b, y, b.constant('c', values([4], 3)))
    })
    expect(opsOf(rewritten(graph, linearBias))).toEqual(['linear'])
  })

  it('leaves products of computed matrices, stacks of matrices, and columns added', () => {
    const computed = graphOf([3, 3], (b, x) => op(b, 'matmul', {}, x, x))
    expect(opsOf(rewritten(computed, productToLinear))).toEqual(['matmul'])
    const stacked = graphOf([2, 3, 3], (b, x) => op(b, 'matmul', {}, x, b.constant('w', values([3, 4]))))
    expect(opsOf(rewritten(stacked, productToLinear))).toEqual(['matmul'])
    expect(opsOf(rewritten(product(values([2, 1])), productToLinear, linearBias))).toEqual(['linear', 'binary'])
    expect(opsOf(rewritten(product(values([2, 4])), productToLinear, linearBias))).toEqual(['linear', 'binary'])
  })
})

describe('recognise global poolings', () => {
  it.each([
    ['mean', [2, 3], true],
    ['mean', [-1, -2], false],
    ['max', [3, 2], false],
  ])('%s over %j', (fn, axes, keepDims) => {
    const graph = graphOf([2, 5, 3, 4], (b, x) => op(b, 'reduce', { function: fn, axes, keepDims }, x))
    expect(opsOf(rewritten(graph, globalPooling))).toEqual(['globalPool'])
  })

  it.each([
    ['mean', [1, 2]],
    ['mean', [2]],
    ['sum', [2, 3]],
    ['max', [1, 2, 3]],
  ])('leaves %s over %j', (fn, axes) => {
    const graph = graphOf([2, 5, 3, 4], (b, x) => op(b, 'reduce', { function: fn, axes }, x))
    expect(opsOf(rewritten(graph, globalPooling))).toEqual(['reduce'])
  })
})

describe('recognise poolings of the whole map', () => {
  const pool = (extra: object) => graphOf([2, 5, 3, 4], (b, x) => op(b, 'pool2d', { mode: 'average', kernel: [3, 4], ...extra }, x))
  it.each([{}, { mode: 'max', stride: [3, 4] }, { ceil: true }])('%j', (extra) => {
    expect(opsOf(rewritten(pool(extra), wholeWindow))).toEqual(['globalPool'])
  })

  it.each([{ kernel: [3, 3] }, { kernel: [2, 4] }, { pad: [1, 0, 0, 0] }])('leaves %j', (extra) => {
    expect(opsOf(rewritten(pool(extra), wholeWindow))).toEqual(['pool2d'])
  })
})

describe('transposes', () => {
  const softmaxed = (perm: number[], axis: number, back: number[]) =>
    graphOf([2, 5, 3, 4], (b, x) => op(b, 'transpose', { perm: back }, op(b, 'softmax', { axis }, op(b, 'transpose', { perm }, x))))

  it.each([
    [[0, 3, 2, 1], 3, [0, 3, 2, 1], 1],
    [[0, 2, 3, 1], -1, [0, 3, 1, 2], 1],
    [[3, 2, 1, 0], 0, [3, 2, 1, 0], 3],
  ])('a softmax between %j and its inverse', (perm, axis, back, expected) => {
    const after = rewritten(softmaxed(perm, axis, back), turnedSoftmax)
    expect(opsOf(after)).toEqual(['softmax'])
    expect(after.nodes[0]?.attrs.axis).toBe(expected)
  })

  it('a softmax between transposes that are not inverse stays', () => {
    expect(opsOf(rewritten(softmaxed([0, 2, 3, 1], 3, [0, 2, 3, 1]), turnedSoftmax))).toEqual(['transpose', 'softmax', 'transpose'])
  })

  it('two in a row become one', () => {
    const graph = graphOf([2, 5, 3, 4], (b, x) => op(b, 'transpose', {}, op(b, 'transpose', { perm: [1, 2, 3, 0] }, x)))
    const after = rewritten(graph, mergeTransposes)
    expect(after.nodes.map((n) => n.attrs.perm)).toEqual([[0, 3, 2, 1]])
  })

  it('not where something else reads what lies between', () => {
    const graph = graphOf([2, 5], (b, x) => {
      const y = op(b, 'transpose', {}, x)
      return [op(b, 'transpose', {}, y), y]
    })
    expect(opsOf(rewritten(graph, mergeTransposes))).toEqual(['transpose', 'transpose'])
  })
})

describe('put additions into convolutions', () => {
  const biased = (constant: HostTensor, own = false) =>
    graphOf([1, 2, 3, 3], (b, x) => {
      const y = op(
        b,
        'conv2d',
        { kernel: [1, 1] },
        x,
        b.weight('w', [4, 2, 1, 1], values([4, 2, 1, 1]).data),
        own ? b.constant('b', values([4])) : NONE,
      )
      return add(b, b.constant('c', constant), y)
    })

  it.each([[[1, 4, 1, 1]], [[4, 1, 1]], [[]], [[1, 1]]])('a constant of shape %j', (shape) => {
    expect(opsOf(rewritten(biased(values(shape)), convolutionBias))).toEqual(['conv2d'])
    expect(opsOf(rewritten(biased(values(shape), true), convolutionBias))).toEqual(['conv2d'])
  })

  it.each([[[3]], [[1, 4, 3, 3]], [[3, 3]], [[2, 4, 1, 1]]])('leaves a constant of shape %j', (shape) => {
    expect(opsOf(rewritten(biased(values(shape)), convolutionBias))).toEqual(['conv2d', 'binary'])
  })
})

describe('put padding into windows', () => {
  const conv = { kernel: [3, 3], stride: [2, 2] }
  const weight = (b: GraphBuilder) => b.weight('w', [4, 2, 3, 3], values([4, 2, 3, 3]).data)
  const padded = (pads: number[], value: number, window: (b: GraphBuilder, x: TensorId) => TensorId) =>
    graphOf([1, 2, 6, 7], (b, x) => window(b, op(b, 'pad', { pads, value }, x)))
  const SPATIAL = [0, 0, 1, 0, 0, 0, 2, 1]
  const average = (extra: object) => (b: GraphBuilder, x: TensorId) =>
    op(b, 'pool2d', { mode: 'average', kernel: [3, 3], stride: [2, 2], ...extra }, x)

  it('of a convolution and an average pooling', () => {
    const after = rewritten(
      padded(SPATIAL, 0, (b, x) => op(b, 'conv2d', { ...conv, pad: [1, 1, 0, 0] }, x, weight(b), NONE)),
      paddedWindows,
    )
    expect(opsOf(after)).toEqual(['conv2d'])
    expect(after.nodes[0]?.attrs.pad).toEqual([2, 1, 2, 1])
    const pooled = rewritten(padded(SPATIAL, 0, average({})), paddedWindows)
    expect(opsOf(pooled)).toEqual(['pool2d'])
    expect(pooled.nodes[0]?.attrs).toMatchObject({ pad: [1, 0, 2, 1], countIncludePad: true })
  })

  it.each([
    ['ones', SPATIAL, 1],
    ['channels', [0, 1, 0, 0, 0, 1, 0, 0], 0],
    ['a crop', [0, 0, -1, 0, 0, 0, 0, 0], 0],
  ])('leaves padding with %s', (_, pads, value) => {
    expect(opsOf(rewritten(padded(pads, value, average({})), paddedWindows))).toEqual(['pad', 'pool2d'])
  })

  it('leaves a maximum, a pooling with padding of its own, and padding as wide as the window', () => {
    const max = padded(SPATIAL, 0, (b, x) => op(b, 'pool2d', { mode: 'max', kernel: [3, 3] }, x))
    expect(opsOf(rewritten(max, paddedWindows))).toEqual(['pad', 'pool2d'])
    expect(opsOf(rewritten(padded(SPATIAL, 0, average({ pad: [1, 1, 1, 1] })), paddedWindows))).toEqual(['pad', 'pool2d'])
    expect(opsOf(rewritten(padded([0, 0, 3, 0, 0, 0, 0, 0], 0, average({})), paddedWindows))).toEqual(['pad', 'pool2d'])
  })
})

describe('recognise SiLU and hard swish', () => {
  const PASSES = [hardSigmoid, selfGated]
  const kinds = (graph: ReturnType<typeof graphOf>) => graph.nodes.map((n) => (n.attrs.function as { kind?: string })?.kind ?? n.op)
  const relu6 = (b: GraphBuilder, x: TensorId) => act(b, { kind: 'clip', min: 0, max: 6 }, add(b, x, scalar(b, 3)))

  it('x * sigmoid(x), on either side', () => {
    for (const flip of [false, true]) {
      const graph = graphOf([1, 3, 2, 2], (b, x) => {
        const s = act(b, { kind: 'sigmoid' }, x)
        return flip ? mul(b, s, x) : mul(b, x, s)
      })
      expect(kinds(rewritten(graph, ...PASSES))).toEqual(['silu'])
    }
  })

  it('x * hardSigmoid(x) of slope 1/6', () => {
    const gate = (alpha: number) => graphOf([1, 3, 2, 2], (b, x) => mul(b, x, act(b, { kind: 'hardSigmoid', alpha, beta: 0.5 }, x)))
    expect(kinds(rewritten(gate(1 / 6), ...PASSES))).toEqual(['hardSwish'])
    expect(kinds(rewritten(gate(0.2), ...PASSES))).toEqual(['hardSigmoid', 'binary'])
  })

  it('written with clip: the gate divided first, the product divided, or multiplied by a sixth', () => {
    const forms = [
      (b: GraphBuilder, x: TensorId) => mul(b, x, div(b, relu6(b, x), scalar(b, 6))),
      (b: GraphBuilder, x: TensorId) => div(b, mul(b, x, relu6(b, x)), scalar(b, 6)),
      (b: GraphBuilder, x: TensorId) => mul(b, scalar(b, 1 / 6), mul(b, relu6(b, x), x)),
    ]
    for (const form of forms) expect(kinds(rewritten(graphOf([1, 3, 2, 2], form), ...PASSES))).toEqual(['hardSwish'])
    const alone = graphOf([1, 3, 2, 2], (b, x) => div(b, relu6(b, x), scalar(b, 6)))
    expect(kinds(rewritten(alone, ...PASSES))).toEqual(['hardSigmoid'])
  })

  it('leaves the gate of another tensor, another divisor, another bound, and constants that widen', () => {
    const gated = graphOf([1, 3, 2, 2], (b, x) => mul(b, op(b, 'unary', { function: 'neg' }, x), act(b, { kind: 'sigmoid' }, x)))
    expect(kinds(rewritten(gated, ...PASSES))).toContain('sigmoid')
    const seven = graphOf([1, 3, 2, 2], (b, x) => div(b, mul(b, x, relu6(b, x)), scalar(b, 7)))
    expect(kinds(rewritten(seven, ...PASSES))).toContain('clip')
    const five = graphOf([1, 3, 2, 2], (b, x) => div(b, act(b, { kind: 'clip', min: 0, max: 5 }, add(b, x, scalar(b, 3))), scalar(b, 6)))
    expect(kinds(rewritten(five, ...PASSES))).toContain('clip')
    const wide = graphOf([2, 3], (b, x) => div(b, relu6(b, x), scalar(b, 6, [1, 1, 1])))
    expect(opsOf(rewritten(wide, ...PASSES))).toContain('binary')
  })
})
