/** What a run on a device says: its figures, its verdict in words, and the data of its pictures. */
import { type Condition, type Doubt, medianInterval, quantile, type Trace, type Verdict, verdictOf } from '../../../engine/index.ts'
import type { TextKey, Translate } from '../../app/strings/index.ts'
import type { LayerBarRow } from '../../charts/devices/layerBars.ts'
import type { LineSeries } from '../../charts/devices/lines.ts'
import { significant } from '../../charts/kit/format.ts'
import type { FigureTable } from '../../export/figures.ts'
import type { StoredTrace } from '../../store/devicesSlice.ts'
import type { Rates } from '../../store/rates.ts'
import type { LayerRow } from '../../workers/contract/index.ts'

export interface RunFigures {
  readonly runs: number
  readonly min: number
  readonly p50: number
  readonly low: number
  readonly high: number
  readonly p90: number
  readonly p99: number
  readonly verdict: Verdict
}

const known = new WeakMap<Trace, RunFigures>()

/** Computed once for each run: the interval takes two thousand resamplings. */
export function figuresOf(trace: Trace): RunFigures {
  const before = known.get(trace)
  if (before) return before
  const { total } = trace
  const { low, high } = medianInterval(total)
  const at = (q: number) => quantile(total, q)
  const figures = { runs: total.length, min: at(0), p50: at(0.5), low, high, p90: at(0.9), p99: at(0.99), verdict: verdictOf(trace) }
  known.set(trace, figures)
  return figures
}

/** Its times are not what such a device needs, or are of something else than the model. */
export function isDoubtful({ kind }: Verdict): boolean {
  return kind === 'emulated' || kind === 'wrong'
}

/** What stands beside every figure of a run that is not valid; null for a valid one. */
export function markOf(t: Translate, { kind }: Verdict): string | null {
  return kind === 'valid' ? null : t(`verdict.kind.${kind}`)
}

export function deviceName({ device, host }: Trace): string {
  return device?.board ?? device?.clusters[0]?.core ?? host.cpu
}

export function backendName(backend: string): string {
  return /^(ort|onnxruntime)/.test(backend) ? 'onnxruntime' : backend
}

/** One sentence for each kind of doubt, with its numbers, in the page's language. */
export function reasonsText(t: Translate, trace: Trace, verdict: Verdict): string[] {
  const kinds = [...new Set(verdict.reasons.map((r) => r.doubt))]
  return kinds.map((doubt) => t(`verdict.${doubt}` satisfies TextKey, doubtValues(trace, doubt)))
}

function doubtValues(trace: Trace, doubt: Doubt): Readonly<Record<string, string | number>> {
  const { device, check, conditions = [], total, pinned } = trace
  switch (doubt) {
    case 'output-differs':
      return { difference: check?.difference.toExponential(1) ?? '' }
    case 'governor': {
      const used = (device?.clusters ?? []).filter((c) => !pinned || c.cpus.some((cpu) => pinned.includes(cpu)))
      return { governors: [...new Set(used.flatMap((c) => (c.governor && c.governor !== 'performance' ? [c.governor] : [])))].join(', ') }
    }
    case 'frequency-fell': {
      const seen = conditions.flatMap((c) => (c.frequency === null ? [] : [c.frequency]))
      return { from: megahertz(seen[0] ?? 0), to: megahertz(Math.min(...seen)) }
    }
    case 'throttled':
      return { what: [...new Set(conditions.flatMap((c) => c.throttled))].join(', ') }
    case 'load':
      return { n: significant(conditions.find((c) => c.at <= 0)?.load ?? 0, 2) }
    case 'variation':
      return { share: significant(100 * spreadOf(total), 2) }
    case 'interval': {
      const { low, high, p50 } = figuresOf(trace)
      return { share: significant((100 * (high - low)) / p50, 2) }
    }
    case 'few-runs':
      return { n: total.length }
    default:
      return {}
  }
}

/** Standard deviation over mean, as the verdict has it. */
function spreadOf(samples: readonly number[]): number {
  const mean = samples.reduce((a, b) => a + b, 0) / samples.length
  return Math.sqrt(samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(samples.length - 1, 1)) / mean
}

export function megahertz(hertz: number): string {
  return (hertz / 1e6).toFixed(0)
}

/**
 * A row per layer that any of the machines timed, in network order; values in the order of `machines`, null where that one
 * did not time the layer by itself.
 */
export function layerBarRows(layers: readonly LayerRow[], machines: readonly ReadonlyMap<string, Rates>[]): LayerBarRow[] {
  return layers.flatMap(({ index, name }) => {
    const values = machines.map((m) => {
      const rate = m.get(name)
      // A layer fused into another one has no step: neither time nor work of its own.
      return rate && (rate.ms > 0 || rate.macs > 0 || rate.bytes > 0) ? rate.ms : null
    })
    return values.some((v) => v !== null) ? [{ index, name, values }] : []
  })
}

export function layerBarsTable(t: Translate, rows: readonly LayerBarRow[], names: readonly string[]): FigureTable {
  return {
    columns: [
      { key: 'index', label: t('export.index') },
      { key: 'name', label: t('costs.name') },
      ...names.map((label, i) => ({ key: `ms${i}`, label: `${i + 1}. ${label}`, unit: 'ms' })),
    ],
    rows: rows.map((r) => [r.index, r.name, ...names.map((_, i) => r.values[i] ?? null)]),
  }
}

/** Runs of the same model, device and kind as `trace`, the newest for each backend and count of threads. */
export function threadSeries(all: readonly StoredTrace[], trace: Trace): { readonly backend: string; readonly runs: readonly Trace[] }[] {
  const own = all.map((s) => s.trace).filter((x) => !x.sustained && x.model === trace.model && sameDevice(x, trace) && samePins(x, trace))
  const backends = [...new Set([trace.backend, ...own.map((x) => x.backend)])]
  return backends.flatMap((backend) => {
    const byThreads = new Map<number, Trace>()
    // Newest first, so the first one stays.
    for (const x of own) if (x.backend === backend && !byThreads.has(x.threads)) byThreads.set(x.threads, x)
    const runs = [...byThreads.values()].sort((a, b) => a.threads - b.threads)
    return runs.length > 0 ? [{ backend, runs }] : []
  })
}

function sameDevice(a: Trace, b: Trace): boolean {
  const key = ({ device, host }: Trace) => [device?.board, device?.arch, device?.kernel, device?.memoryBytes, host.cpu].join('|')
  return key(a) === key(b)
}

function samePins(a: Trace, b: Trace): boolean {
  return (a.pinned ?? []).join() === (b.pinned ?? []).join()
}

export function threadLines(series: ReturnType<typeof threadSeries>): LineSeries[] {
  return series.map(({ backend, runs }) => ({
    key: backend,
    points: runs.map((x) => {
      const { p50, low, high } = figuresOf(x)
      return { x: x.threads, y: p50, low, high }
    }),
  }))
}

export type Looked = 'ms' | 'temperature' | 'frequency'

/** One measure of the looks at the device along the run; x in seconds, or minutes over five of them. Empty where it does not tell. */
export function conditionLine(
  conditions: readonly Condition[],
  what: Looked,
): { readonly points: readonly { x: number; y: number }[]; readonly minutes: boolean } {
  const minutes = Math.max(0, ...conditions.map((c) => c.at)) > 300_000
  const points = conditions.flatMap((c) => {
    const value = c[what]
    return value === null ? [] : [{ x: c.at / (minutes ? 60_000 : 1000), y: what === 'frequency' ? value / 1e6 : value }]
  })
  return { points, minutes }
}

export function conditionsTable(t: Translate, conditions: readonly Condition[]): FigureTable {
  return {
    columns: [
      { key: 'seconds', label: t('devices.time'), unit: 's' },
      { key: 'ms', label: t('devices.latency'), unit: 'ms' },
      { key: 'temperature', label: t('devices.temperature'), unit: '°C' },
      { key: 'frequency', label: t('devices.frequency'), unit: 'MHz' },
      { key: 'throttled', label: t('devices.throttled') },
    ],
    rows: conditions.map((c) => [c.at / 1000, c.ms, c.temperature, c.frequency === null ? null : c.frequency / 1e6, c.throttled.join(', ') || null]),
  }
}
