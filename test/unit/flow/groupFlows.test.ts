/** A trace as flows between groups, against a search over single channels inside of each item. */
import { describe, expect, it } from 'vitest'
import { type Graph, NONE, type Node, type TensorId, tensorOf } from '../../../engine/index.ts'
import type { TraceFlow } from '../../../renderer/workers/contract/index.ts'
import { placeOf } from '../../../renderer/workers/network.ts'
import { traceView } from '../../../renderer/workers/tracing.ts'
import { type Expanded, expand, search, vertex } from './bruteForce.ts'
import { NETWORKS } from './networks.ts'

const channelsIn = (graph: Graph, id: TensorId): number => tensorOf(graph, id).fact.shape[1] ?? 1
const tensorIn = (v: string): number => Number(v.split('/')[0])

/** Most groups of convolutions that are not depthwise; where all are dense, those of the shuffle, as the halves of v2. */
function groupsOf(graph: Graph, nodes: readonly Node[]): number {
  let most = 1
  for (const { op, attrs, inputs } of nodes) {
    const groups = Number(attrs.groups ?? 1)
    if (op === 'conv2d' && groups < channelsIn(graph, inputs[0] ?? NONE)) most = Math.max(most, groups)
  }
  if (most === 1) for (const { op, attrs } of nodes) if (op === 'channelShuffle') most = Math.max(most, Number(attrs.groups))
  return most
}

/** Every single channel of an item's input followed through the item alone. */
function byBruteForce(graph: Graph, { next, previous }: Expanded, tensor: TensorId, channel: number): TraceFlow[] {
  const traced = vertex(tensor, channel)
  const before = search(previous, traced)
  const after = search(next, traced)
  const parts = new Map<string, Node[]>()
  for (const node of graph.nodes) parts.set(placeOf(node).item, [...(parts.get(placeOf(node).item) ?? []), node])
  const madeIn = new Map<TensorId, string>()
  for (const [key, nodes] of parts) for (const id of nodes.flatMap((n) => n.outputs)) madeIn.set(id, key)
  const flows: TraceFlow[] = []
  for (const [key, nodes] of parts) {
    const y = nodes.at(-1)?.outputs[0] ?? NONE
    const own = new Set(nodes.flatMap((n) => n.outputs))
    /** What a vertex reaches without leaving the item. */
    const reachedInside = (start: string): Set<string> => {
      const inner = new Map<string, readonly string[]>()
      const queue = [start]
      for (let v = queue.pop(); v !== undefined; v = queue.pop()) {
        if (inner.has(v)) continue
        const to = (next.get(v) ?? []).filter((w) => own.has(tensorIn(w)))
        inner.set(v, to)
        queue.push(...to)
      }
      return new Set(inner.keys())
    }
    const vertices = (id: TensorId) => Array.from({ length: channelsIn(graph, id) }, (_, c) => vertex(id, c))
    const touchedY = vertices(y).filter((v) => before.has(v) || after.has(v))
    if (touchedY.length === 0) continue
    const isBefore = touchedY.some((v) => before.has(v))
    const through = own.has(tensor) && tensor !== y
    const onwards = through ? reachedInside(traced) : undefined
    for (const x of new Set(nodes.flatMap((n) => n.inputs))) {
      if (x === NONE || own.has(x) || tensorOf(graph, x).data) continue
      const from = madeIn.get(x) ?? null
      const sourceGroups = from === null ? 1 : Math.min(groupsOf(graph, parts.get(from) ?? []), channelsIn(graph, x))
      const targetGroups = Math.min(groupsOf(graph, nodes), channelsIn(graph, y))
      const group = (c: number, id: TensorId, groups: number) => Math.floor((c * groups) / channelsIn(graph, id))
      const side = isBefore || through ? before : after
      const pairs = new Map<string, { from: Set<string>; to: Set<string> }>()
      for (const [c, v] of vertices(x).entries()) {
        if (!side.has(v)) continue
        const inside = reachedInside(v)
        const reached = onwards ? (inside.has(traced) ? onwards : new Set<string>()) : inside
        for (const [d, w] of vertices(y).entries()) {
          if (!touchedY.includes(w) || !reached.has(w)) continue
          const pair = `${group(c, x, sourceGroups)}>${group(d, y, targetGroups)}`
          const sets = pairs.get(pair) ?? { from: new Set(), to: new Set() }
          sets.from.add(v)
          sets.to.add(w)
          pairs.set(pair, sets)
        }
      }
      if (pairs.size === 0) continue
      const counts = Array.from({ length: sourceGroups }, () => ({ reached: 0, size: 0 }))
      for (const [c, v] of vertices(x).entries()) {
        const count = counts[group(c, x, sourceGroups)]
        if (!count) continue
        count.size++
        if (side.has(v)) count.reached++
      }
      const list = [...pairs].map(([pair, sets]) => {
        const [source = 0, target = 0] = pair.split('>').map(Number)
        return { source, target, from: sets.from.size, to: sets.to.size }
      })
      flows.push({ from, to: key, groups: counts, flows: sorted(list), through })
    }
  }
  return flows
}

const sorted = (flows: TraceFlow['flows']) => [...flows].sort((a, b) => a.source - b.source || a.target - b.target)
const ordered = (flows: readonly TraceFlow[]) =>
  flows
    .map((f) => ({ ...f, flows: sorted(f.flows) }))
    .sort((a, b) => `${a.to} ${a.from} ${a.groups.length}`.localeCompare(`${b.to} ${b.from} ${b.groups.length}`))

describe.each(NETWORKS)('flows of a trace in $name', ({ build }) => {
  it('are what single channels do, at every item', () => {
    const graph = build()
    const expanded = expand(graph)
    // The output of a unit, a channel in the middle of one, and the first feature map.
    const inner = graph.nodes.filter((n) => /stage[23]\.unit[12]\.(relu|concat|shuffle|depthwise\.conv|dw|compress\.bn)/.test(n.name))
    const unit = graph.nodes.filter((n) => placeOf(n).item === 'stage2/unit2')
    const chosen = [graph.nodes[0], unit[Math.floor(unit.length / 2)], ...inner.filter((_, i) => i % 2 === 0)]
    const tensors = [...new Set(chosen.flatMap((n) => n?.outputs[0] ?? []))]
    expect(tensors.length).toBeGreaterThan(2)
    let compared = 0
    let through = 0
    for (const tensor of tensors)
      for (const channel of [0, channelsIn(graph, tensor) - 1]) {
        const { flows } = traceView(graph, tensor, channel, true)
        expect(ordered(flows), `${tensorOf(graph, tensor).name}, channel ${channel}`).toEqual(ordered(byBruteForce(graph, expanded, tensor, channel)))
        compared += flows.reduce((sum, f) => sum + f.flows.length, 0)
        through += flows.filter((f) => f.through).length
      }
    expect(compared).toBeGreaterThan(30)
    expect(through).toBeGreaterThan(0)
  })
})

describe('a unit of three groups', () => {
  it('sends groups to others with its shuffle, and none to another without', () => {
    const pairs = (name: string) => {
      const graph = NETWORKS.find((n) => n.name === name)?.build()
      if (!graph) throw new Error(`no network ${name}`)
      const tensor = graph.nodes.find((n) => n.name === 'stage2.unit3.relu')?.outputs[0] ?? NONE
      const { flows } = traceView(graph, tensor, 0, true)
      return flows.find((f) => f.to === 'stage2/unit2')?.flows.map(({ source, target }) => `${source}>${target}`)
    }
    expect(pairs('v1, g = 3, with shuffle')).toEqual(expect.arrayContaining(['0>0', '1>0', '0>1', '2>1']))
    expect(pairs('v1, g = 3, without shuffle')).toEqual(['0>0'])
  })
})
