/** The network in the terms of its stacked bars: a row per section, a part per layer by its kind. */
import type { Translate } from '../../app/strings/index.ts'
import { BAR_KINDS, type BarKind, type BarRow } from '../../charts/bars/layout.ts'
import type { FigureTable } from '../../export/figures.ts'
import type { Rates } from '../../store/rates.ts'
import type { Selection } from '../../store/state.ts'
import type { ConventionId, LayerRow, NetworkView } from '../../workers/contract/index.ts'
import { sectionName } from '../explore/mapData.ts'
import { type IcicleMeasure, layersOf, layerValue } from './icicleData.ts'

export function kindOfLayer({ kind, op }: Pick<LayerRow, 'kind' | 'op'>): BarKind {
  return kind ?? (op === 'channelShuffle' ? 'shuffle' : 'other')
}

/** Keys are places among the network's sections. */
export function barRows(
  t: Translate,
  network: NetworkView,
  measure: IcicleMeasure,
  convention: ConventionId,
  rates: ReadonlyMap<string, Rates> | null,
  text: (value: number) => string,
): BarRow[] {
  return network.sections.map((section, at) => {
    const parts = sectionLayers(network, at).map((l) => ({ kind: kindOfLayer(l), value: layerValue(l, measure, convention, rates) }))
    return {
      key: String(at),
      label: sectionName(t, section.key, section.label),
      text: text(parts.reduce((sum, p) => sum + p.value, 0)),
      parts,
    }
  })
}

export function sectionLayers(network: NetworkView, at: number): LayerRow[] {
  return layersOf(network, { kind: 'section', at })
}

/** Layers of a segment in network order. */
export function segmentLayers(network: NetworkView, { row, kind }: { readonly row: string; readonly kind: BarKind }): LayerRow[] {
  return sectionLayers(network, Number(row)).filter((l) => kindOfLayer(l) === kind)
}

/** Segments with selected layers, as "row kind"; the first one is where keys start. */
export function selectedSegments(network: NetworkView, { node, item, range }: Selection): string[] {
  const isSelected = (l: LayerRow): boolean =>
    node !== null ? l.name === node : range ? l.index >= range[0] && l.index <= range[1] : item !== null && l.item === item
  return [
    ...new Set(
      network.sections.flatMap((_, at) =>
        sectionLayers(network, at)
          .filter(isSelected)
          .map((l) => `${at} ${kindOfLayer(l)}`),
      ),
    ),
  ]
}

/** A row per section, a column per kind. */
export function barsTable(t: Translate, rows: readonly BarRow[]): FigureTable {
  const sum = (row: BarRow, kind: BarKind) => row.parts.reduce((all, p) => all + (p.kind === kind ? p.value : 0), 0)
  return {
    columns: [{ key: 'section', label: t('export.section') }, ...BAR_KINDS.map((kind) => ({ key: kind, label: t(`bars.kind.${kind}`) }))],
    rows: rows.map((row) => [row.label, ...BAR_KINDS.map((kind) => sum(row, kind))]),
  }
}
