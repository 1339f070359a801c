/** Sections of a report on what is known without running anything: the model, its costs, its map, how its channels mix. */
import type { CONVENTION_WORDS } from '../../engine/index.ts'
import type { Translate } from '../app/strings/index.ts'
import { bytes, exact, percent, shape, short } from '../charts/kit/format.ts'
import { element, type Markup, type Part } from '../export/markup.ts'
import { reconcile } from '../views/costs/reconcile.ts'
import { reconciliationText } from '../views/costs/reconcileText.ts'
import { mapSections, sectionName } from '../views/explore/mapData.ts'
import { pointsOf, sayText, seenPanel, stageName } from '../views/mixing/mixingData.ts'
import type { ConventionId, LayerRow } from '../workers/contract/index.ts'
import { type ReportFacts, sectionSums, sumOf } from './facts.ts'
import { facts, figure, paragraph, section, type TableColumn, table } from './parts.ts'
import { mapPicture, mixingPicture } from './pictures.ts'

/** "conv" adds up the same as "paper". */
const SHOWN = ['paper', 'conv+fc', 'all'] as const satisfies readonly (ConventionId & keyof typeof CONVENTION_WORDS)[]
const WIDTH = 1032

export function modelSection(t: Translate, { model, network, shuffles }: ReportFacts): Markup {
  const units = network.items.filter((i) => i.kind === 'unit').length
  return section(
    'model',
    t('inspector.model'),
    model.notice !== null && paragraph(model.notice, 'notice'),
    facts([
      [t('report.id'), model.id],
      [t('inspector.format'), model.format],
      [t('inspector.input'), shape(model.inputShape)],
      ...(model.classes === null ? [] : ([[t('inspector.classes'), exact(model.classes)]] as const)),
      [t('inspector.params'), exact(model.params)],
      [t('inspector.layers'), network.layers.length],
      [t('inspector.units'), units],
      [t('inspector.shuffles'), shuffles.length],
    ]),
    element('h3', {}, t('inspector.provenance')),
    paragraph(model.trained ? model.provenance : `${model.provenance}. ${t('model.untrained')}`),
  )
}

export function totalsSection(t: Translate, { model, network }: ReportFacts): Markup {
  const rows = SHOWN.map((convention) => {
    const macs = network.totals[convention]
    const found = reconcile(network, model, convention)
    const published = found ? reconciliationText(t, found) : t('reconcile.none')
    return [t(`convention.${convention}`), exact(macs), exact(2 * macs), published]
  })
  return section(
    'totals',
    t('report.totals'),
    paragraph(t('report.totals.hint'), 'quiet'),
    table({
      caption: t('report.totals.table'),
      columns: [
        { label: t('convention.label') },
        { label: t('costs.macs'), isNumber: true },
        { label: t('whatif.flops'), isNumber: true },
        { label: t('report.published') },
      ],
      rows,
    }),
  )
}

export function mapSection(t: Translate, { network }: ReportFacts): Markup {
  const macs = (layer: LayerRow) => layer.macs.paper
  const measuring = {
    layer: macs,
    sum: (layers: readonly LayerRow[]) => sumOf(layers, macs),
    text: (value: number) => short(value),
    words: (value: number) => t('model.macs', { n: short(value) }),
  }
  const sections = mapSections(t, network, measuring)
  const units = network.items.filter((i) => i.kind === 'unit').length
  return section(
    'map',
    t('export.map'),
    figure(
      mapPicture(sections, WIDTH, t('explore.map', { units, sections: sections.length })),
      t('report.map.caption', { convention: t('convention.paper') }),
    ),
  )
}

export function stagesSection(t: Translate, { network }: ReportFacts): Markup {
  const total = network.totals.paper
  const columns: TableColumn[] = [
    { label: t('whatif.stage') },
    { label: t('inspector.units'), isNumber: true },
    { label: t('inspector.layers'), isNumber: true },
    { label: t('inspector.output'), isNumber: true },
    { label: t('costs.params'), isNumber: true },
    ...SHOWN.map((c) => ({ label: `${t('costs.macs')}, ${t(`convention.${c}.short`)}`, isNumber: true })),
    { label: t('costs.share'), isNumber: true },
    { label: t('export.moved'), isNumber: true },
  ]
  const cells = (layers: readonly LayerRow[]) => [
    exact(sumOf(layers, (l) => l.params)),
    ...SHOWN.map((c) => exact(sumOf(layers, (l) => l.macs[c]))),
    total > 0 ? percent(sumOf(layers, (l) => l.macs.paper) / total) : '–',
    exact(sumOf(layers, (l) => l.bytes)),
  ]
  const sums = sectionSums(network)
  return section(
    'stages',
    t('report.stages'),
    table({
      caption: t('report.stages.table'),
      columns,
      rows: sums.map(({ key, label, units, layers }) => [
        sectionName(t, key, label),
        units,
        layers.length,
        shape(layers.at(-1)?.outputShape ?? []),
        ...cells(layers),
      ]),
      foot: [t('report.all'), sums.reduce((n, s) => n + s.units, 0), network.layers.length, '', ...cells(network.layers)],
    }),
  )
}

export function shufflesSection(t: Translate, { network, shuffles }: ReportFacts): Markup {
  const moved = new Map(network.layers.map((l) => [l.name, l.bytes]))
  const sum = sumOf(
    network.layers.filter((l) => l.op === 'channelShuffle'),
    (l) => l.bytes,
  )
  return section(
    'shuffles',
    t('inspector.shuffles'),
    ...(shuffles.length === 0
      ? [paragraph(t('report.shuffles.none'))]
      : [
          paragraph(t('icicle.shuffles', { n: shuffles.length, bytes: bytes(sum) })),
          table({
            caption: t('report.shuffles.table'),
            columns: [
              { label: t('costs.name'), isName: true },
              { label: t('costs.groups'), isNumber: true },
              { label: t('inspector.channels'), isNumber: true },
              { label: t('export.shuffleOrder') },
              { label: t('report.source') },
              { label: t('export.moved'), isNumber: true },
            ],
            rows: shuffles.map((s) => [s.name, s.groups, s.channels, s.order, t(`report.source.${s.source}`), exact(moved.get(s.name) ?? 0)]),
          }),
        ]),
  )
}

export function mixingSection(t: Translate, { mixing }: ReportFacts): Markup {
  const points = pointsOf(mixing)
  const labels = mixing.stages.map((s, i) => stageName(t, s, i))
  const body: Part[] =
    points.length === 0
      ? [paragraph(t('mixing.none'))]
      : [
          paragraph(sayText(t, mixing)),
          figure(
            mixingPicture(seenPanel(mixing, labels), { width: WIDTH, height: 260 }, t('mixing.own')),
            mixing.hasShuffle ? t('report.mixing.caption') : t('report.mixing.caption.plain'),
          ),
          table({
            caption: t('mixing.own.hint'),
            columns: [
              { label: t('mixing.table.unit'), isName: true },
              { label: t('mixing.table.depth'), isNumber: true },
              { label: t('costs.groups'), isNumber: true },
              { label: t('mixing.table.on'), isNumber: true },
              { label: t('mixing.table.off'), isNumber: true },
              { label: t('mixing.table.mass'), isNumber: true },
            ],
            rows: points.map(({ stage, point: { name, depth, on, off } }) => [
              name,
              depth,
              stage.groups,
              percent(on.channels.mean),
              off ? percent(off.channels.mean) : '–',
              on.crossing === null ? '–' : percent(on.crossing),
            ]),
          }),
        ]
  return section('mixing', t('mixing.title'), ...body)
}
