/** Kernels against the scalar evaluation, over random shapes with tails of every length. */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { type Attributes, type Graph, NONE } from '../../engine/index.ts'
import { GraphBuilder } from '../../engine/ir/build.ts'
import { OPS } from '../../engine/ops/registry.ts'
import { expectAgreement, randomTensor } from './harness.ts'

const RUNS = { numRuns: 60, seed: 7 }
const int = (min: number, max: number) => fc.integer({ min, max })
const activation = fc.constantFrom<Attributes>(
  { kind: 'none' },
  { kind: 'clip', min: 0, max: null },
  { kind: 'clip', min: 0, max: 0.5 },
  { kind: 'leakyRelu', alpha: 0.1 },
  { kind: 'sigmoid' },
  { kind: 'hardSigmoid', alpha: 0.2, beta: 0.5 },
  { kind: 'hardSwish' },
  { kind: 'silu' },
  { kind: 'elu', alpha: 1, gamma: 1 },
  { kind: 'elu', alpha: 1.67, gamma: 1.05 },
  { kind: 'tanh' },
  { kind: 'softplus' },
  { kind: 'mish' },
  { kind: 'gelu' },
  { kind: 'geluTanh' },
)

function single(op: string, attrs: Attributes, shapes: readonly (readonly number[])[], weights: readonly (readonly number[] | null)[] = []): Graph {
  const b = new GraphBuilder('test', OPS)
  const inputs = shapes.map((shape, i) => b.input(`x${i}`, shape))
  const constants = weights.map((shape, i) => (shape ? b.weight(`w${i}`, shape, randomTensor(shape, 100 + i).data) : NONE))
  return b.finish(b.nodeOutputs(op, attrs, [...inputs.slice(0, 1), ...constants, ...inputs.slice(1)], { name: 'node' }))
}

const feed = (shapes: readonly (readonly number[])[]) => shapes.map((s, i) => randomTensor(s, i + 1))

describe('convolution', () => {
  const windows = fc.record({
    kh: int(1, 4),
    kw: int(1, 4),
    sh: int(1, 3),
    sw: int(1, 3),
    dh: int(1, 2),
    dw: int(1, 2),
    pad: fc.tuple(int(0, 3), int(0, 3), int(0, 3), int(0, 3)),
    h: int(7, 12),
    w: int(7, 19),
    n: int(1, 2),
  })
  type Window = typeof windows extends fc.Arbitrary<infer T> ? T : never
  const convolution = (
    v: Window,
    groups: number,
    perIn: number,
    perOut: number,
    bias: boolean,
    residual: boolean,
    act: Attributes,
    shuffle: Attributes | null,
  ): [Graph, number[][]] => {
    const attrs = { kernel: [v.kh, v.kw], stride: [v.sh, v.sw], pad: v.pad, dilation: [v.dh, v.dw], groups, activation: act, residual, shuffle }
    const x = [v.n, groups * perIn, v.h, v.w]
    const oh = Math.floor((v.h + v.pad[0] + v.pad[2] - v.dh * (v.kh - 1) - 1) / v.sh) + 1
    const ow = Math.floor((v.w + v.pad[1] + v.pad[3] - v.dw * (v.kw - 1) - 1) / v.sw) + 1
    const shapes = residual ? [x, [v.n, groups * perOut, oh, ow]] : [x]
    return [single('conv2d', attrs, shapes, [[groups * perOut, perIn, v.kh, v.kw], bias ? [groups * perOut] : null]), shapes]
  }

  it('grouped and dense, any window', async () => {
    await fc.assert(
      fc.asyncProperty(
        windows,
        int(1, 4),
        int(1, 9),
        int(1, 19),
        fc.boolean(),
        fc.boolean(),
        activation,
        async (v, groups, perIn, perOut, bias, residual, act) => {
          const [graph, shapes] = convolution(v, groups, perIn, perOut, bias, residual, act, null)
          await expectAgreement(graph, feed(shapes))
        },
      ),
      RUNS,
    )
  })

  it('pointwise with a shuffle in its stores', async () => {
    await fc.assert(
      fc.asyncProperty(
        int(1, 5),
        int(1, 23),
        int(1, 21),
        int(1, 15),
        int(1, 15),
        fc.constantFrom('(g,n)', '(n,g)'),
        activation,
        async (groups, perIn, perOut, h, w, order, act) => {
          const v = { kh: 1, kw: 1, sh: 1, sw: 1, dh: 1, dw: 1, pad: [0, 0, 0, 0] as [number, number, number, number], h, w, n: 1 }
          const [graph, shapes] = convolution(v, groups, perIn, perOut, true, false, act, { groups, order })
          await expectAgreement(graph, feed(shapes))
        },
      ),
      RUNS,
    )
  })

  it('depthwise, with residual or shuffle', async () => {
    await fc.assert(
      fc.asyncProperty(
        windows,
        int(2, 23),
        fc.boolean(),
        fc.constantFrom('none', 'residual', 'shuffle'),
        activation,
        async (v, channels, bias, extra, act) => {
          const shuffle = extra === 'shuffle' ? { groups: channels, order: '(g,n)' } : null
          const [graph, shapes] = convolution(v, channels, 1, 1, bias, extra === 'residual', act, shuffle)
          await expectAgreement(graph, feed(shapes))
        },
      ),
      RUNS,
    )
  })
})

describe('pooling', () => {
  it('windows with padding, ceil mode and both ways of counting', async () => {
    const arbitrary = fc.record({
      k: fc.tuple(int(2, 4), int(2, 4)),
      s: fc.tuple(int(1, 3), int(1, 3)),
      p: fc.tuple(int(0, 1), int(0, 1), int(0, 1), int(0, 1)),
      c: int(1, 11),
      h: int(4, 11),
      w: int(4, 11),
    })
    await fc.assert(
      fc.asyncProperty(
        arbitrary,
        fc.constantFrom('max', 'average'),
        fc.boolean(),
        fc.boolean(),
        activation,
        async ({ k, s, p, c, h, w }, mode, ceil, countIncludePad, act) => {
          const shapes = [[2, c, h, w]]
          await expectAgreement(
            single('pool2d', { mode, kernel: k, stride: s, pad: p, ceil, countIncludePad, activation: act }, shapes),
            feed(shapes),
          )
        },
      ),
      RUNS,
    )
  })

  it('over the whole map', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('max', 'average'), fc.boolean(), int(1, 13), int(1, 9), int(1, 9), async (mode, keepDims, c, h, w) => {
        const shapes = [[2, c, h, w]]
        await expectAgreement(single('globalPool', { mode, keepDims }, shapes), feed(shapes))
      }),
      RUNS,
    )
  })
})

describe('everything else', () => {
  it('fully connected', async () => {
    await fc.assert(
      fc.asyncProperty(int(1, 3), int(1, 40), int(1, 70), fc.boolean(), activation, async (n, k, o, bias, act) => {
        const shapes = [[n, k]]
        await expectAgreement(single('linear', { activation: act }, shapes, [[o, k], bias ? [o] : null]), feed(shapes))
        await expectAgreement(single('linear', { activation: act, transposed: true }, shapes, [[k, o], bias ? [o] : null]), feed(shapes))
      }),
      RUNS,
    )
  })

  it('batch norm and activations on their own', async () => {
    await fc.assert(
      fc.asyncProperty(int(1, 13), int(1, 7), activation, async (c, side, fn) => {
        const shapes = [[2, c, side, side]]
        const b = new GraphBuilder('test', OPS)
        const x = b.input('x', shapes[0] ?? [])
        const positive = randomTensor([c], 9).data.map((v) => Math.abs(v) + 0.1)
        const parts = [
          b.weight('s', [c], randomTensor([c], 3).data),
          b.weight('b', [c], randomTensor([c], 4).data),
          b.weight('m', [c], randomTensor([c], 5).data),
          b.weight('v', [c], positive),
        ]
        const y = b.node('batchNorm', {}, [x, ...parts], { name: 'norm' })
        await expectAgreement(b.finish([b.node('activation', { function: fn }, [y], { name: 'act' })]), feed(shapes))
      }),
      RUNS,
    )
  })

  it('two tensors, with broadcasting', async () => {
    const second = fc.constantFrom('same', 'channel', 'scalar', 'plane')
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('add', 'sub', 'mul', 'max', 'min'),
        second,
        fc.boolean(),
        int(1, 11),
        int(1, 6),
        activation,
        async (fn, kind, swap, c, side, act) => {
          const full = [2, c, side, side]
          const other = { same: full, channel: [2, c, 1, 1], scalar: [1, 1, 1, 1], plane: [2, 1, side, side] }[kind] ?? full
          const shapes = swap ? [other, full] : [full, other]
          await expectAgreement(single('binary', { function: fn, activation: act }, shapes), feed(shapes))
        },
      ),
      RUNS,
    )
  })

  it('softmax along any axis', async () => {
    await fc.assert(
      fc.asyncProperty(int(0, 3), fc.boolean(), int(1, 9), int(1, 9), int(1, 9), async (axis, log, c, h, w) => {
        const shapes = [[2, c, h, w]]
        await expectAgreement(single('softmax', { axis, log }, shapes), feed(shapes))
      }),
      RUNS,
    )
  })

  it('local response normalisation, with windows of any size', async () => {
    await fc.assert(
      fc.asyncProperty(int(1, 7), int(1, 19), int(1, 5), int(1, 5), async (size, c, h, w) => {
        const shapes = [[2, c, h, w]]
        await expectAgreement(single('lrn', { size, alpha: 1.5, beta: 0.75, bias: 0.7 }, shapes), feed(shapes))
      }),
      RUNS,
    )
  })

  it('shuffles, slices, splits and concatenations, alone', async () => {
    await fc.assert(
      fc.asyncProperty(int(1, 4), int(1, 6), fc.constantFrom('(g,n)', '(n,g)'), int(1, 5), int(0, 3), async (groups, n, order, side, axis) => {
        const c = groups * n
        const shape = [2, c, side, side + 1]
        await expectAgreement(single('channelShuffle', { groups, order }, [shape]), feed([shape]))
        const end = Math.max(1, (shape[axis] ?? 1) - 1)
        await expectAgreement(single('slice', { axes: [axis], starts: [0], ends: [end], steps: [1] }, [shape]), feed([shape]))
        await expectAgreement(single('split', { axis: 1, sizes: [1, c - 1].filter((s) => s > 0) }, [shape]), feed([shape]))
        await expectAgreement(single('concat', { axis }, [shape, shape]), feed([shape, shape]))
      }),
      RUNS,
    )
  })
})
