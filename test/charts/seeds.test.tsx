import { describe, expect, it } from 'vitest'
import { SeedAxis, SeedStrip } from '../../renderer/charts/seeds/Chart.tsx'
import { RADIUS, type SeedRow, seedsLayout } from '../../renderer/charts/seeds/layout.ts'
import { svgOf } from './svg.tsx'

const style =
  '.seeds-grid{stroke:#dddedb}.seeds-spread,.seeds-mean{stroke:#9a9ea3;stroke-width:2}.seeds.is-hollow .seeds-dot{fill:#fff;stroke:#000}.seeds-tick{font-size:11px;text-anchor:middle}'
const row = (key: string, mean: number, deviation: number | null, ...values: number[]): SeedRow => ({ key, mean, deviation, values })
const SIZE = { width: 200, height: 24 }
const rows = [row('with', 70, 1, 69, 70, 71), row('without', 72, 2, 70, 72, 74), row('one', 75, null, 75)]

describe('results of several seeds', () => {
  it('draws every value, the mean and a standard deviation to both sides', async () => {
    const { rows: shapes, ticks } = seedsLayout(rows, SIZE)
    const chart = (
      <svg width={200} height={90} role="img" aria-label="Three networks">
        <SeedAxis ticks={ticks} size={{ width: 200, height: 18 }} />
        {shapes.map((s, i) => (
          <g key={s.key} transform={`translate(0,${18 + 24 * i})`}>
            <SeedStrip shapes={s} ticks={ticks} size={SIZE} label={s.key} isHollow={s.key === 'without'} />
          </g>
        ))}
      </svg>
    )
    await expect(svgOf(chart, style)).toMatchFileSnapshot('seeds.svg')
  })

  it('has one scale for all rows, and room for dots and spreads at both ends', () => {
    const { rows: shapes, ticks } = seedsLayout(rows, SIZE)
    const [a, b, one] = shapes
    // 69 is the least of all, 75 the most; 70 stands in both rows at one place.
    expect(a?.dots[0]).toBeGreaterThanOrEqual(RADIUS)
    expect(one?.dots[0]).toBeLessThanOrEqual(SIZE.width - RADIUS)
    expect(a?.dots[1]).toBe(b?.dots[0])
    expect(a?.mean).toBe(a?.dots[1])
    expect(a?.spread).toEqual([a?.dots[0], a?.dots[2]])
    expect(one?.spread).toBeNull()
    expect(ticks.find((t) => t.label === '70')?.at).toBe(a?.mean)
    const wide = seedsLayout([row('far', 50, 20, 50)], SIZE).rows[0]?.spread
    expect(wide?.every((x) => x >= 0 && x <= SIZE.width)).toBe(true)
  })

  it('has a scale where there is one value, and none to draw where there is nothing', () => {
    expect(seedsLayout([row('one', 75, null, 75)], SIZE).rows[0]?.dots).toEqual([100])
    expect(seedsLayout([], SIZE).rows).toEqual([])
  })
})
