import { describe, expect, it } from 'vitest'
import { DifferenceChart } from '../../renderer/charts/compare/Chart.tsx'
import { type DifferenceDatum, differenceLayout, differenceOf, largestDifference } from '../../renderer/charts/compare/layout.ts'
import { DifferenceScale } from '../../renderer/charts/compare/Scale.tsx'
import { svgOf } from './svg.tsx'

const rowHeight = 24
const width = 240
/** A shared layer, one that grows, one that shrinks, one of each side alone, and a very small difference. */
const data: DifferenceDatum[] = [
  { a: 10, b: 10 },
  { a: 10, b: 30 },
  { a: 50, b: 10 },
  { a: 8, b: null },
  { a: null, b: 16 },
  { a: 10, b: 10.01 },
]
const frame = (own: readonly DifferenceDatum[]) => ({ width, rowHeight, most: largestDifference(own) })
const style = [
  '.difference-zero{stroke:#9a9ea3}',
  '.difference-hit{fill:transparent}',
  '.difference-row{fill:#e6eafb}',
  '.difference-bar circle{fill:#5b6067}',
  '.is-only rect:not(.difference-hit){stroke:#1b1d20;stroke-dasharray:2 2}',
  '.is-zero{text-anchor:middle}',
  '.is-more{text-anchor:end}',
].join('')
const chart = (
  own: readonly DifferenceDatum[],
  selected: readonly [number, number] | null = null,
  rows: readonly [number, number] = [0, own.length],
) => <DifferenceChart data={own} frame={frame(own)} rows={rows} selected={selected} describe={(i) => `row ${i}`} onSelect={() => undefined} />

describe('differences', () => {
  it('draws a bar per row to the side of the one that has more', async () => {
    await expect(svgOf(chart(data, [2, 2]), style)).toMatchFileSnapshot('compare.svg')
  })

  it('draws a dot where nothing differs', async () => {
    await expect(svgOf(chart([{ a: 3, b: 3 }]), style)).toMatchFileSnapshot('compare-same.svg')
  })

  it('draws the scale that is the legend', async () => {
    // Ids are made by React and not ours to fix.
    const scale = svgOf(<DifferenceScale width={width} ends={{ less: '−40', more: '+40' }} none="" hint="right: B has more" />, style).replace(
      /(id="|url\(#)[^")]+/g,
      '$1scale',
    )
    await expect(scale).toMatchFileSnapshot('compare-scale.svg')
  })

  it('measures all rows by one scale, zero in the middle, the largest difference up to the edge', () => {
    const { bars, zero, left, right } = differenceLayout(data, frame(data))
    expect(zero).toBe((left + right) / 2)
    expect(bars[2]?.x).toBeCloseTo(left)
    expect((bars[2]?.x ?? 0) + (bars[2]?.width ?? 0)).toBeCloseTo(zero)
    expect(bars[1]?.x).toBe(zero)
    // 20 of 40 is half of one side.
    expect(bars[1]?.width).toBeCloseTo((right - zero) / 2)
    expect(bars.map((b) => b.only)).toEqual([null, null, null, 'a', 'b', null])
    expect(bars.map((b) => Math.sign(b.share))).toEqual([0, 1, -1, -1, 1, 1])
    expect(bars[5]?.width).toBeGreaterThanOrEqual(1)
    for (const bar of bars) {
      expect(bar.x).toBeGreaterThanOrEqual(left)
      expect(bar.x + bar.width).toBeLessThanOrEqual(right + 1e-9)
    }
  })

  it('draws a window of many rows where the whole would have them', () => {
    const many = Array.from({ length: 5000 }, (_, i): DifferenceDatum => ({ a: i % 7, b: i % 11 }))
    const whole = differenceLayout(many, frame(many))
    const part = differenceLayout(many, frame(many), 2000, 2040)
    expect(part.bars).toEqual(whole.bars.slice(2000, 2040))
    expect(part.bars[0]?.y).toBeGreaterThanOrEqual(2000 * rowHeight)
    const markup = svgOf(chart(many, null, [2000, 2040]), style)
    expect(markup.match(/<title>/g)).toHaveLength(40)
    expect(markup).toContain(`height="${5000 * rowHeight}"`)
  })

  it('counts a missing side as nothing', () => {
    expect(data.map(differenceOf)).toEqual([0, 20, -40, -8, 16, expect.closeTo(0.01)])
    expect(largestDifference([])).toBe(0)
    expect(differenceLayout([], frame([])).bars).toEqual([])
  })
})
