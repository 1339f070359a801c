import { describe, expect, it } from 'vitest'
import { BarsChart, segmentKey } from '../../renderer/charts/bars/Chart.tsx'
import { type BarRow, barsLayout, segmentBeside, sumOf } from '../../renderer/charts/bars/layout.ts'
import { svgOf } from './svg.tsx'

const style = [
  '.bars-swatch{fill:#4d545d}',
  '.is-conv{fill:#1b1d20}',
  '.is-depthwise,.is-other{fill:#e6e7e4;stroke:#4d545d}',
  '.is-shuffle{fill:#fff;stroke:#4d545d}',
  '.bars-hatch{stroke:#fff}',
  '.bars-lean{stroke:#4d545d}',
  '.is-selected .bars-swatch{stroke:#3554d1}',
].join('')
const nothing = () => undefined

/** A stem of one dense convolution, a stage of group convolutions with a shuffle that costs nothing, and one that moves bytes alone. */
const rows: BarRow[] = [
  { key: '0', label: 'Stem', text: '50', parts: [{ kind: 'conv', value: 50 }] },
  {
    key: '1',
    label: 'Stage 2',
    text: '100',
    parts: [
      { kind: 'depthwise', value: 10 },
      { kind: 'pointwiseGrouped', value: 40 },
      { kind: 'shuffle', value: 0 },
      { kind: 'pointwiseGrouped', value: 49 },
      { kind: 'other', value: 1 },
    ],
  },
  {
    key: '2',
    label: 'Stage 3',
    text: '20',
    parts: [
      { kind: 'shuffle', value: 15 },
      { kind: 'depthwise', value: 5 },
    ],
  },
]

describe('stacked bars', () => {
  it('draws a bar per section, cut by kind', async () => {
    const chart = (
      <BarsChart
        rows={rows}
        width={420}
        label="MACs"
        selected={new Set(['1 depthwise'])}
        active="1 depthwise"
        describe={segmentKey}
        onHover={nothing}
        onSelect={nothing}
        onRow={nothing}
      />
    )
    await expect(svgOf(chart, style)).toMatchFileSnapshot('bars.svg')
  })

  it('gathers parts of a kind, leaves out what costs nothing, and keeps one scale', () => {
    const { segments, rows: shapes, left } = barsLayout(rows, { width: 420 })
    const own = (row: string) => segments.filter((s) => s.row === row)
    expect(own('1').map((s) => [s.kind, s.value])).toEqual([
      ['pointwiseGrouped', 89],
      ['depthwise', 10],
      ['other', 1],
    ])
    const perUnit = (own('0')[0]?.width ?? 0) / 50
    expect(own('2').find((s) => s.kind === 'shuffle')?.width).toBeCloseTo(15 * perUnit, 0)
    for (const { row, end } of shapes) expect(end - left).toBeCloseTo(sumOf(row) * perUnit, -1)
    // What is there is seen.
    expect(own('1').at(-1)?.width).toBeGreaterThanOrEqual(1)
  })

  it('draws no segment where nothing costs anything', () => {
    expect(barsLayout([{ key: '0', label: 'Stem', text: '0', parts: [{ kind: 'other', value: 0 }] }], { width: 400 }).segments).toEqual([])
    expect(barsLayout([], { width: 400 }).height).toBe(0)
  })

  it('is walked by arrow keys: along a bar, and to the same kind above and below', () => {
    const shapes = barsLayout(rows, { width: 420 })
    const at = (row: string, kind: string) => shapes.segments.find((s) => s.row === row && s.kind === kind)
    expect(segmentBeside(shapes, undefined, 'ArrowRight')).toBe(shapes.segments[0])
    expect(segmentBeside(shapes, at('1', 'pointwiseGrouped'), 'ArrowRight')).toBe(at('1', 'depthwise'))
    expect(segmentBeside(shapes, at('1', 'depthwise'), 'ArrowDown')).toBe(at('2', 'depthwise'))
    expect(segmentBeside(shapes, at('2', 'depthwise'), 'ArrowDown')).toBe(at('2', 'depthwise'))
    expect(segmentBeside(shapes, at('1', 'other'), 'ArrowUp')).toBe(at('0', 'conv'))
    expect(segmentBeside(shapes, at('1', 'other'), 'Home')).toBe(shapes.segments[0])
    expect(segmentBeside(shapes, at('0', 'conv'), 'End')).toBe(shapes.segments.at(-1))
    expect(segmentBeside(shapes, at('0', 'conv'), 'a')).toBeUndefined()
  })
})
