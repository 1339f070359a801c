/** Costs of every section by kind of op, stacked, linked to the one selection. */
import { useMemo } from 'react'
import { BarsChart, BarsLegend } from '../../charts/bars/Chart.tsx'
import type { BarSegment } from '../../charts/bars/layout.ts'
import { percent } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { useStore, useText } from '../../store/context.ts'
import { layerRates } from '../../store/selectors.ts'
import { Figure } from '../../ui/Figure.tsx'
import type { LayerRow, NetworkView } from '../../workers/contract/index.ts'
import { barRows, barsTable, kindOfLayer, sectionLayers, segmentLayers, selectedSegments } from './barsData.ts'
import { type IcicleMeasure, layerValue } from './icicleData.ts'

export interface BarsProps {
  readonly network: NetworkView
  readonly measure: IcicleMeasure
  readonly text: (value: number) => string
  /** Words for what is under the pointer. */
  readonly onHover: (words: string | null) => void
}

export function Bars({ network, measure, text, onHover }: BarsProps) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const selection = useStore((s) => s.selection)
  const rates = useStore(layerRates)
  const selectNode = useStore((s) => s.selectNode)
  const selectRange = useStore((s) => s.selectRange)
  const [ref, size] = useSize<HTMLDivElement>()
  const rows = useMemo(() => barRows(t, network, measure, convention, rates, text), [t, network, measure, convention, rates, text])
  const table = useMemo(() => barsTable(t, rows), [t, rows])
  const selected = useMemo(() => selectedSegments(network, selection), [network, selection])
  const kinds = useMemo(() => [...new Set(network.layers.map(kindOfLayer))], [network])
  const total = rows.reduce((sum, row) => sum + row.parts.reduce((all, p) => all + p.value, 0), 0)
  const describe = (segment: BarSegment) => {
    const n = segmentLayers(network, segment).length
    const section = rows.find((row) => row.key === segment.row)?.label ?? ''
    const values = { section, kind: t(`bars.kind.${segment.kind}`), value: text(segment.value), share: percent(segment.value / total) }
    return n === 1 ? t('bars.segment.one', values) : t('bars.segment', { ...values, n })
  }
  /** Its dearest layer: a segment gathers layers that do not follow each other, and one selection is one thing. */
  const select = (segment: BarSegment) => {
    const value = (layer: LayerRow) => layerValue(layer, measure, convention, rates)
    const [first, ...rest] = segmentLayers(network, segment)
    if (first) selectNode(rest.reduce((best, layer) => (value(layer) > value(best) ? layer : best), first).name)
  }
  const selectSection = (key: string) => {
    const layers = sectionLayers(network, Number(key))
    const [first, last] = [layers[0], layers.at(-1)]
    if (first && last) selectRange(first.index, last.index)
  }
  return (
    <Figure id="stages-by-kind" title={`${t('bars.title')}: ${t(`strip.${measure}`)}`} table={table}>
      <div className="bars-canvas" ref={ref}>
        {size && (
          <BarsChart
            rows={rows}
            width={size.width}
            label={t('bars.chart', { measure: t(`strip.${measure}`) })}
            selected={new Set(selected)}
            active={selected[0] ?? null}
            describe={describe}
            onHover={(segment) => onHover(segment && describe(segment))}
            onSelect={select}
            onRow={selectSection}
          />
        )}
      </div>
      <BarsLegend kinds={kinds} name={(kind) => t(`bars.kind.${kind}`)} />
    </Figure>
  )
}
