import { describe, expect, it } from 'vitest'
import { RooflineChart } from '../../renderer/charts/roofline/Chart.tsx'
import { markAt, markBeside, type RooflinePoint, rooflineLayout } from '../../renderer/charts/roofline/layout.ts'
import { svgOf } from './svg.tsx'

/** A ridge at one MAC per byte. */
const machine = { gmacs: 32, gbs: 32 }
const size = { width: 420, height: 240 }
const texts = {
  label: 'Roofline',
  x: 'MACs per byte',
  xHint: 'arithmetic intensity',
  y: 'GMAC/s',
  peak: 'peak 32 GMAC/s',
  peakHint: 'from registers',
  memory: 'memory 32 GB/s',
  memoryHint: 'beyond the caches',
}
const style = [
  '.roofline-grid{stroke:#dddedb}',
  '.roofline-symbol{stroke:#5b6067;stroke-width:.75}',
  '.roofline-roof,.roofline-ring{fill:none;stroke:#5b6067;stroke-width:1.5}',
  '.is-selected>.roofline-ring,.is-selected>.roofline-symbol{stroke:#3554d1}',
  '.roofline-tick.is-x,.is-memory{text-anchor:middle}',
  '.roofline-tick.is-y,.roofline-axis.is-x,.is-peak{text-anchor:end}',
].join('')
const nothing = () => undefined

const points: RooflinePoint[] = [
  { index: 0, kind: 'conv', intensity: 3.4, gmacs: 15, ms: 0.14 },
  { index: 2, kind: 'pointwise', intensity: 2, gmacs: 24, ms: 0.06 },
  { index: 3, kind: 'pointwiseGrouped', intensity: 5, gmacs: 30, ms: 0.09 },
  // Above the slope: its data was in a cache.
  { index: 4, kind: 'depthwise', intensity: 0.4, gmacs: 20, ms: 0.01 },
  { index: 6, kind: 'linear', intensity: 0.25, gmacs: 6, ms: 0.02 },
]
const chart = (own: readonly RooflinePoint[], range: readonly [number, number] | null = null) => (
  <RooflineChart
    data={{ machine, points: own }}
    size={size}
    texts={texts}
    range={range}
    hovered={null}
    describe={String}
    onHover={nothing}
    onSelect={nothing}
  />
)
const layout = (own: readonly RooflinePoint[]) => rooflineLayout({ machine, points: own }, size)
/** Corners of the roof, left to right. */
const cornersOf = (roof: string) =>
  roof
    .slice(1)
    .split('L')
    .map((pair) => pair.split(',').map(Number))

describe('roofline', () => {
  it('draws a mark per layer under the roof, and one above the slope', async () => {
    await expect(svgOf(chart(points, [3, 3]), style)).toMatchFileSnapshot('roofline.svg')
  })

  it('draws the roof alone where there is no layer', async () => {
    await expect(svgOf(chart([]), style)).toMatchFileSnapshot('roofline-empty.svg')
  })

  it('places marks on logarithmic axes, above or below the slope as their numbers say', () => {
    const shapes = layout(points)
    const [start, ridge, end] = cornersOf(shapes.roof)
    const slope = (x: number) => {
      const [[x0 = 0, y0 = 0] = [], [x1 = 0, y1 = 0] = []] = [start, ridge]
      return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)
    }
    expect(ridge?.[1]).toBeCloseTo(end?.[1] ?? Number.NaN)
    const mark = (index: number) => shapes.marks.find((m) => m.index === index)
    // 20 GMAC/s is above what memory feeds at 0.4 MACs per byte, 6 at 0.25 is below.
    expect(mark(4)?.y).toBeLessThan(slope(mark(4)?.x ?? Number.NaN))
    expect(mark(6)?.y).toBeGreaterThan(slope(mark(6)?.x ?? Number.NaN))
    // Equal ratios are equal distances: the ridge is at 1 MAC per byte, marks at 2 and 0.25.
    const doubling = (mark(2)?.x ?? Number.NaN) - (ridge?.[0] ?? Number.NaN)
    expect((ridge?.[0] ?? Number.NaN) - (mark(6)?.x ?? Number.NaN)).toBeCloseTo(2 * doubling)
    for (const { x, y } of shapes.marks) {
      expect(x).toBeGreaterThan(shapes.left)
      expect(x).toBeLessThan(shapes.right)
      expect(y).toBeGreaterThan(shapes.top)
      expect(y).toBeLessThan(shapes.bottom)
    }
  })

  it('lays the layer that takes longest on top, and the darkest', () => {
    const { marks, longest } = layout(points)
    expect(marks.map((m) => m.index)).toEqual([4, 6, 2, 3, 0])
    expect(marks.at(-1)?.share).toBe(1)
    expect(longest).toBe(0.14)
  })

  it('shows one layer, and equal ones, with both numbers of the roof in sight', () => {
    const [one] = points.slice(1)
    if (!one) throw new Error('no point')
    for (const own of [[one], [one, { ...one, index: 7 }], [{ ...one, intensity: 1, gmacs: 32 }]]) {
      const shapes = layout(own)
      expect(shapes.marks).toHaveLength(own.length)
      expect(new Set(shapes.marks.map((m) => `${m.x},${m.y}`)).size).toBe(1)
      const corners = cornersOf(shapes.roof)
      expect(corners.flat().every(Number.isFinite)).toBe(true)
      expect(shapes.memory.x).toBeGreaterThan(corners[0]?.[0] ?? Number.NaN)
      expect(shapes.memory.x).toBeLessThan(corners[1]?.[0] ?? Number.NaN)
      expect(shapes.xTicks.length).toBeGreaterThan(1)
      expect(shapes.yTicks.length).toBeGreaterThan(0)
    }
  })

  it('leaves out what has no place on a logarithmic axis', () => {
    const [first] = points
    if (!first) throw new Error('no point')
    expect(layout([first, { ...first, index: 8, gmacs: 0 }, { ...first, index: 9, intensity: 0 }]).marks.map((m) => m.index)).toEqual([0])
  })

  it('keeps few enough ticks apart where the axes span many decades', () => {
    const [first] = points
    if (!first) throw new Error('no point')
    const { yTicks } = layout([first, { ...first, index: 1, gmacs: 1e-4 }])
    for (const [i, tick] of yTicks.entries()) if (i > 0) expect((yTicks[i - 1]?.at ?? 0) - tick.at).toBeGreaterThan(14)
    expect(yTicks.map((tick) => tick.label)).toContain('0.001')
  })

  it('finds the nearest mark within reach, and walks the marks along both axes', () => {
    const shapes = layout(points)
    for (const mark of shapes.marks) expect(markAt(shapes, mark.x + 3, mark.y - 3, 20)?.index).toBe(mark.index)
    expect(markAt(shapes, shapes.right, shapes.bottom, 20)).toBeUndefined()
    const walk = (key: string, from: number | null) => markBeside(shapes, from, key)?.index
    // By intensity: 6, 4, 2, 0, 3; by speed: 6, 0, 4, 2, 3.
    expect([null, 6, 4, 2, 0, 3].map((from) => walk('ArrowRight', from))).toEqual([6, 4, 2, 0, 3, 3])
    expect([6, 0, 4, 2, 3].map((from) => walk('ArrowUp', from))).toEqual([0, 4, 2, 3, 3])
    expect(walk('ArrowLeft', 6)).toBe(6)
    expect(walk('ArrowDown', 0)).toBe(6)
    expect(walk('Home', null)).toBe(0)
    expect(walk('End', null)).toBe(6)
    expect(walk('Enter', 3)).toBeUndefined()
    expect(markBeside(layout([]), null, 'ArrowRight')).toBeUndefined()
  })
})
