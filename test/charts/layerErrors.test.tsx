import { describe, expect, it } from 'vitest'
import { LayerErrorsChart } from '../../renderer/charts/layerErrors/Chart.tsx'
import { type LayerErrorPoint, layerErrorAt, layerErrorBeside, layerErrorsLayout } from '../../renderer/charts/layerErrors/layout.ts'
import { svgOf } from './svg.tsx'

const size = { width: 420, height: 170 }
const points: LayerErrorPoint[] = [
  { name: 'stem.conv', section: 'stem', snr: Number.POSITIVE_INFINITY },
  { name: 'stage2.unit1.compress', section: 'stage2', snr: 38.2 },
  { name: 'stage2.unit1.depthwise', section: 'stage2', snr: 33.1 },
  { name: 'stage2.unit1.expand', section: 'stage2', snr: null },
  { name: 'stage2.unit2.compress', section: 'stage2', snr: 27 },
  { name: 'stage3.unit1.compress', section: 'stage3', snr: 24.5 },
  { name: 'stage3.unit1.depthwise', section: 'stage3', snr: 21 },
  { name: 'fc', section: 'head', snr: 19.6 },
]
const style = [
  '.scatter-grid{stroke:#dddedb}.layer-errors-line{fill:none;stroke:#9a9ea3}.layer-errors-section{stroke:#9a9ea3}',
  '.layer-errors-band{fill:#e6eafb}.layer-errors-none{stroke:#5b6067}.is-exact{fill:#fff;stroke:#5b6067}',
  '.scatter-tick.is-y{text-anchor:end}',
].join('')
const nothing = () => undefined

describe('errors by layer', () => {
  it('draws a dot per layer: hollow where nothing differs, a tick where nothing can be compared', async () => {
    const chart = (
      <LayerErrorsChart
        points={points}
        size={size}
        texts={{ label: 'Errors', y: 'dB' }}
        selected="stage2.unit2.compress"
        hovered={null}
        sectionText={(s) => s}
        describe={(n) => n}
        onHover={nothing}
        onSelect={nothing}
      />
    )
    await expect(svgOf(chart, style)).toMatchFileSnapshot('layer-errors.svg')
  })

  it('keeps to one scale from 0 to 40 dB at least, and stays inside', () => {
    const shapes = layerErrorsLayout(points, size)
    expect(shapes.yTicks.map((t) => t.label)).toEqual(['0', '10', '20', '30', '40'])
    const y = (name: string) => shapes.marks.find((m) => m.name === name)?.y ?? Number.NaN
    expect((y('stage2.unit2.compress') - y('fc')) / (y('stage2.unit1.depthwise') - y('fc'))).toBeCloseTo((27 - 19.6) / (33.1 - 19.6))
    for (const m of shapes.marks) expect(m.y === null || (m.y >= shapes.top && m.y <= shapes.bottom)).toBe(true)
    expect(shapes.sections.map((s) => s.label)).toEqual(['stem', 'stage2', 'stage3', 'head'])
    const noisy = layerErrorsLayout([{ name: 'a', section: '', snr: -12 }], size)
    expect(noisy.marks[0]?.y).toBeLessThanOrEqual(noisy.bottom)
    expect(Number(noisy.yTicks[0]?.label)).toBeLessThan(0)
    // The line is broken where a layer cannot be compared.
    expect(shapes.line.match(/M/g)).toHaveLength(2)
    expect(layerErrorsLayout([], size)).toMatchObject({ marks: [], line: '', sections: [] })
  })

  it('finds the layer under the pointer, and walks them by keys', () => {
    const shapes = layerErrorsLayout(points, size)
    for (const mark of shapes.marks) expect(layerErrorAt(shapes, mark.x)?.name).toBe(mark.name)
    expect([layerErrorAt(shapes, 0), layerErrorAt(shapes, size.width)]).toEqual([undefined, undefined])
    const walk = (from: string | null, key: string) => layerErrorBeside(shapes, from, key)?.name
    expect([walk(null, 'ArrowRight'), walk('stem.conv', 'ArrowRight'), walk('fc', 'ArrowRight'), walk('stem.conv', 'ArrowLeft')]).toEqual([
      'stem.conv',
      'stage2.unit1.compress',
      'fc',
      'stem.conv',
    ])
    expect([walk('fc', 'Home'), walk(null, 'End'), walk('fc', 'Enter')]).toEqual(['stem.conv', 'fc', undefined])
  })
})
