import { describe, expect, it } from 'vitest'
import { ScatterChart } from '../../renderer/charts/scatter/Chart.tsx'
import { pointAt, pointBeside, type ScatterData, type ScatterPoint, scatterLayout } from '../../renderer/charts/scatter/layout.ts'
import { svgOf } from './svg.tsx'

const size = { width: 420, height: 260 }
const points: ScatterPoint[] = [
  { key: 'a', family: 'shufflenet', x: 13, y: 52.7 },
  { key: 'b', family: 'noShuffle', x: 13, y: 56.5 },
  { key: 'c', family: 'shufflenet', x: 140, y: 32.4 },
  { key: 'd', family: 'mobilenet', x: 569, y: 29.4 },
  { key: 'e', family: 'structure', x: 140, y: 50.7 },
  { key: 'f', family: 'other', x: 15300, y: 28.5 },
  { key: 'g', family: 'variant', x: 527, y: 24.7 },
]
const data: ScatterData = {
  points,
  lines: [
    { key: 'own', kind: 'own', x: 38, label: 'yours: 38.0 M' },
    { key: 'before', kind: 'before', x: 1400, label: 'before: 1.40 G' },
  ],
}
const style = [
  '.scatter-grid{stroke:#dddedb}',
  '.scatter-line line{stroke:#1b1d20;stroke-width:2}.is-before line{stroke-dasharray:4 3}',
  '.scatter-mark path{fill:#fff;stroke:#5b6067}.is-shufflenet path{fill:#1b1d20}',
  '.scatter-tick.is-x{text-anchor:middle}.scatter-tick.is-y,.scatter-axis.is-x,.is-left{text-anchor:end}',
].join('')
const chart = (own: ScatterData) => (
  <ScatterChart
    data={own}
    size={size}
    texts={{ label: 'Complexity and error', x: 'MFLOPs', y: 'top-1 error, %' }}
    hovered={null}
    describe={String}
    onHover={() => undefined}
  />
)

describe('scatter', () => {
  it('draws points and upright lines', async () => {
    await expect(svgOf(chart(data), style)).toMatchFileSnapshot('scatter.svg')
  })

  it('draws axes alone where there is no point', async () => {
    await expect(svgOf(chart({ points: [], lines: [] }), style)).toMatchFileSnapshot('scatter-empty.svg')
  })

  it('is logarithmic along x and linear along y, with everything inside', () => {
    const shapes = scatterLayout(data, size)
    const mark = (key: string) => shapes.marks.find((m) => m.key === key) ?? { x: Number.NaN, y: Number.NaN }
    const decade = (shapes.xTicks.find((t) => t.label === '1000')?.at ?? 0) - (shapes.xTicks.find((t) => t.label === '100')?.at ?? 0)
    expect(mark('d').x - mark('c').x).toBeCloseTo(decade * Math.log10(569 / 140))
    expect(mark('e').y - mark('b').y).toBeCloseTo(((56.5 - 50.7) / (56.5 - 52.7)) * (mark('a').y - mark('b').y))
    for (const { x, y } of shapes.marks) {
      expect(x).toBeGreaterThan(shapes.left)
      expect(x).toBeLessThan(shapes.right)
      expect(y).toBeGreaterThan(shapes.top)
      expect(y).toBeLessThan(shapes.bottom)
    }
    // Less error is lower.
    expect(mark('g').y).toBeGreaterThan(mark('b').y)
  })

  it('keeps lines inside, also beyond the points, with labels on the side that has room and on rows of their own', () => {
    const { lines, left, right } = scatterLayout(
      {
        points,
        lines: [
          { key: 'small', kind: 'own', x: 2, label: '' },
          { key: 'large', kind: 'before', x: 90_000, label: '' },
        ],
      },
      size,
    )
    expect(lines.map((l) => l.side)).toEqual(['right', 'left'])
    for (const l of lines) expect(l.at > left && l.at < right).toBe(true)
    expect(new Set(lines.map((l) => l.labelY)).size).toBe(2)
    expect(scatterLayout({ points, lines: [{ key: 'none', kind: 'own', x: 0, label: '' }] }, size).lines).toEqual([])
  })

  it('finds the nearest point within reach, and walks the points along both axes', () => {
    const shapes = scatterLayout(data, size)
    for (const mark of shapes.marks) expect(pointAt(shapes, mark.x + 2, mark.y - 2, 20)?.key).toBe(mark.key)
    expect(pointAt(shapes, shapes.right, shapes.top, 20)).toBeUndefined()
    const walk = (key: string, from: string | null) => pointBeside(shapes, from, key)?.key
    expect([null, 'a', 'b', 'c', 'e', 'g', 'd', 'f'].map((from) => walk('ArrowRight', from))).toEqual(['a', 'b', 'c', 'e', 'g', 'd', 'f', 'f'])
    expect(walk('ArrowUp', 'g')).toBe('f')
    expect(walk('ArrowDown', 'f')).toBe('g')
    expect([walk('Home', 'c'), walk('End', 'c'), walk('Enter', 'c')]).toEqual(['a', 'f', undefined])
    expect(pointBeside(scatterLayout({ points: [], lines: [] }, size), null, 'ArrowRight')).toBeUndefined()
  })
})
