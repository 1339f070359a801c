/** Steps account for the whole graph: every node that runs has a step, and their costs add up to those of the graph. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildZooModel, createRunner, fuse, type Graph, inspectGraph, macsOf, makePlan, recognise, tensorOf } from '../../../engine/index.ts'
import { randomNetwork } from '../../fixtures/randomGraph.ts'
import { hostOf, zooCase } from '../session/helpers.ts'

/** What can take no step at all, where its values already lie in their place. */
const MOVES = new Set(['concat', 'split', 'slice', 'flatten', 'reshape', 'squeeze', 'unsqueeze', 'identity', 'cast', 'transpose'])

/** The small ones of each family. */
const FAMILIES = [
  'shufflenet-v1-g1-0.5x',
  'shufflenet-v1-g3-0.5x',
  'shufflenet-v1-g8-0.5x',
  'shufflenet-v2-torchvision-0.5x',
  'shufflenet-v2-megvii-0.5x',
  'mobilenet-v1-0.25x',
  'resnet-18',
  'squeezenet-1.1',
]

function expectCovered(loaded: Graph): void {
  const recognised = recognise(loaded)
  const fused = fuse(recognised)
  const { steps } = makePlan(fused)
  const running = fused.nodes.filter((n) => !n.outputs.every((id) => tensorOf(fused, id).data))
  const stepped = new Set(steps.map((s) => s.node))
  const silent = running.filter((n) => !stepped.has(n.id))
  expect(silent.map((n) => n.op).filter((op) => !MOVES.has(op))).toEqual([])
  expect(steps.every((s) => running.some((n) => n.id === s.node && n.sources === s.sources))).toBe(true)

  // Every node of the graph before fusion is named by a step, or by a node that only moves.
  const named = new Set([...steps.flatMap((s) => s.sources), ...silent.flatMap((n) => n.sources)])
  const layers = inspectGraph(loaded, recognised).layers
  expect(
    recognised.nodes
      .filter((n) => layers.some((l) => l.node === n.id))
      .flatMap((n) => n.sources)
      .filter((name) => !named.has(name)),
  ).toEqual([])

  const { total } = inspectGraph(loaded, recognised)
  expect(steps.reduce((sum, s) => sum + s.macs, 0)).toBe(macsOf(total, 'conv+fc'))
  const fusedLayers = inspectGraph(fused, fused).layers.filter((l) => stepped.has(l.node))
  expect(steps.reduce((sum, s) => sum + s.bytes, 0)).toBe(fusedLayers.reduce((sum, l) => sum + l.bytes, 0))
  for (const layer of fusedLayers) {
    const own = steps.filter((s) => s.node === layer.node)
    expect(
      own.reduce((sum, s) => sum + s.macs, 0),
      layer.name,
    ).toBe(macsOf(layer.cost, 'conv+fc'))
    expect(
      own.reduce((sum, s) => sum + s.bytes, 0),
      layer.name,
    ).toBe(layer.bytes)
  }
}

describe('steps cover the graph, with its multiply-accumulates and bytes', () => {
  it('of every family of the zoo', () => {
    for (const id of FAMILIES) expectCovered(buildZooModel(id, { inputSize: [64, 64], classes: 10 }).graph)
  })

  it('of random networks, which use every kernel of the engine', () => {
    const kernels = new Set<string>()
    const fusions = { residual: 0, shuffledConvolution: 0, shuffledConcatenation: 0 }
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const graph = randomNetwork(draw)
        expectCovered(graph)
        const fused = fuse(graph)
        for (const { kernel } of makePlan(fused).steps) kernels.add(kernel)
        for (const { op, attrs } of fused.nodes) {
          if (attrs.residual) fusions.residual++
          if (op === 'conv2d' && attrs.shuffle) fusions.shuffledConvolution++
          if (op === 'concat' && attrs.shuffle) fusions.shuffledConcatenation++
        }
      }),
      { seed: 1807, numRuns: 100, endOnFailure: true },
    )
    expect(Math.min(...Object.values(fusions))).toBeGreaterThan(10)
    expect([...kernels].sort()).toEqual(
      [
        'activation',
        'affine',
        'binary',
        'conv',
        'copyStrided',
        'depthwise',
        'depthwise3x3',
        'gatherChannels',
        'globalPool',
        'linear',
        'pool',
        'pool3x3',
        'softmax',
      ].sort(),
    )
  })
})

it('a profile has a sample of every step for every run, and the names of its nodes', async () => {
  const { plan, input } = zooCase('shufflenet-v1-g3-0.5x', 64)
  const runner = await createRunner(plan, await hostOf(2))
  await runner.run([input])
  const { total, steps } = await runner.profile({ runs: 7, warmup: 1 })
  await runner.close()
  expect(total).toHaveLength(7)
  expect(steps.map((s) => [s.step, s.kernel, s.nodes, s.macs, s.bytes])).toEqual(plan.steps.map((s, i) => [i, s.kernel, s.sources, s.macs, s.bytes]))
  for (const { samples } of steps) {
    expect(samples).toHaveLength(7)
    expect(samples.every((ms) => ms >= 0 && Number.isFinite(ms))).toBe(true)
  }
  expect(steps.some((s) => s.samples.some((ms) => ms > 0))).toBe(true)
})
