/** Whole channels removed: the narrower network computes what the old one computes with those channels zero. */
import fc from 'fast-check'
import * as ort from 'onnxruntime-web'
import { describe, expect, it } from 'vitest'
import {
  buildZooModel,
  coupledChannels,
  evaluateGraph,
  fuse,
  type Graph,
  inspectGraph,
  macsOf,
  multiplyAccumulates,
  openModel,
  PRUNING_SCOPES,
  parameterCount,
  pruneChannels,
  recognise,
  type StructuredOptions,
  tensorOf,
  writeBundle,
  writeOnnx,
} from '../../../../engine/index.ts'
import { GraphBuilder } from '../../../../engine/ir/build.ts'
import { RELU } from '../../../../engine/ops/activationFunction.ts'
import { OPS } from '../../../../engine/ops/registry.ts'
import { PAPER_V1, shuffleNetV1, v1Widths } from '../../../../engine/zoo/shuffleNetV1.ts'
import { randomWeights } from '../../../../engine/zoo/weights.ts'
import { BACKENDS, randomTensor, relativeError, runOn } from '../../../ops/harness.ts'
import { maskedAs } from './masked.ts'

ort.env.wasm.numThreads = 1
const SIDE = 64
const ZOO_IDS = [
  ...[1, 2, 3, 4, 8].map((g) => `shufflenet-v1-g${g}-0.5x`),
  'shufflenet-v1-g3-2.0x-se',
  'shufflenet-v2-torchvision-0.5x',
  'mobilenet-v1-0.25x',
  'resnet-18',
]
const zooGraph = (id: string): Graph => recognise(buildZooModel(id, { inputSize: [SIDE, SIDE], classes: 11 }).graph)
const inputOf = (graph: Graph) => randomTensor(tensorOf(graph, graph.inputs[0] ?? -1).fact.shape, 5)
const outputOf = (graph: Graph, input = inputOf(graph)) => evaluateGraph(graph, [input]).get(graph.outputs[0] ?? -1)?.data ?? []

/** Without compensation, so that nothing but the removal is looked at. */
function prunedBy(graph: Graph, share: number, options: Partial<StructuredOptions> = {}) {
  return pruneChannels(graph, { macs: (1 - share) * multiplyAccumulates(graph), scope: 'layer', compensate: false, ...options })
}

/** Undefined where so much cannot be removed. */
function prunedOrNot(graph: Graph, share: number) {
  try {
    return prunedBy(graph, share, { floor: 0 })
  } catch (thrown) {
    expect(String(thrown)).toContain('can be removed')
    return undefined
  }
}

function expectAsMasked(graph: Graph, pruned: ReturnType<typeof prunedBy>): void {
  const input = inputOf(graph)
  const [is, whole] = [outputOf(pruned.graph, input), outputOf(graph, input)]
  expect(relativeError(is, outputOf(maskedAs(graph, pruned), input))).toBeLessThan(1e-5)
  // Or the masks would have tested nothing.
  expect(relativeError(is, whole)).toBeGreaterThan(1e-3)
}

describe('removing channels is masking them to zero', () => {
  for (const id of ZOO_IDS)
    for (const scope of PRUNING_SCOPES)
      it(`${id}, scope ${scope}`, () => {
        const graph = zooGraph(id)
        const pruned = prunedBy(graph, 0.3, { scope })
        expectAsMasked(graph, pruned)
        expect(parameterCount(pruned.graph)).toBeLessThan(parameterCount(graph))
      })

  it.each(
    (['(g,n)', '(n,g)'] as const).flatMap((shuffleOrder) =>
      (['before depthwise', 'after depthwise'] as const).flatMap((shufflePlace) => [3, 4].map((groups) => ({ shuffleOrder, shufflePlace, groups }))),
    ),
  )('$groups groups, order $shuffleOrder, shuffled $shufflePlace', ({ groups, ...variant }) => {
    const sizes = { groups, ...v1Widths(groups, 0.5), repeats: [2, 2, 2] as const, classes: 5, inputSize: [SIDE, SIDE] as const }
    const options = { name: 'test', ...sizes, shuffle: true, denseFirst: true, variant: { ...PAPER_V1, ...variant } }
    const graph = recognise(shuffleNetV1(options, randomWeights(3)))
    expectAsMasked(graph, prunedBy(graph, 0.4))
  })

  it('layers with biases, and a fully connected layer behind a flattened map', () => {
    const b = new GraphBuilder('test', OPS)
    const conv = (name: string, x: number, o: number, i: number) =>
      b.node(
        'conv2d',
        { kernel: [3, 3], pad: [1, 1, 1, 1] },
        [x, b.weight(`${name}.w`, [o, i, 3, 3], randomTensor([o, i, 3, 3], o).data), bias(name, o)],
        { name },
      )
    const bias = (name: string, n: number) => b.weight(`${name}.b`, [n], randomTensor([n], n).data)
    const linear = (name: string, x: number, o: number, i: number) =>
      b.node('linear', {}, [x, b.weight(`${name}.w`, [o, i], randomTensor([o, i], o + i).data), bias(name, o)], { name })
    const relu = (name: string, x: number) => b.node('activation', { function: RELU }, [x], { name })
    let x = relu('r1', conv('c1', b.input('x', [2, 3, 8, 8]), 12, 3))
    x = b.node('pool2d', { mode: 'max', kernel: [2, 2], stride: [2, 2] }, [relu('r2', conv('c2', x, 10, 12))], { name: 'p' })
    x = relu('r3', linear('l1', b.node('flatten', { axis: 1 }, [x], { name: 'f' }), 20, 160))
    const graph = recognise(b.finish([linear('l2', x, 4, 20)]))
    const pruned = prunedBy(graph, 0.5)
    expect(pruned.layers.map((l) => l.name)).toEqual(['c1', 'c2', 'l1'])
    expect(pruned.layers.every((l) => l.after < l.before)).toBe(true)
    expectAsMasked(graph, pruned)
  })

  it('any grouped convolutions around any shuffles', () => {
    let shuffled = 0
    fc.assert(
      fc.property(
        fc.record({
          groups: fc.tuple(...[1, 2, 3].map(() => fc.constantFrom(1, 2, 3, 4, 6))),
          perGroup: fc.integer({ min: 2, max: 9 }),
          orders: fc.array(fc.constantFrom('(g,n)' as const, '(n,g)' as const), { maxLength: 2 }),
          share: fc.double({ min: 0.05, max: 0.6, noNaN: true }),
          seed: fc.integer({ min: 1, max: 1e6 }),
        }),
        ({ groups: [made = 1, mixed = 1, read = 1], perGroup, orders, share, seed }) => {
          const c = 12 * perGroup
          const b = new GraphBuilder('test', OPS)
          const conv = (name: string, x: number, o: number, i: number, groups: number, k = 1) =>
            b.node(
              'conv2d',
              { kernel: [k, k], groups },
              [x, b.weight(`${name}.w`, [o, i / groups, k, k], randomTensor([o, i / groups, k, k], seed + o).data), -1],
              { name },
            )
          const shuffle = (name: string, x: number, order = orders[0]) =>
            order ? b.node('channelShuffle', { groups: mixed, order }, [x], { name }) : x
          let x = conv('make', b.input('x', [1, 12, 4, 4]), c, 12, made)
          x = conv('depthwise', shuffle('s1', b.node('activation', { function: RELU }, [x], { name: 'r' })), c, c, c, 3)
          const graph = b.finish([conv('read', shuffle('s2', x, orders[1]), 12, c, read)])
          const pruned = prunedOrNot(graph, share)
          // Groups of several kinds leave few numbers of channels that fit all of them.
          if (!pruned) return
          const input = inputOf(graph)
          expect(relativeError(outputOf(pruned.graph, input), outputOf(maskedAs(graph, pruned), input))).toBeLessThan(1e-5)
          if (orders.length > 0 && mixed > 1 && read > 1 && pruned.removals.length > 0) shuffled++
        },
      ),
      { seed: 2611, numRuns: 300, endOnFailure: true },
    )
    expect(shuffled).toBeGreaterThan(50)
  })

  it('onnxruntime, on the masked network, agrees with the kernels on the pruned one', async () => {
    const graph = zooGraph('shufflenet-v1-g3-0.5x')
    const pruned = prunedBy(graph, 0.3, { scope: 'global' })
    const input = inputOf(graph)
    const session = await ort.InferenceSession.create(writeOnnx(maskedAs(graph, pruned)), { executionProviders: ['wasm'] })
    const outputs = await session.run({ [session.inputNames[0] ?? '']: new ort.Tensor('float32', Float32Array.from(input.data), [...input.shape]) })
    const expected = outputs[session.outputNames[0] ?? '']?.data as Float32Array
    await session.release()
    for (const backend of BACKENDS) {
      const [output] = await runOn(backend, fuse(pruned.graph), [input])
      expect(relativeError(output?.data ?? [], expected)).toBeLessThan(1e-5)
    }
  })
})

describe('how much goes', () => {
  for (const id of ZOO_IDS)
    it(`${id}: within 2 % of the target, at least one channel in every group`, () => {
      const graph = zooGraph(id)
      const before = multiplyAccumulates(graph)
      const groups = new Map(coupledChannels(graph).map(({ maker }) => [maker.name, (maker.attrs as { groups?: number }).groups ?? 1]))
      for (const scope of PRUNING_SCOPES)
        for (const share of [0.1, 0.3]) {
          const pruned = prunedBy(graph, share, { scope })
          const left = multiplyAccumulates(pruned.graph)
          expect(Math.abs(left / before - (1 - share)), `${scope} ${share}`).toBeLessThan(0.02)
          expect(left).toBe(macsOf(inspectGraph(pruned.graph, pruned.graph).total, 'conv+fc'))
          for (const { name, after, before: was } of pruned.layers) {
            expect(after % (groups.get(name) ?? 1)).toBe(0)
            expect(after).toBeGreaterThanOrEqual(Math.max(groups.get(name) ?? 1, 0.1 * was))
          }
        }
    })

  it('ranked together, no layer loses more than 1.5 times the share where that is enough', () => {
    const { layers } = prunedBy(zooGraph('mobilenet-v1-0.25x'), 0.3, { scope: 'global' })
    expect(layers.every(({ before, after }) => after >= (1 - 0.45) * before)).toBe(true)
    expect(new Set(layers.map(({ before, after }) => (after / before).toFixed(2))).size).toBeGreaterThan(3)
  })

  it('a tenth of every layer stays, and more than that cannot be asked for', () => {
    const graph = zooGraph('mobilenet-v1-0.25x')
    expect(() => prunedBy(graph, 0.99)).toThrow(/at most 9\d\.\d % of the multiply-accumulates can be removed/)
  })

  it('a network whose channels are all tied has nothing to remove', () => {
    const b = new GraphBuilder('test', OPS)
    const x = b.input('x', [1, 4, 4, 4])
    const y = b.node('conv2d', { kernel: [1, 1] }, [x, b.weight('w', [4, 4, 1, 1], randomTensor([4, 4, 1, 1], 1).data), -1], { name: 'c' })
    const graph = b.finish([b.node('binary', { function: 'add' }, [x, y], { name: 'add' })])
    expect(coupledChannels(graph)).toEqual([])
    expect(() => prunedBy(graph, 0.3)).toThrow(/no channels that could be removed without others/)
  })

  it('the bottleneck of every unit of ShuffleNet v1 can be narrowed, and nothing that the additions tie', () => {
    const names = coupledChannels(zooGraph('shufflenet-v1-g3-0.5x')).map((c) => c.maker.name)
    expect(names).toHaveLength(16)
    expect(names.every((name) => /^stage[234]\.unit\d\.compress\.conv$/.test(name))).toBe(true)
  })
})

describe('a pruned model', () => {
  it('is written and opened like any other, equal to the bit', async () => {
    const model = buildZooModel('shufflenet-v1-g4-0.5x', { inputSize: [SIDE, SIDE] })
    const graph = recognise(model.graph)
    const pruned = prunedBy(graph, 0.25).graph
    const again = recognise((await openModel({ name: 'pruned', bytes: writeBundle({ ...model, graph: pruned }) })).graph)
    expect(multiplyAccumulates(again)).toBe(multiplyAccumulates(pruned))
    expect(outputOf(again)).toEqual(outputOf(pruned))
  })

  it('can be pruned again', () => {
    const graph = zooGraph('shufflenet-v1-g3-0.5x')
    const once = prunedBy(graph, 0.2).graph
    expectAsMasked(once, prunedBy(once, 0.2))
  })

  it('weights that two layers share stay whole for the one that is not pruned', () => {
    const b = new GraphBuilder('test', OPS)
    const w = b.weight('w', [8, 8, 1, 1], randomTensor([8, 8, 1, 1], 1).data)
    const conv = (name: string, x: number) => b.node('conv2d', { kernel: [1, 1] }, [x, w, -1], { name })
    const graph = b.finish([conv('last', conv('middle', conv('first', b.input('x', [1, 8, 4, 4]))))])
    expectAsMasked(graph, prunedBy(graph, 0.4))
  })
})
