import { describe, expect, it } from 'vitest'
import { listBits } from '../../../engine/flow/bits.ts'
import { channelGraph } from '../../../engine/flow/links.ts'
import { type ReachedChannels, traceChannel } from '../../../engine/flow/reach.ts'
import { type Graph, hostTensor, sizeOf, type TensorId, tensorOf } from '../../../engine/index.ts'
import { GraphBuilder } from '../../../engine/ir/build.ts'
import { NO_ACTIVATION, RELU } from '../../../engine/ops/activationFunction.ts'
import { factsOf } from '../../../engine/ops/facts.ts'
import { OPS } from '../../../engine/ops/registry.ts'
import { evaluateGraph } from '../../fixtures/evaluate.ts'
import { expand, search, vertex } from './bruteForce.ts'
import { NETWORKS } from './networks.ts'

const named = (reached: ReachedChannels): string[] => [...reached].flatMap(([id, bits]) => listBits(bits).map((c) => vertex(id, c))).sort()
const computed = (graph: Graph): TensorId[] => [...graph.tensors.values()].filter((t) => !t.data).map((t) => t.id)
const channelsIn = (graph: Graph, id: TensorId): number => tensorOf(graph, id).fact.shape[1] ?? 1

describe.each(NETWORKS)('tracing a channel of $name', ({ build }) => {
  const graph = build()
  const channels = channelGraph(graph)

  it('equals a search over all single channels, from every channel of every tensor', () => {
    const { next, previous } = expand(graph)
    let traced = 0
    for (const id of computed(graph))
      for (let c = 0; c < channelsIn(graph, id); c += Math.max(1, Math.floor(channelsIn(graph, id) / 5))) {
        const { before, after } = traceChannel(channels, id, c)
        expect(named(before), `before ${vertex(id, c)}`).toEqual([...search(previous, vertex(id, c))].sort())
        expect(named(after), `after ${vertex(id, c)}`).toEqual([...search(next, vertex(id, c))].sort())
        traced++
      }
    expect(traced).toBeGreaterThan(150)
  })

  it('equals what changes in the values when a channel is disturbed', () => {
    const [input = -1] = graph.inputs
    const { shape } = tensorOf(graph, input).fact
    const values = evaluateGraph(graph, [hostTensor(shape, new Float32Array(sizeOf(shape)).fill(1))])
    // The first feature maps of stages 2 and 3: what leaves their first units.
    const starts = graph.nodes.filter((n) => /stage[23]\.unit1\.(relu|concat|shuffle)$/.test(n.name)).flatMap((n) => n.outputs)
    expect(starts.length).toBeGreaterThan(1)
    for (const start of starts)
      for (let c = 0; c < channelsIn(graph, start); c += Math.max(1, Math.floor(channelsIn(graph, start) / 8)))
        expect(disturbed(graph, values, start, c), `channel ${c} of ${tensorOf(graph, start).name}`).toEqual(
          named(traceChannel(channels, start, c).after),
        )
  })
})

/** Channels whose values change when channel `c` of `start` is multiplied, downstream of it. */
function disturbed(graph: Graph, values: ReadonlyMap<TensorId, ReturnType<typeof hostTensor>>, start: TensorId, c: number): string[] {
  const changed = new Map(values)
  const old = values.get(start)
  if (!old) throw new Error('the tensor has no value')
  const inner = old.data.length / channelsIn(graph, start)
  changed.set(start, { ...old, data: Float32Array.from(old.data, (v, i) => (Math.floor(i / inner) === c ? v * 50 + 1 : v)) })
  const found = [vertex(start, c)]
  const first = graph.nodes.findIndex((n) => n.outputs.includes(start)) + 1
  for (const node of graph.nodes.slice(first)) {
    const outputs = OPS.evaluate(
      node.op,
      node.attrs,
      node.inputs.map((id, i) => changed.get(id) ?? factsOf(graph, node).inputs[i]?.value),
    )
    node.outputs.forEach((id, i) => {
      const now = outputs[i]
      const before = values.get(id)
      if (!now || !before) return
      changed.set(id, now)
      const size = now.data.length / channelsIn(graph, id)
      for (let d = 0; d < channelsIn(graph, id); d++)
        if (now.data.subarray(d * size, (d + 1) * size).some((v, k) => v !== before.data[d * size + k])) found.push(vertex(id, d))
    })
  }
  return found.sort()
}

describe('channel graph', () => {
  it('gives the same traces with shuffles taken out as the network built without them', () => {
    const [withShuffle, without] = [NETWORKS[4], NETWORKS[5]].map((n) => n?.build())
    if (!withShuffle || !without) throw new Error('no networks')
    const off = channelGraph(withShuffle, { shuffle: false })
    const built = channelGraph(without)
    const idOf = (graph: Graph, name: string): TensorId => graph.nodes.find((n) => n.name === name)?.outputs[0] ?? -1
    const [a, b] = [idOf(withShuffle, 'stage3.unit1.relu'), idOf(without, 'stage3.unit1.relu')]
    for (const name of ['stage3.unit2.relu', 'stage4.unit1.relu', 'fc']) {
      const [x, y] = [idOf(withShuffle, name), idOf(without, name)]
      expect(traceChannel(off, a, 5).after.get(x), name).toEqual(traceChannel(built, b, 5).after.get(y))
    }
  })

  it('refuses a channel that is not there', () => {
    const graph = NETWORKS[0]?.build()
    if (!graph) throw new Error('no network')
    const channels = channelGraph(graph)
    expect(() => traceChannel(channels, graph.inputs[0] ?? -1, 3)).toThrow(/3 channels/)
    expect(() => traceChannel(channels, graph.inputs[0] ?? -1, 0.5)).toThrow(/Channel 0.5/)
    expect(() => traceChannel(channels, 99_999, 0)).toThrow(/no such tensor/)
  })

  it('traces through 5,000 nodes in tens of milliseconds', () => {
    const builder = new GraphBuilder('long', OPS)
    let x = builder.input('x', [1, 64, 4, 4])
    const weight = builder.weight('w', [64, 16, 1, 1], new Float32Array(64 * 16).fill(0.01))
    const conv = {
      kernel: [1, 1],
      stride: [1, 1],
      pad: [0, 0, 0, 0],
      dilation: [1, 1],
      groups: 4,
      activation: NO_ACTIVATION,
      residual: false,
      shuffle: null,
    }
    for (let i = 0; i < 5000; i += 4) {
      const y = builder.node('conv2d', conv, [x, weight, -1], { name: `conv${i}` })
      const z = builder.node('channelShuffle', { groups: 4, order: '(g,n)' }, [y], { name: `shuffle${i}` })
      const r = builder.node('activation', { function: RELU }, [z], { name: `relu${i}` })
      x = builder.node('binary', { function: 'add', activation: NO_ACTIVATION }, [x, r], { name: `add${i}` })
    }
    const graph = builder.finish([x])
    expect(graph.nodes.length).toBe(5000)
    const channels = channelGraph(graph)
    const middle = graph.nodes[2500]?.outputs[0] ?? -1
    traceChannel(channels, middle, 1)
    const start = performance.now()
    const { before, after } = traceChannel(channels, middle, 1)
    const ms = performance.now() - start
    console.log(`one channel through 5,000 nodes: ${ms.toFixed(1)} ms`)
    expect(before.size + after.size).toBeGreaterThan(4000)
    // Far above what it takes, so that a busy machine does not fail it; quadratic work would.
    expect(ms).toBeLessThan(500)
  })
})
