import { describe, expect, it } from 'vitest'
import { Histogram } from '../../renderer/charts/devices/Histogram.tsx'
import { binBeside, histogramLayout } from '../../renderer/charts/devices/histogram.ts'
import { LayerBars } from '../../renderer/charts/devices/LayerBars.tsx'
import { Lines } from '../../renderer/charts/devices/Lines.tsx'
import { type LayerBarRow, layerBarsLayout, rowBeside } from '../../renderer/charts/devices/layerBars.ts'
import { lineMarkAt, lineMarkBeside, linesLayout } from '../../renderer/charts/devices/lines.ts'
import { svgOf } from './svg.tsx'

const nothing = () => undefined
const size = { width: 360, height: 200 }
const style = [
  ':root{--device-0:#4d545d;--device-1:#8b9097;--device-2:#bcc0c4;--device-3:#dcdee0}',
  '.device-grid{stroke:#dddedb}.device-row-ground,.device-bin-reach{fill:none}',
  '.is-selected>.device-row-ground{fill:#e6eafb}',
  '.device-row-name,.device-row-value,.device-tick.is-y,.device-axis.is-x,.device-level-name{text-anchor:end}',
  '.device-tick.is-x{text-anchor:middle}.device-line{fill:none}.device-line.is-doubtful{stroke-dasharray:4 3}',
  '.device-whisker,.device-quantile line{stroke:#5b6067}',
].join('')

const rows: LayerBarRow[] = [
  { index: 0, name: 'conv1', values: [8, 2] },
  { index: 3, name: 'stage2.unit1.compress.conv', values: [4, 1.5] },
  { index: 5, name: 'stage2.unit1.depthwise.conv', values: [3, null] },
  { index: 9, name: 'fc', values: [0.2, 0.1] },
]

describe('bars of layers on several machines', () => {
  it('draws a row per layer, the doubtful machine hatched', async () => {
    const chart = (
      <LayerBars
        rows={rows}
        width={420}
        looks={[{ doubtful: true }, { doubtful: false }]}
        label="Layers"
        range={[3, 3]}
        valueText={(ms) => `${ms} ms`}
        describe={(r) => r.name}
        onSelect={nothing}
      />
    )
    await expect(svgOf(chart, style)).toMatchFileSnapshot('devices-layers.svg')
  })

  it('keeps one scale for all machines, and leaves out what was not timed', () => {
    const { rows: drawn, left, right } = layerBarsLayout(rows, 420)
    const width = (row: number, series: number) => drawn[row]?.bars.find((b) => b.series === series)?.width
    expect(width(0, 0)).toBeCloseTo(right - left)
    expect((width(0, 0) ?? 0) / (width(0, 1) ?? 1)).toBeCloseTo(4)
    expect(width(1, 0)).toBeCloseTo((right - left) / 2)
    expect(width(2, 1)).toBeUndefined()
    for (let i = 1; i < drawn.length; i++) expect(drawn[i]?.y).toBeGreaterThan(drawn[i - 1]?.bars.at(-1)?.y ?? 0)
    expect(layerBarsLayout([], 420)).toMatchObject({ height: 0, rows: [] })
  })

  it('is walked by keys', () => {
    const walk = (from: number | null, key: string) => rowBeside(rows, from, key)?.index
    expect([walk(null, 'ArrowDown'), walk(0, 'ArrowDown'), walk(9, 'ArrowDown'), walk(0, 'ArrowUp'), walk(3, 'End'), walk(3, 'Home')]).toEqual([
      0, 3, 9, 0, 9, 0,
    ])
    expect(walk(3, 'Enter')).toBeUndefined()
  })
})

const data = {
  series: [
    { key: 'ours', points: [1, 2, 4].map((x) => ({ x, y: 12 / x, low: 11.5 / x, high: 13 / x })) },
    { key: 'ort', points: [1, 2].map((x) => ({ x, y: 16 / x })) },
  ],
  fromZero: true,
  wholeX: true,
}

describe('lines', () => {
  it('draws values with their intervals, those of no device dashed', async () => {
    const chart = (
      <Lines
        data={data}
        size={size}
        texts={{ label: 'Threads', x: 'Threads', y: 'Median, ms' }}
        hovered={null}
        describe={(m) => `${m.series} ${m.at}`}
        onHover={nothing}
        doubtful={[false, true]}
      />
    )
    await expect(svgOf(chart, style)).toMatchFileSnapshot('devices-lines.svg')
  })

  it('begins at zero where it should, and finds points', () => {
    const shapes = linesLayout(data, size)
    expect(shapes.yTicks[0]).toEqual({ at: shapes.bottom, label: '0' })
    expect(shapes.xTicks.every((t) => /^\d+$/.test(t.label))).toBe(true)
    const [first, second] = shapes.marks
    expect(first && lineMarkAt(shapes, first.x + 2, first.y - 2, 10)).toEqual(first)
    // Twice as fast is half as high.
    expect(shapes.bottom - (second?.y ?? 0)).toBeCloseTo((shapes.bottom - (first?.y ?? 0)) / 2, 0)
    const walk = (from: number | null, key: string) => {
      const to = lineMarkBeside(shapes, from === null ? null : (shapes.marks[from] ?? null), key)
      return to && shapes.marks.indexOf(to)
    }
    expect([
      walk(null, 'ArrowRight'),
      walk(0, 'ArrowRight'),
      walk(2, 'ArrowRight'),
      walk(0, 'ArrowDown'),
      walk(3, 'ArrowUp'),
      walk(0, 'End'),
    ]).toEqual([0, 1, 2, 3, 0, 2])
    expect(walk(0, 'Enter')).toBeUndefined()
    expect(linesLayout({ series: [], fromZero: false }, size).marks).toEqual([])
    const alone = linesLayout({ series: [{ key: 'a', points: [{ x: 3, y: 5 }] }], fromZero: false }, size)
    expect(alone.marks[0]?.x).toBeCloseTo((alone.left + alone.right) / 2, 0)
  })
})

const samples = Array.from({ length: 60 }, (_, i) => 10 + (i % 7) * 0.3 + (i % 20 === 0 ? 4 : 0))
const marks = [
  { key: 'p50', value: 10.9 },
  { key: 'p99', value: 15 },
]

describe('distribution', () => {
  it('draws counts in bins under the quantiles', async () => {
    const chart = (
      <Histogram
        data={{ samples, marks }}
        size={size}
        look={{ doubtful: false }}
        texts={{ label: 'Latency', x: 'Latency, ms', y: 'Runs' }}
        markText={(key) => key}
        hovered={null}
        describe={(b) => `${b.count}`}
        onHover={nothing}
      />
    )
    await expect(svgOf(chart, style)).toMatchFileSnapshot('devices-histogram.svg')
  })

  it('counts every run once, whatever the samples', () => {
    for (const own of [samples, [5], [5, 5, 5], [0.001, 100], []]) {
      const shapes = histogramLayout({ samples: own, marks: own.length > 0 ? marks : [] }, size)
      expect(shapes.bins.reduce((sum, b) => sum + b.count, 0)).toBe(own.length)
      for (const b of shapes.bins) expect(Number.isFinite(b.x) && Number.isFinite(b.y) && b.width > 0).toBe(true)
    }
    const shapes = histogramLayout({ samples, marks }, size)
    expect(binBeside(shapes, null, 'ArrowRight')).toBe(0)
    expect(binBeside(shapes, 0, 'ArrowLeft')).toBe(0)
    expect(binBeside(shapes, 0, 'End')).toBe(shapes.bins.length - 1)
    expect(binBeside(shapes, 0, 'Enter')).toBeUndefined()
  })
})
