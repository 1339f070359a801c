/** The data of the figures of Costs and of the strip. */
import type { Translate } from '../../app/strings/index.ts'
import type { FigureColumn, FigureTable } from '../../export/figures.ts'
import type { Rates } from '../../store/rates.ts'
import type { Measure } from '../../store/state.ts'
import type { ConventionId, LayerRow, NetworkView } from '../../workers/contract/index.ts'
import { type IcicleMeasure, layerValue } from './icicleData.ts'

type RatesByName = ReadonlyMap<string, Rates> | null

/** NCHW as "1x240x28x28", which spreadsheets leave alone. */
function shapeText(extents: readonly number[]): string {
  return extents.join('x')
}

/** Every layer with all that it costs; the timed columns once it was measured. */
export function layersTable(t: Translate, layers: readonly LayerRow[], convention: ConventionId, rates: RatesByName): FigureTable {
  const timed: FigureColumn[] = [
    { key: 'ms', label: t('export.time'), unit: 'ms' },
    { key: 'gmacs', label: t('export.speed'), unit: 'GMAC/s' },
    { key: 'percentOfPeak', label: t('export.peak'), unit: '%' },
    { key: 'intensity', label: t('export.intensity'), unit: 'MAC/byte' },
  ]
  return {
    columns: [
      { key: 'index', label: t('export.index') },
      { key: 'name', label: t('costs.name') },
      { key: 'op', label: t('costs.op') },
      { key: 'section', label: t('export.section') },
      { key: 'groups', label: t('costs.groups') },
      { key: 'input', label: t('costs.input') },
      { key: 'output', label: t('costs.output') },
      { key: 'params', label: t('costs.params') },
      { key: 'bytes', label: t('export.moved'), unit: 'bytes' },
      { key: 'macs', label: t('costs.macs') },
      ...(rates ? timed : []),
    ],
    rows: layers.map((l) => {
      const rate = rates?.get(l.name)
      const own = [
        l.index,
        l.name,
        l.title,
        l.section,
        l.groups,
        shapeText(l.inputShape),
        shapeText(l.outputShape),
        l.params,
        l.bytes,
        l.macs[convention],
      ]
      return rates ? [...own, rate?.ms ?? null, rate?.gmacs ?? null, rate ? 100 * rate.ofPeak : null, rate?.intensity ?? null] : own
    }),
  }
}

/** What a measure is called as the head of a column. */
export function measureColumn(t: Translate, measure: Measure): FigureColumn {
  if (measure === 'bytes') return { key: 'bytes', label: t('export.moved'), unit: 'bytes' }
  if (measure === 'ms') return { key: 'ms', label: t('export.time'), unit: 'ms' }
  if (measure === 'device') return { key: 'ms', label: t('strip.device'), unit: 'ms' }
  if (measure === 'peak') return { key: 'percentOfPeak', label: t('export.peak'), unit: '%' }
  return { key: measure, label: t(`strip.${measure}`) }
}

/** Bars of the strip; `value` in the unit of its column. */
export function stripTable(t: Translate, layers: readonly LayerRow[], measure: Measure, value: (layer: LayerRow) => number): FigureTable {
  return {
    columns: [
      { key: 'index', label: t('export.index') },
      { key: 'name', label: t('costs.name') },
      { key: 'section', label: t('export.section') },
      measureColumn(t, measure),
    ],
    rows: layers.map((l) => [l.index, l.name, l.section, measure === 'peak' ? 100 * value(l) : value(l)]),
  }
}

/** Cells of the icicle from section to op, in its order. */
export function icicleTable(t: Translate, network: NetworkView, measure: IcicleMeasure, convention: ConventionId, rates: RatesByName): FigureTable {
  const total = network.layers.reduce((sum, l) => sum + layerValue(l, measure, convention, rates), 0)
  return {
    columns: [
      { key: 'section', label: t('export.section') },
      { key: 'unit', label: t('inspector.unit') },
      { key: 'name', label: t('costs.name') },
      { key: 'op', label: t('costs.op') },
      measureColumn(t, measure),
      { key: 'share', label: t('costs.share'), unit: '%' },
    ],
    rows: network.layers.map((l) => {
      const value = layerValue(l, measure, convention, rates)
      return [l.section, l.item.startsWith('op:') ? null : l.item, l.name, l.title, value, total > 0 ? (100 * value) / total : null]
    }),
  }
}
