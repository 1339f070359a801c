/** The closed form against the sum over the built graph, and the held widths against table 1 of the paper. */
import { describe, expect, it } from 'vitest'
import { inspectGraph } from '../../../engine/cost/inspect.ts'
import { parameterCount } from '../../../engine/ir/graph.ts'
import { recognise } from '../../../engine/passes/pipeline.ts'
import { HELD_GROUPS, holdComplexity, stemFor } from '../../../engine/zoo/holdComplexity.ts'
import { buildZooModel, ZOO } from '../../../engine/zoo/index.ts'
import { PAPER_V1, shuffleNetV1, V1_REPEATS, V1_WIDTHS, v1Widths } from '../../../engine/zoo/shuffleNetV1.ts'
import { shuffleNetV1Cost, v1ShapeCost } from '../../../engine/zoo/v1Cost.ts'
import { shapesOnly } from '../../../engine/zoo/weights.ts'

const SIZES = [
  [224, 224],
  [480, 640],
  [720, 1280],
] as const
const family = ZOO.flatMap(({ id }) => {
  const found = /^shufflenet-v1-g(\d)-([\d.]+)x$/.exec(id)
  return found ? [{ id, groups: Number(found[1]), scale: Number(found[2]) }] : []
})

describe('the cost of ShuffleNet v1 without its graph', () => {
  it('covers the whole family', () => expect(family).toHaveLength(25))

  it.each(family)('$id is what its graph adds up to, at every input size, with and without shuffle', ({ id, groups, scale }) => {
    for (const [height, width] of SIZES)
      for (const shuffle of height === 224 ? [true, false] : [true]) {
        const { graph } = buildZooModel(id, { inputSize: [height, width], shuffle })
        const { total, layers, params } = inspectGraph(graph, recognise(graph))
        const closed = shuffleNetV1Cost({ groups, scale, height, width, shuffle, repeats: V1_REPEATS })
        expect(closed.total).toEqual(total)
        expect(closed.total.params).toBe(params)
        const shuffles = layers.filter((l) => l.op === 'channelShuffle')
        expect(closed.shuffles).toEqual({ count: shuffles.length, bytes: shuffles.reduce((sum, l) => sum + l.bytes, 0) })
        expect(shuffles.every((l) => l.cost.convMacs + l.cost.linearMacs + l.cost.elementOps === 0)).toBe(true)
        for (const { key, cost } of closed.sections) {
          const own = layers.filter((l) => l.scope.split('/')[0] === key).map((l) => l.cost)
          for (const field of ['convMacs', 'linearMacs', 'elementOps', 'params', 'bytesRead', 'bytesWritten'] as const)
            expect(own.reduce((sum, c) => sum + c[field], 0)).toBe(cost[field])
        }
      }
  })

  it('follows repeats, classes and odd sizes', () => {
    const sizes = { groups: 4, height: 97, width: 65, shuffle: true, repeats: [2, 5, 1], classes: 10 } as const
    const graph = shuffleNetV1({ ...sizes, ...v1Widths(4, 0.75), name: 'v1', inputSize: [97, 65], denseFirst: true, variant: PAPER_V1 }, shapesOnly())
    const closed = shuffleNetV1Cost({ ...sizes, scale: 0.75 })
    expect(closed.total).toEqual(inspectGraph(graph, recognise(graph)).total)
    expect(closed.total.params).toBe(parameterCount(graph))
  })

  it('answers within a frame', () => {
    const request = { groups: 8, scale: 2, height: 720, width: 1280, shuffle: true, repeats: [16, 16, 16] } as const
    shuffleNetV1Cost(request)
    const start = performance.now()
    for (let i = 0; i < 100; i++) shuffleNetV1Cost(request)
    const ms = (performance.now() - start) / 100
    console.log(`the cost of ShuffleNet v1 takes ${ms.toFixed(3)} ms`)
    expect(ms).toBeLessThan(16)
  })

  it('refuses what cannot be built', () => {
    const request = { groups: 3, scale: 1, height: 224, width: 224, shuffle: true, repeats: V1_REPEATS }
    expect(() => shuffleNetV1Cost({ ...request, groups: 5 })).toThrow(/groups 5/)
    expect(() => shuffleNetV1Cost({ ...request, height: 0 })).toThrow(/height/)
    expect(() => shuffleNetV1Cost({ ...request, repeats: [4, 0, 4] })).toThrow(/units/)
    const { shape } = shuffleNetV1Cost(request)
    expect(() => v1ShapeCost({ ...shape, widths: [242, 484, 968] })).toThrow(/3 groups/)
    expect(() => v1ShapeCost({ ...shape, stem: 25 })).toThrow(/stem of 25/)
  })
})

describe('holding the complexity', () => {
  it("gives table 1's widths at 140 MFLOPs, and its complexities when rounded", () => {
    const held = HELD_GROUPS.map((g) => holdComplexity(g, { macs: 140e6 }))
    expect(held.map((h) => h.widths)).toEqual(HELD_GROUPS.map((g) => V1_WIDTHS[g]))
    expect(held.map((h) => h.widths[0])).toEqual([144, 200, 240, 272, 384])
    expect(held.map((h) => Math.round(h.macs / 1e6))).toEqual([143, 140, 137, 133, 137])
    expect(held.every((h) => h.stem === 24)).toBe(true)
  })

  it('takes the nearest width that divides, for any budget', () => {
    for (const macs of [13e6, 38e6, 100e6, 292e6, 524e6, 1e9])
      for (const groups of HELD_GROUPS) {
        const held = holdComplexity(groups, { macs })
        const away = (c: number) =>
          Math.abs(
            v1ShapeCost({
              groups,
              stem: held.stem,
              widths: [c, 2 * c, 4 * c],
              repeats: V1_REPEATS,
              height: 224,
              width: 224,
              shuffle: true,
              classes: 1000,
            }).total.convMacs - macs,
          )
        const [c] = held.widths
        expect(c % (4 * groups)).toBe(0)
        expect(away(c)).toBeLessThanOrEqual(away(c + 4 * groups))
        if (c - 4 * groups > held.stem) expect(away(c)).toBeLessThanOrEqual(away(c - 4 * groups))
      }
  })

  it('narrows as the input grows, and stops at what can be built', () => {
    const narrow = holdComplexity(3, { macs: 140e6, height: 480, width: 640 })
    expect(narrow.widths[0]).toBeLessThan(240)
    const least = holdComplexity(8, { macs: 1 })
    expect(least.widths[0]).toBe(32)
    expect(least.macs).toBeGreaterThan(1)
    expect([13e6, 38e6, 140e6, 292e6, 524e6].map(stemFor)).toEqual([12, 12, 24, 24, 48])
    expect(() => holdComplexity(3, { macs: 0 })).toThrow(/budget/)
  })
})
