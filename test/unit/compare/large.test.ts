import { describe, expect, it } from 'vitest'
import { alignGraphs, recognise, withoutShuffles } from '../../../engine/index.ts'
import { largeModel } from '../../fixtures/largeModel.ts'

describe('a network of 5,000 nodes', () => {
  it('beside itself without shuffles: they alone have no partner', () => {
    const graph = recognise(largeModel().graph)
    const start = performance.now()
    const { sections } = alignGraphs(graph, withoutShuffles(graph))
    console.log(`5,000 nodes aligned in ${(performance.now() - start).toFixed(0)} ms`)
    const pairs = sections.flatMap((s) => s.units.flatMap((u) => u.layers))
    const alone = pairs.filter((p) => p.a === null || p.b === null)
    expect(alone.every((p) => p.b === null)).toBe(true)
    expect(alone).toHaveLength(graph.nodes.filter((n) => n.op === 'channelShuffle').length)
    expect(alone.length).toBeGreaterThan(400)
  })
})
