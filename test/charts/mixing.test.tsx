import { describe, expect, it } from 'vitest'
import { MixingChart } from '../../renderer/charts/mixing/Chart.tsx'
import { type MixingPanel, markAfter, markNear, mixingLayout } from '../../renderer/charts/mixing/layout.ts'
import { svgOf } from './svg.tsx'

const size = { width: 360, height: 180 }
const style = [
  '.mixing-stage{fill:#f5f5f3}',
  '.mixing-grid{stroke:#dddedb}',
  '.mixing-reference{stroke:#9a9ea3;stroke-dasharray:2 3}',
  '.mixing-line{fill:none;stroke:#1b1d20;stroke-width:2}',
  '.is-off .mixing-line{stroke:#5b6067;stroke-dasharray:5 3}',
  '.is-off .mixing-dot{fill:#fff;stroke:#5b6067}',
  '.mixing-band{fill-opacity:.1}',
  '.mixing-hit{fill:none}',
  '.mixing-tick.is-x{text-anchor:middle}',
  '.mixing-tick.is-y{text-anchor:end}',
].join('')
const nothing = () => undefined
const level = (share: number) => ({ mean: share, least: share, most: share })

/** Three groups in two stages: a third without the shuffle, all with it; in the second stage it takes two units. */
const panel: MixingPanel = {
  marks: [
    { stage: 0, on: level(0.05), off: level(0.05) },
    { stage: 0, on: level(1), off: level(1 / 3) },
    { stage: 0, on: level(1), off: level(1 / 3) },
    { stage: 1, on: level(0.02), off: level(0.02) },
    { stage: 1, on: { mean: 0.7, least: 0.6, most: 0.9 }, off: level(1 / 3) },
    { stage: 1, on: level(1), off: level(1 / 3) },
  ],
  stageLabels: ['Stage 2', 'Stage 3'],
  reference: { value: 1 / 3, label: '1/3' },
}
const chart = (own: MixingPanel) => (
  <MixingChart panel={own} size={size} label="Mixing" active={null} selected={1} describe={String} onActive={nothing} />
)

describe('mixing curve', () => {
  it('draws a curve per stage with the shuffle and without', async () => {
    await expect(svgOf(chart(panel), style)).toMatchFileSnapshot('mixing.svg')
  })

  it('draws one curve where there is no shuffle to take out, and nothing where there are no units', () => {
    const plain = mixingLayout({ ...panel, marks: panel.marks.map((m) => ({ ...m, off: null })) }, size)
    expect(plain.curves.map((c) => c.id)).toEqual(['on'])
    const empty = mixingLayout({ marks: [], stageLabels: [], reference: null }, size)
    expect(empty.stages).toEqual([])
    expect(markNear(empty, 10)).toBeUndefined()
    expect(markAfter(empty, null, 'ArrowRight')).toBeUndefined()
    expect(svgOf(chart({ marks: [], stageLabels: [], reference: null }))).not.toContain('NaN')
  })

  it('is linear from nothing at the bottom to all at the top, and bands only what differs', () => {
    const shapes = mixingLayout(panel, size)
    const [off, on] = shapes.curves
    expect(on?.dots[1]?.y).toBe(shapes.top)
    const { top, bottom } = shapes
    for (const i of [1, 2, 4, 5]) expect(off?.dots[i]?.y).toBeCloseTo(bottom - (bottom - top) / 3, 0)
    expect(on?.lines.length).toBe(2)
    expect(on?.bands.length).toBe(1)
    expect(off?.bands.length).toBe(0)
    expect(shapes.yTicks.map((tick) => tick.label)).toEqual(['0 %', '25 %', '50 %', '75 %', '100 %'])
    expect(mixingLayout(panel, { width: 140, height: 90 }).yTicks.length).toBe(3)
  })

  it('keeps every mark inside its stage, and stages apart', () => {
    for (const width of [120, 360, 900]) {
      const { xs, stages, left, right } = mixingLayout(panel, { width, height: 100 })
      for (const [i, x] of xs.entries()) {
        const stage = stages[panel.marks[i]?.stage ?? 0]
        expect(x).toBeGreaterThan(stage?.x ?? 0)
        expect(x).toBeLessThan((stage?.x ?? 0) + (stage?.width ?? 0))
        expect(x).toBeGreaterThan(left)
        expect(x).toBeLessThan(right)
      }
      expect((stages[0]?.x ?? 0) + (stages[0]?.width ?? 0)).toBeLessThanOrEqual((stages[1]?.x ?? 0) + 0.2)
    }
  })

  it('finds the nearest unit and walks the units', () => {
    const shapes = mixingLayout(panel, size)
    for (const [i, x] of shapes.xs.entries()) expect(markNear(shapes, x + 2)).toBe(i)
    expect([null, 0, 5].map((from) => markAfter(shapes, from, 'ArrowRight'))).toEqual([0, 1, 5])
    expect([0, 3].map((from) => markAfter(shapes, from, 'ArrowLeft'))).toEqual([0, 2])
    expect([markAfter(shapes, 3, 'Home'), markAfter(shapes, 3, 'End'), markAfter(shapes, 3, 'a')]).toEqual([0, 5, undefined])
  })
})
