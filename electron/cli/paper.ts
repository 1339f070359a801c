/** `shufflescope paper`: the tables of the ShuffleNet paper, each printed figure beside what is counted here. */
import { Command } from 'commander'
import {
  buildZooModel,
  CLAIM_TABLE,
  CONVENTION_WORDS,
  type Convention,
  type HostFingerprint,
  LATENCY_INPUTS,
  PAPER_TABLES,
  type PaperRow,
  type PaperTable,
  quantile,
  type Recomputed,
  type RecomputedDetector,
  type RecomputedRow,
  reasonWords,
  recomputeRow,
  ScopeError,
  throwIfCancelled,
} from '../../engine/index.ts'
import { hostFingerprint } from '../services/fingerprint.ts'
import { nodeHost } from '../services/nodePool.ts'
import { type CliContext, report, usage } from './context.ts'
import { stagesOf, withRunner, zeroInputs } from './execute.ts'
import { count } from './options.ts'
import { type ShuffleClaimReport, shuffleClaim, shuffleClaimText } from './shuffleClaim.ts'
import { bytes, type Cell, milliseconds, short, table } from './text.ts'

/** The table of latencies. */
const LATENCY = 8
/** Timed after one that warms up; enough for a median, and AlexNet and 2x take their time. */
const RUNS = 5
const THREADS = 1

export interface PaperOptions {
  /** All where it is left out. */
  readonly table?: number
  /** Measures the networks of table 8 here. */
  readonly measure?: boolean
}

export interface PaperReport {
  readonly tables: readonly PaperReportTable[]
  /** With table 3: its claim tested in small. None of it is of the paper. */
  readonly shuffleClaim?: ShuffleClaimReport
}

export interface PaperReportTable {
  readonly table: number
  readonly title: string
  readonly source: string
  /** What the printed complexities add up. */
  readonly counts: string
  readonly rows: readonly PaperReportRow[]
  /** Table 8 with --measure: what `measured` was measured with. */
  readonly measurement?: Measurement
}

export interface PaperReportRow {
  readonly model: string
  /** Of the zoo; null where nothing there stands for the row. */
  readonly id: string | null
  /** False where the row is of the network without its channel shuffles. */
  readonly shuffle: boolean
  /** As printed: multiply-adds in millions, top-1 error and mAP in percent, milliseconds by height x width; quoted, not measured here. */
  readonly published: Pick<PaperRow, 'mflops' | 'error' | 'map' | 'ms'>
  readonly computed: Recomputed | null
  /** Convention of the printed figure, under which the difference is taken. */
  readonly convention: Convention | null
  /** (counted - printed) / printed; null where one of both is not there. */
  readonly difference: number | null
  /** Why they differ, or why nothing is counted. */
  readonly reason: string
  /** What the zoo chose where the paper is silent, so that the figure is met. */
  readonly choices: readonly string[]
  /** Table 7: each detector of the row by size of the image, with the MACs of its parts; `id` and `computed` are those of the first. */
  readonly detectors?: readonly RecomputedDetector[]
  /** With --measure. */
  readonly measured?: Readonly<Record<string, Measured>>
}

/** Milliseconds, or why there are none. */
export type Measured = { readonly ms: number } | { readonly ms: null; readonly why: string }

export interface Measurement {
  readonly host: HostFingerprint
  readonly backend: string
  readonly threads: number
  readonly runs: number
}

/** Throws ScopeError `cancelled` once the signal is given. */
export async function paper(context: CliContext, options: PaperOptions): Promise<PaperReport> {
  const asked = PAPER_TABLES.filter((t) => options.table === undefined || t.table === options.table)
  const tables: PaperReportTable[] = []
  for (const one of asked) tables.push(await paperTable(context, one, options.measure === true && one.table === LATENCY))
  return asked.some((t) => t.table === CLAIM_TABLE) ? { tables, shuffleClaim: shuffleClaim() } : { tables }
}

async function paperTable(
  context: CliContext,
  { table: number, title, source, counts, points }: PaperTable,
  isMeasured: boolean,
): Promise<PaperReportTable> {
  const rows: PaperReportRow[] = []
  for (const row of points) {
    context.progress(`table ${number}: ${row.model}`)
    // Signals are heard between rows.
    await new Promise((resolve) => setImmediate(resolve))
    throwIfCancelled(context.signal, 'The tables')
    rows.push(rowOf(recomputeRow(number, row)))
  }
  const made = { table: number, title, source, counts }
  if (!isMeasured) return { ...made, rows }
  const { backend, times } = await measure(context, rows)
  const measured = rows.map((row, i) => ({ ...row, measured: times[i] ?? {} }))
  return { ...made, rows: measured, measurement: { host: hostFingerprint(), backend, threads: THREADS, runs: RUNS } }
}

function rowOf({ row, id, shuffle, computed, convention, difference, reason, choices, detectors }: RecomputedRow): PaperReportRow {
  const { model, mflops, error, map, ms } = row
  const published = { mflops, error, ...(map && { map }), ...(ms && { ms }) }
  return {
    model,
    id,
    shuffle,
    published,
    computed,
    convention,
    difference,
    reason: reasonWords(reason),
    choices,
    ...(detectors.length > 0 && { detectors }),
  }
}

/** Medians of whole runs at the inputs of table 8. */
async function measure(context: CliContext, rows: readonly PaperReportRow[]): Promise<{ backend: string; times: Record<string, Measured>[] }> {
  const host = await nodeHost(context.root, THREADS)
  const times: Record<string, Measured>[] = []
  let backend = ''
  for (const { model, id } of rows) {
    const own: Record<string, Measured> = {}
    for (const inputSize of LATENCY_INPUTS) {
      const input = inputSize.join('x')
      throwIfCancelled(context.signal, 'Measuring')
      context.progress(`table ${LATENCY}: ${model} at ${input}`)
      try {
        const { plan } = stagesOf(buildZooModel(id ?? '', { inputSize }))
        own[input] = await withRunner(host, plan, async (runner) => {
          backend = runner.backend
          await runner.run(zeroInputs(plan), { signal: context.signal })
          const { total } = await runner.profile({ runs: RUNS, warmup: 1, signal: context.signal })
          return { ms: quantile(total, 0.5) }
        })
      } catch (thrown) {
        if (!(thrown instanceof ScopeError) || thrown.code !== 'bad-input') throw thrown
        own[input] = { ms: null, why: thrown.why }
      }
    }
    times.push(own)
  }
  return { backend, times }
}

export function paperCommand(context: CliContext): Command {
  return new Command('paper')
    .description('recompute the tables of the ShuffleNet paper (arXiv:1707.01083v2), and say why a figure differs')
    .option('--table <n>', 'this one alone', count(1, PAPER_TABLES.length))
    .option('--measure', `table ${LATENCY}: also measure the latencies on this machine, on one thread`)
    .option('--json', 'print one JSON document')
    .action(async (flags: PaperOptions & { json?: boolean }) => {
      if (flags.measure && flags.table !== undefined && flags.table !== LATENCY)
        throw usage(`--measure is for table ${LATENCY}, which has latencies`, `Ask for --table ${LATENCY}`)
      const made = await paper(context, flags)
      report(context, flags.json, made, () => textOf(made))
    })
}

function textOf({ tables, shuffleClaim: claim }: PaperReport): string {
  return tables.map((one) => (claim && one.table === CLAIM_TABLE ? `${tableText(one)}\n\n${shuffleClaimText(claim)}` : tableText(one))).join('\n\n\n')
}

/** Head, rows, and below them what the zoo chose where the paper is silent. */
function tableText({ table: number, title, source, counts, rows, measurement }: PaperReportTable): string {
  const printed = (of: (published: PaperReportRow['published']) => Readonly<Record<string, number>> | undefined) =>
    Object.keys(of(rows[0]?.published ?? { mflops: null, error: null }) ?? {})
  const [maps, inputs] = [printed((p) => p.map), printed((p) => p.ms)]
  const columns: { readonly head: string; readonly cell: (row: PaperReportRow) => Cell }[] = [
    { head: 'model', cell: (r) => r.model },
    { head: 'error %', cell: (r) => r.published.error?.toFixed(1) ?? null },
    ...maps.map((key) => ({ head: `mAP % ${key}`, cell: (r: PaperReportRow) => r.published.map?.[key]?.toFixed(1) ?? null })),
    ...inputs.map((key) => ({ head: `${key} ms`, cell: (r: PaperReportRow) => r.published.ms?.[key]?.toFixed(1) ?? null })),
    ...(measurement ? inputs : []).map((key) => ({ head: `here ${key} ms`, cell: (r: PaperReportRow) => measuredText(r.measured?.[key]) })),
    { head: 'printed M', cell: (r) => r.published.mflops },
    ...maps.map((key) => ({ head: `counted M ${key}`, cell: (r: PaperReportRow) => detectorText(r, key) })),
    { head: 'counted M', cell: (r) => (r.computed && r.convention && !r.detectors ? (r.computed.macs[r.convention] / 1e6).toFixed(2) : null) },
    { head: 'counts', cell: (r) => r.convention && (r.convention === 'paper' ? 'conv' : r.convention) },
    { head: 'difference', cell: (r) => r.difference && percent(r.difference) },
    { head: 'params', cell: (r) => r.computed && short(r.computed.params) },
    { head: 'arena', cell: (r) => r.computed && bytes(r.computed.arenaBytes) },
    { head: 'reason', cell: (r) => r.reason },
  ]
  const shown = columns.filter(({ head, cell }) => head === 'model' || rows.some((row) => cell(row) !== null))
  const conventions = [...new Set(rows.flatMap((r) => r.convention ?? []))]
  // Rows that share a choice are named together.
  const choices = new Map<string, string[]>()
  for (const { model, published, choices: own } of rows)
    for (const choice of own) choices.set(choice, [...(choices.get(choice) ?? []), `${model}${published.mflops ? `, ${published.mflops} M` : ''}`])
  const parts = rows.flatMap(({ model, detectors = [] }) =>
    detectors.map(({ image, parts: own }) => `- ${model} at ${image}: ${own.map((p) => `${p.name} ${(p.macs / 1e6).toFixed(2)}`).join(', ')}`),
  )
  const unmeasured = rows.flatMap(({ model, measured = {} }) =>
    Object.entries(measured).flatMap(([input, m]) => (m.ms === null ? [`${model} at ${input} is not measured: ${m.why}`] : [])),
  )
  return [
    `Table ${number}: ${title}`,
    source,
    `Printed complexities: ${counts}`,
    ...conventions.map((c) => `${c === 'paper' ? 'conv' : c}: ${CONVENTION_WORDS[c]}`),
    'Errors, mAP and latencies are those of the paper, quoted',
    ...(measurement ? [hereText(measurement)] : []),
    '',
    table(
      shown.map((c) => c.head),
      rows.map((row) => shown.map((c) => c.cell(row))),
    ),
    ...(parts.length > 0 ? ['', 'By part, in millions:', ...parts] : []),
    ...(choices.size > 0 ? ['', 'Chosen here, where the paper is silent:'] : []),
    ...[...choices].map(([choice, models]) => `- ${models.length === rows.length ? 'all' : models.join(', ')}: ${choice}`),
    ...unmeasured.map((line) => `- ${line}`),
  ].join('\n')
}

function detectorText({ detectors = [], convention }: PaperReportRow, image: string): Cell {
  const one = detectors.find((d) => d.image === image)
  return one && convention ? (one.computed.macs[convention] / 1e6).toFixed(2) : null
}

function hereText({ host, backend, threads, runs }: Measurement): string {
  return `here: median of ${runs} runs, ${threads} thread, ${backend}, ${host.cpu}, ${host.runtime}, ${host.platform}`
}

function measuredText(measured: Measured | undefined): Cell {
  return measured === undefined || measured.ms === null ? null : milliseconds(measured.ms)
}

function percent(difference: number): string {
  const digits = Math.abs(100 * difference).toFixed(1)
  return `${Number(digits) === 0 ? '' : difference < 0 ? '-' : '+'}${digits} %`
}
