/** Sections of a report on what was measured, and the table of all layers. */
import type { Translate } from '../app/strings/index.ts'
import { bytes, exact, milliseconds, percent, shape, significant } from '../charts/kit/format.ts'
import type { RooflinePoint } from '../charts/roofline/layout.ts'
import { element, type Markup, type Part } from '../export/markup.ts'
import { LAYER_KINDS, type LayerRow } from '../workers/contract/index.ts'
import type { Measured, ReportFacts } from './facts.ts'
import { type Fact, facts, figure, paragraph, section, type TableColumn, table } from './parts.ts'
import { kindLegend, latencyPicture, rooflinePicture } from './pictures.ts'
import { warningsOf } from './warning.ts'

const WIDTH = 1032
/** A table of the slowest layers; the rest is in the table of all. */
const SLOWEST = 12

/** Short name of a measurement, as head of its columns. */
export function measurementName(t: Translate, { file, host }: Measured, index: number): string {
  const where = file ?? (host ? t('report.hereIn', { runtime: host.runtime }) : t('report.here'))
  return `${index + 1}: ${where}`
}

export function measurementSections(t: Translate, report: ReportFacts): Markup {
  const { measurements } = report
  return section(
    'measured',
    t('report.measured'),
    ...(measurements.length === 0
      ? [paragraph(t('report.measured.none'))]
      : [measurements.length > 1 && overview(t, measurements), ...measurements.map((m, i) => one(t, report, m, i))]),
  )
}

function overview(t: Translate, measurements: readonly Measured[]): Markup {
  return table({
    caption: t('report.measured.table'),
    columns: [
      { label: t('report.run') },
      { label: t('report.backend') },
      { label: t('report.threads'), isNumber: true },
      { label: t('report.runs'), isNumber: true },
      ...(['min', 'p50', 'p90', 'p99'] as const).map((q) => ({ label: `${q} (ms)`, isNumber: true })),
    ],
    rows: measurements.map((m, i) => [
      measurementName(t, m, i),
      m.backend,
      threadsOf(m),
      m.runs,
      ...(m.latency ? [m.latency.min, m.latency.p50, m.latency.p90, m.latency.p99].map((ms) => significant(ms, 4)) : ['–', '–', '–', '–']),
    ]),
  })
}

function one(t: Translate, { network, model }: ReportFacts, m: Measured, index: number): Markup {
  const name = measurementName(t, m, index)
  const timed = network.layers.filter((l) => (m.rates.get(l.name)?.ms ?? 0) > 0)
  return element(
    'div',
    {},
    element('h3', { id: `run-${index + 1}` }, name),
    warningsOf(t, m).map((text) => paragraph(text, 'warning')),
    facts(factsOf(t, m)),
    m.latency && m.samples.length > 1 && latency(t, m),
    roofline(t, network.layers, m),
    timed.length > 0 && slowest(t, timed, m, `${name}, ${model.title}`),
  )
}

function factsOf(t: Translate, m: Measured): Fact[] {
  const { host, latency: l, machine } = m
  return [
    // Other engines do not tell where they ran.
    ...(host && !m.imported
      ? ([
          [t('report.cpu'), host.cpu],
          [t('report.cores'), host.cores],
          [t('report.runtime'), host.runtime],
          [t('report.platform'), host.platform],
        ] as const)
      : []),
    [t('report.backend'), m.backend],
    [t('report.threads'), threadsOf(m)],
    ...(m.imported ? [] : ([[t('report.precision'), m.precision]] as const)),
    [t('report.runs'), m.runs],
    ...(l
      ? ([
          [t('report.min'), milliseconds(l.min)],
          [t('report.median'), milliseconds(l.p50)],
          ['p90', milliseconds(l.p90)],
          ['p99', milliseconds(l.p99)],
        ] as const)
      : []),
    ...(machine
      ? ([
          [t('report.peak'), `${significant(machine.gmacs, 3)} GMAC/s`],
          [t('report.memory'), `${significant(machine.gbs, 3)} GB/s`],
        ] as const)
      : []),
    ...(m.imported ? [] : ([[t('report.arena'), bytes(m.arenaBytes)]] as const)),
  ]
}

/** Not every file of another engine tells. */
function threadsOf({ threads, imported }: Measured): number | string {
  return imported?.threadsKnown === false ? '–' : threads
}

function latency(t: Translate, { samples, latency: l }: Measured): Part {
  if (!l) return null
  const lines = [
    { at: l.min, label: `${t('report.min')} ${milliseconds(l.min)}` },
    { at: l.p50, label: `p50 ${milliseconds(l.p50)}` },
    { at: l.p90, label: `p90 ${milliseconds(l.p90)}` },
    { at: l.p99, label: `p99 ${milliseconds(l.p99)}` },
  ]
  const label = t('report.latency', { n: samples.length, p50: milliseconds(l.p50), p99: milliseconds(l.p99) })
  return figure(latencyPicture(samples, lines, { width: WIDTH, height: 120 }, label), label)
}

function roofline(t: Translate, layers: readonly LayerRow[], { machine, rates }: Measured): Part {
  if (!machine) return paragraph(t('report.roofline.none'), 'quiet')
  const points = layers.flatMap(({ index, name, kind }): RooflinePoint[] => {
    const rate = rates.get(name)
    return kind && rate && rate.macs > 0 && rate.ms > 0 ? [{ index, kind, intensity: rate.intensity, gmacs: rate.gmacs, ms: rate.ms }] : []
  })
  if (points.length === 0) return paragraph(t('report.roofline.nothing'), 'quiet')
  const peak = significant(machine.gmacs, 3)
  const label = t('report.roofline', { n: points.length, peak })
  const describe = (index: number): string => {
    const layer = layers[index]
    const rate = layer && rates.get(layer.name)
    if (!layer || !rate) return ''
    return t('roofline.mark', {
      name: layer.name,
      title: layer.title,
      ms: milliseconds(rate.ms),
      gmacs: significant(rate.gmacs, 3),
      share: percent(rate.ofPeak),
      intensity: significant(rate.intensity, 3),
      bytes: bytes(rate.bytes),
    })
  }
  const words = {
    label,
    x: t('roofline.x'),
    y: t('roofline.y'),
    peak: t('roofline.peak', { gmacs: peak }),
    memory: t('roofline.memory', { gbs: significant(machine.gbs, 3) }),
    describe,
  }
  const kinds = LAYER_KINDS.filter((kind) => points.some((p) => p.kind === kind)).map((kind) => ({ kind, name: t(`roofline.kind.${kind}`) }))
  return [kindLegend(kinds), figure(rooflinePicture({ machine, points }, { width: WIDTH, height: 420 }, words), t('report.roofline.caption'))]
}

function slowest(t: Translate, timed: readonly LayerRow[], { rates, machine }: Measured, of: string): Markup {
  const ms = (l: LayerRow) => rates.get(l.name)?.ms ?? 0
  const all = timed.reduce((sum, l) => sum + ms(l), 0)
  return table({
    caption: t('report.slowest', { of }),
    columns: [
      { label: t('costs.name'), isName: true },
      { label: t('costs.op') },
      { label: t('costs.ms'), isNumber: true },
      { label: t('report.shareOfTime'), isNumber: true },
      { label: t('costs.gmacs'), isNumber: true },
      ...(machine ? [{ label: t('costs.peak'), isNumber: true }] : []),
    ],
    rows: [...timed]
      .sort((a, b) => ms(b) - ms(a))
      .slice(0, SLOWEST)
      .map((l) => {
        const rate = rates.get(l.name)
        const speed = rate && rate.gmacs > 0 ? significant(rate.gmacs, 3) : ''
        const share = rate && rate.gmacs > 0 ? significant(100 * rate.ofPeak, 3) : ''
        return [l.name, l.title, significant(ms(l), 3), percent(ms(l) / all), speed, ...(machine ? [share] : [])]
      }),
  })
}

export function layersSection(t: Translate, { network, measurements }: ReportFacts): Markup {
  const timed = measurements.filter((m) => m.nodes.length > 0)
  const columns: TableColumn[] = [
    { label: t('costs.name'), isName: true },
    { label: t('costs.op') },
    { label: t('costs.groups'), isNumber: true },
    { label: t('costs.input'), isNumber: true },
    { label: t('costs.output'), isNumber: true },
    { label: t('costs.params'), isNumber: true },
    { label: t('costs.macs'), isNumber: true },
    { label: t('export.moved'), isNumber: true },
    ...timed.map((m) => ({ label: `${t('costs.ms')}, ${measurements.indexOf(m) + 1}`, isNumber: true })),
  ]
  return section(
    'layers',
    t('costs.title'),
    paragraph(t('report.layers.hint', { convention: t('convention.conv+fc') }), 'quiet'),
    table({
      caption: t('report.layers.table', { n: network.layers.length }),
      columns,
      rows: network.layers.map((l) => [
        l.name,
        l.title,
        l.groups,
        shape(l.inputShape),
        shape(l.outputShape),
        l.params > 0 ? exact(l.params) : '',
        l.macs['conv+fc'] > 0 || l.op === 'channelShuffle' ? exact(l.macs['conv+fc']) : '',
        exact(l.bytes),
        ...timed.map((m) => {
          const ms = m.rates.get(l.name)?.ms ?? 0
          return ms > 0 ? significant(ms, 3) : ''
        }),
      ]),
    }),
  )
}
