import { describe, expect, it } from 'vitest'
import { StripChart } from '../../renderer/charts/strip/Chart.tsx'
import { barAt, stripLayout } from '../../renderer/charts/strip/layout.ts'
import { svgOf } from './svg.tsx'

const bars = [8, 0, 3, 5, 1, 8].map((value, index) => ({ index, value, section: index < 2 ? 'stem' : 'stage2' }))
const size = { width: 240, height: 100 }
const nothing = () => undefined

describe('strip', () => {
  it('draws one bar per layer', async () => {
    const chart = (
      <StripChart
        bars={bars}
        size={size}
        label="MACs"
        range={[2, 3]}
        valueText={String}
        describe={String}
        sectionLabel={(key) => key}
        onRange={nothing}
      />
    )
    await expect(svgOf(chart)).toMatchFileSnapshot('strip.svg')
  })

  it('makes heights proportional to values', () => {
    const shapes = stripLayout(bars, size)
    const perUnit = (shapes.bars[0]?.height ?? 0) / 8
    for (const [i, bar] of shapes.bars.entries()) expect(bar.height).toBeCloseTo((bars[i]?.value ?? 0) * perUnit)
  })

  it('finds the bar under a point, and the nearest beyond the ends', () => {
    const shapes = stripLayout(bars, size)
    for (const [i, bar] of shapes.bars.entries()) expect(barAt(shapes, bar.x + bar.width / 2)).toBe(i)
    expect(barAt(shapes, -10)).toBe(0)
    expect(barAt(shapes, 999)).toBe(5)
    expect(barAt(stripLayout([], size), 10)).toBe(-1)
  })
})
