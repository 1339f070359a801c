/** Variants in the terms of their table and picture: agreement, accuracy, points. */
import type { Translate } from '../../app/strings/index.ts'
import { exact, fixed, signedPercent, significant } from '../../charts/kit/format.ts'
import type { ParetoKind, ParetoPoint } from '../../charts/pareto/layout.ts'
import type { FigureTable } from '../../export/figures.ts'
import type { CompressAxis, Compression, CompressQuality, Measured, Variant } from '../../store/compressSlice.ts'
import type { CompressChoice, ConventionId, LayerErrorView } from '../../workers/contract/index.ts'

/** Key of the row of the original. */
export const ORIGINAL = 'original'

/** How many of so many. */
export interface Counted {
  readonly n: number
  readonly of: number
}

/** Photos on which both have the same most probable class; null where they were not asked about the same photos. */
export function agreementOf(original: Measured, variant: Measured): Counted | null {
  const [a, b] = [original.answers, variant.answers]
  if (!a || !b || a.photos !== b.photos || a.photos.length === 0) return null
  return { n: a.view.top.filter((top, i) => top === b.view.top[i]).length, of: a.view.top.length }
}

/** Photos with a known class that are given it; null where no class is known. */
export function accuracyOf({ answers }: Measured): Counted | null {
  if (!answers) return null
  const known = answers.view.known.flatMap((k, i) => (k === null ? [] : [k === answers.view.top[i]]))
  return known.length === 0 ? null : { n: known.filter(Boolean).length, of: known.length }
}

/** Positions of the photos on which a variant's most probable class is another one than the original's. */
export function differingPhotos(original: Measured, variant: Measured | null): ReadonlySet<number> {
  const [a, b] = [original.answers, variant?.answers]
  if (!a || !b || a.photos !== b.photos) return new Set()
  return new Set(a.view.top.flatMap((top, i) => (top === b.view.top[i] ? [] : [i])))
}

export function kindOf({ prune, range }: CompressChoice): ParetoKind {
  return prune && range !== null ? 'both' : prune ? 'pruned' : 'int8'
}

export function variantName(t: Translate, { prune, range }: CompressChoice): string {
  const parts = [
    prune && t(prune.scope === 'global' ? 'compress.name.pruned' : 'compress.name.prunedLayer', { n: Math.round(100 * prune.amount) }),
    range !== null && t(range === 'mse' ? 'compress.name.int8' : 'compress.name.int8Range', { range: t(`compress.range.${range}`) }),
  ]
  return parts.filter(Boolean).join(t('compress.name.and'))
}

export interface Row {
  readonly key: string
  readonly name: string
  readonly kind: ParetoKind
  readonly measured: Measured
  readonly variant: Variant | null
  readonly agreement: Counted | null
  readonly accuracy: Counted | null
}

/** The original first, then the variants as they were made. */
export function rowsOf(t: Translate, { original, variants }: Compression): Row[] {
  const asIs: Row = {
    key: ORIGINAL,
    name: t('compress.original'),
    kind: 'original',
    measured: original,
    variant: null,
    agreement: agreementOf(original, original),
    accuracy: accuracyOf(original),
  }
  return [
    asIs,
    ...variants.map(
      (v): Row => ({
        key: v.key,
        name: variantName(t, v.choice),
        kind: kindOf(v.choice),
        measured: v,
        variant: v,
        agreement: agreementOf(original, v),
        accuracy: accuracyOf(v),
      }),
    ),
  ]
}

/** KiB, milliseconds or millions of multiply-accumulates. */
export function axisValue({ weighed, clock }: Measured, axis: CompressAxis, convention: ConventionId): number {
  return axis === 'size' ? weighed.bytes / 1024 : axis === 'ms' ? clock.p50 : weighed.macs[convention] / 1e6
}

/** Rows of which `quality` is known. */
export function pointsOf(rows: readonly Row[], axis: CompressAxis, quality: CompressQuality, convention: ConventionId): ParetoPoint[] {
  return rows.flatMap((row) => {
    const { key, name, kind, measured } = row
    const counted = row[quality]
    return counted ? [{ key, kind, label: name, x: axisValue(measured, axis, convention), y: counted.n / counted.of }] : []
  })
}

/** "−64.1 %" beside the value; empty for the original itself, and where nothing changes. */
export function changeText(value: number, before: number): string {
  return before === 0 || value === before ? '' : signedPercent(value / before - 1)
}

/** KiB in a table, with one decimal as long as that tells something. */
export function kib(bytes: number): string {
  if (bytes >= 10 * 2 ** 20) return exact(Math.round(bytes / 1024))
  const [whole = '', tenth = ''] = fixed(bytes / 1024, 1).split('.')
  return `${exact(Number(whole))}.${tenth}`
}

/** Millions in a table. */
export function millions(macs: number): string {
  return macs < 1e9 ? significant(macs / 1e6, 3) : exact(Math.round(macs / 1e6))
}

export function countText(t: Translate, counted: Counted | null): string {
  return counted ? t('compress.count', { n: counted.n, of: counted.of }) : '–'
}

/** 20 dB as "10 %": noise as a share of the signal, both as root mean square. */
export function noiseShare(snr: number): number {
  return 10 ** (-snr / 20)
}

export function snrText(t: Translate, snr: number): string {
  return Number.isFinite(snr) ? t('compress.db', { n: fixed(snr, 1) }) : t('compress.exact')
}

export function layerText(t: Translate, { name, title, snr, channels, channelsBefore }: LayerErrorView, percent: (share: number) => string): string {
  const head = `${name}, ${title}`
  if (channels === null) return `${head}: ${t('compress.layer.gone')}`
  if (snr === null) return `${head}: ${t('compress.layer.fewer', { n: channels, of: channelsBefore })}`
  if (!Number.isFinite(snr)) return `${head}: ${t('compress.exact')}`
  return `${head}: ${t('compress.layer.error', { db: snrText(t, snr), share: percent(noiseShare(snr)) })}`
}

export function variantsTable(t: Translate, rows: readonly Row[], convention: ConventionId): FigureTable {
  return {
    columns: [
      { key: 'variant', label: t('compress.variant') },
      { key: 'size', label: t('compress.size'), unit: 'bytes' },
      { key: 'params', label: t('strip.params') },
      { key: 'macs', label: t('strip.macs') },
      { key: 'ms', label: t('compress.latency'), unit: 'ms' },
      { key: 'p90', label: t('compress.p90'), unit: 'ms' },
      { key: 'agreeing', label: t('compress.agreement') },
      { key: 'photos', label: t('compress.photos') },
      { key: 'right', label: t('compress.accuracy') },
      { key: 'known', label: t('compress.known') },
    ],
    rows: rows.map(({ name, measured: { weighed, clock }, agreement, accuracy }) => [
      name,
      weighed.bytes,
      weighed.params,
      weighed.macs[convention],
      clock.p50,
      clock.p90,
      agreement?.n ?? null,
      agreement?.of ?? null,
      accuracy?.n ?? null,
      accuracy?.of ?? null,
    ]),
  }
}

export function layerErrorsTable(t: Translate, list: readonly LayerErrorView[]): FigureTable {
  return {
    columns: [
      { key: 'layer', label: t('compress.layer') },
      { key: 'op', label: t('compress.op') },
      { key: 'snr', label: t('compress.snr'), unit: 'dB' },
      { key: 'channels', label: t('whatif.channels') },
      { key: 'channelsBefore', label: t('compress.channelsBefore') },
    ],
    rows: list.map(({ name, title, snr, channels, channelsBefore }) => [
      name,
      title,
      snr === null ? null : Number.isFinite(snr) ? snr : t('compress.exact'),
      channels,
      channelsBefore,
    ]),
  }
}
