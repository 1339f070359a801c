/** What the page gets of traces and mixing, against a search over single channels and the engine's own numbers. */
import { describe, expect, it } from 'vitest'
import { mixingFamily, mixingView } from '../../../renderer/workers/mixing.ts'
import { placeOf } from '../../../renderer/workers/network.ts'
import { traceView } from '../../../renderer/workers/tracing.ts'
import { expand, search, vertex } from './bruteForce.ts'
import { v1, v2 } from './networks.ts'

describe('a trace for the map', () => {
  it.each([
    ['v1, g = 3', v1(3, true)],
    ['v2', v2('torchvision', true)],
  ])('counts per item and group what the search finds: %s', (_, graph) => {
    const { next, previous } = expand(graph)
    const tensor = graph.nodes.find((n) => /stage2\.unit2\.(relu|shuffle|concat)$/.test(n.name) && n.op !== 'channelShuffle')?.outputs[0] ?? -1
    const trace = traceView(graph, tensor, 5, true)
    expect(trace.item).toBe('stage2/unit2')
    const [before, after] = [search(previous, vertex(tensor, 5)), search(next, vertex(tensor, 5))]
    let compared = 0
    for (const item of trace.items) {
      const output = graph.nodes.filter((n) => placeOf(n).item === item.key).at(-1)?.outputs[0] ?? -1
      const found = item.side === 'before' ? before : after
      let c = 0
      for (const { reached, size } of item.groups) {
        const own = Array.from({ length: size }, () => vertex(output, c++))
        expect(reached, `${item.key} ${item.side}`).toBe(own.filter((v) => found.has(v)).length)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(8)
    // The unit before leads to it, the classifier comes after it.
    expect(trace.items.find((i) => i.key === 'stage2/unit1')?.side).toBe('before')
    expect(trace.items.find((i) => i.key === 'op:fc')?.side).toBe('after')
  })

  it('reaches less where shuffles are taken out', () => {
    const graph = v1(4, true)
    const tensor = graph.nodes.find((n) => n.name === 'stage2.unit1.relu')?.outputs[0] ?? -1
    const reached = (shuffle: boolean) =>
      traceView(graph, tensor, 0, shuffle)
        .items.find((i) => i.key === 'stage2/unit3')
        ?.groups.map((g) => g.reached)
    expect(reached(false)).toEqual([8, 0, 0, 0])
    expect(reached(true)).toEqual([8, 8, 8, 8])
  })
})

describe('mixing for the page', () => {
  it('pairs units with and without shuffle, and leaves out what a network without one has not', () => {
    const view = mixingView(v1(4, true), 'narrow', new AbortController().signal)
    expect(view.stages[0]?.points.map((p) => [p.item, p.depth, p.off?.channels.most])).toEqual([
      ['stage2/unit1', 0, 1 / 32],
      ['stage2/unit2', 1, 1 / 4],
      ['stage2/unit3', 2, 1 / 4],
    ])
    const plain = mixingView(v1(4, false), 'narrow', new AbortController().signal)
    expect(plain.hasShuffle).toBe(false)
    expect(plain.stages.every((s) => s.points.every((p) => p.off === null))).toBe(true)
  })

  it('tells how far it is, and stops when cancelled', async () => {
    const controller = new AbortController()
    const steps: number[] = []
    const progress = ({ done = 0 }: { done?: number }) => {
      steps.push(done)
      if (done === 2) controller.abort()
    }
    await expect(mixingFamily('0.25x', { signal: controller.signal, progress })).rejects.toThrow(/cancel/i)
    expect(steps).toEqual([0, 1, 2])
  })

  it("follows the five networks at the paper's widths", async () => {
    const start = performance.now()
    const views = await mixingFamily('1.0x', { signal: new AbortController().signal, progress: () => undefined })
    console.log(`five networks at 1.0x: ${(performance.now() - start).toFixed(0)} ms`)
    expect(views.map((v) => v.stages[1]?.channels)).toEqual([288, 400, 480, 544, 768])
    expect(views.map((v) => v.stages[1]?.points.at(-1)?.off?.channels.mean ?? 1)).toEqual([1, 2, 3, 4, 8].map((g) => expect.closeTo(1 / g, 9)))
  })
})
