import { describe, expect, it } from 'vitest'
import { ParetoChart } from '../../renderer/charts/pareto/Chart.tsx'
import { frontierOf, type ParetoPoint, paretoAt, paretoBeside, paretoLayout } from '../../renderer/charts/pareto/layout.ts'
import { svgOf } from './svg.tsx'

const size = { width: 460, height: 260 }
const points: ParetoPoint[] = [
  { key: 'original', kind: 'original', label: 'Original', x: 1117, y: 1 },
  { key: 'int8', kind: 'int8', label: '8 bits', x: 401, y: 0.96 },
  { key: 'pruned', kind: 'pruned', label: '30 % pruned', x: 751, y: 0.88 },
  { key: 'both', kind: 'both', label: '30 % pruned + 8 bits', x: 299, y: 0.84 },
]
const style = [
  '.scatter-grid{stroke:#dddedb}.pareto-frontier{fill:none;stroke:#9a9ea3}.pareto-ring{fill:none;stroke:#3554d1}',
  '.pareto-mark path{fill:#fff;stroke:#5b6067}.is-best path{fill:#1b1d20}',
  '.scatter-tick.is-x{text-anchor:middle}.scatter-tick.is-y,.scatter-axis.is-x{text-anchor:end}',
].join('')
const nothing = () => undefined
const chart = (own: readonly ParetoPoint[]) => (
  <ParetoChart
    points={own}
    size={size}
    texts={{ label: 'Cost and agreement', x: 'KiB', y: 'agreement, %' }}
    tickText={String}
    selected="int8"
    hovered={null}
    describe={String}
    onHover={nothing}
    onSelect={nothing}
  />
)
const layout = (own: readonly ParetoPoint[]) => paretoLayout(own, size, String)

describe('variants by cost and agreement', () => {
  it('draws them, with a line through those that none beats', async () => {
    await expect(svgOf(chart(points), style)).toMatchFileSnapshot('pareto.svg')
  })

  it('draws axes alone where there is none', async () => {
    await expect(svgOf(chart([]), style)).toMatchFileSnapshot('pareto-empty.svg')
  })

  it('finds what none beats: ties stay, what is worse in one and no better in the other goes', () => {
    expect(frontierOf(points)).toEqual(['both', 'int8', 'original'])
    const tie = { ...points[0], key: 'tie' } as ParetoPoint
    expect(frontierOf([...points, tie])).toEqual(['both', 'int8', 'original', 'tie'])
    expect(frontierOf(points.map((p) => ({ ...p, y: 1 })))).toEqual(['both'])
    expect(
      layout(points)
        .marks.filter((m) => m.best)
        .map((m) => m.key),
    ).toEqual(['original', 'int8', 'both'])
  })

  it('begins at no cost, ends above full agreement, and keeps marks and their names inside and apart', () => {
    const { marks, left, right, top, bottom, xTicks, yTicks } = layout(points)
    expect(xTicks[0]).toEqual({ at: left, label: '0' })
    expect(yTicks.at(-1)?.label).toBe('100')
    for (const { x, y } of marks) expect(x > left && x < right && y > top && y < bottom).toBe(true)
    expect(marks.map((m) => m.label?.text)).toEqual(points.map((p) => p.label))
    // Of many at the same place some names give way.
    const crowd = Array.from({ length: 12 }, (_, i): ParetoPoint => ({ key: `${i}`, kind: 'int8', label: `variant ${i}`, x: 100, y: 0.9 }))
    const named = layout(crowd).marks.filter((m) => m.label)
    expect(named.length).toBeGreaterThan(0)
    expect(named.length).toBeLessThan(6)
    // Where all agree, a tenth below is still in the picture: one photo of a few is a large share.
    expect(Number(layout(points.map((p) => ({ ...p, y: 1 }))).yTicks[0]?.label)).toBeLessThanOrEqual(92)
  })

  it('finds the nearest mark within reach, and walks them by cost', () => {
    const shapes = layout(points)
    for (const mark of shapes.marks) expect(paretoAt(shapes, mark.x + 3, mark.y - 3, 24)?.key).toBe(mark.key)
    expect(paretoAt(shapes, shapes.left, shapes.top, 24)).toBeUndefined()
    const walk = (from: string | null, key: string) => paretoBeside(shapes, from, key)?.key
    expect([null, 'both', 'int8', 'pruned'].map((from) => walk(from, 'ArrowRight'))).toEqual(['both', 'int8', 'pruned', 'pruned'])
    expect([walk('pruned', 'ArrowLeft'), walk('int8', 'Home'), walk('int8', 'End'), walk('int8', 'Enter')]).toEqual([
      'int8',
      'both',
      'pruned',
      undefined,
    ])
  })
})
