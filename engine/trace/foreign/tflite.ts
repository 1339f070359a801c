/**
 * Profiles of TensorFlow Lite's benchmark_model: the CSV of --enable_op_profiling=true
 * --profiling_output_csv_file=..., or the tables that it prints.
 * Source: tensorflow/lite/tools/benchmark/README.md, tensorflow/core/util/stats_calculator.cc and
 * tensorflow/lite/profiling/profile_summary_formatter.cc.
 */
import { checkCounts, decimal, duration, type ForeignProfile, type ForeignStep, refused, threadCount } from './profile.ts'

const HINT = 'Choose the whole output of benchmark_model with --enable_op_profiling=true'
/** Its tables come twice, once of the start; what is meant are those after this line, where it is there. */
const REGULAR = 'Operator-wise Profiling Info for Regular Benchmark Runs'

type Summary = ForeignProfile['summary']

export function looksLikeTflite(lines: readonly string[]): boolean {
  return lines.some((line) => headerOf(line) !== undefined)
}

/** Throws ScopeError `bad-input` where its table holds no operator. */
export function readTflite(file: string, lines: readonly string[]): ForeignProfile {
  const regular = lines.findIndex((line) => line.includes(REGULAR))
  const from = lines.findIndex((line, i) => i > regular && headerOf(line) !== undefined)
  const header = headerOf(lines[from] ?? '')
  if (!header) throw refused(file, 'it tells of the start of TensorFlow Lite alone, and of no run', HINT)
  const steps: ForeignStep[] = []
  let end = from + 1
  for (; end < lines.length; end++) {
    const line = lines[end] ?? ''
    if (/^\s*($|=|Number of nodes)/.test(line)) break
    const row = header.isCsv ? csvRow(line, header.columns) : textRow(line, header.columns)
    if (!row) throw refused(file, `row ${steps.length + 1} of its table of operators is not as TensorFlow Lite writes it`, HINT)
    const { type, name, ms, calls } = row
    steps.push({ type, name, samples: [duration(file, ms * Math.max(1, calls), name)] })
    checkCounts(file, steps.length, 1)
  }
  if (steps.length === 0) throw refused(file, 'its table of operators is empty', HINT)
  const whole = wholeRuns(lines, regular)
  // The CSV has the sum of operators alone.
  const summed = lines.slice(end).find((line) => line.includes('Timings (microseconds):'))
  const stat = whole ? statOf(file, whole, 'runs') : statOf(file, summed ?? '', 'steps')
  return { engine: 'tflite', model: '', runtime: 'TensorFlow Lite', threads: threadsOf(lines), ...stat, steps, stepMeans: true }
}

/** The line of the timed runs: the last one of its kind before the operators; the one before it is of the warm-up. */
function wholeRuns(lines: readonly string[], regular: number): string | undefined {
  return lines
    .slice(0, regular === -1 ? undefined : regular)
    .findLast((line) => /^.{0,80}\bcount=\d/.test(line) && !/\((microseconds|bytes)\):/.test(line))
}

/** Of "count=110 first=8325 curr=10016 min=7863 max=10688 avg=8680.33 std=591", in microseconds; short where all runs are one. */
function statOf(file: string, line: string, of: 'runs' | 'steps'): { total: number[]; summary: Summary } {
  const value = (key: string): number => decimal(line.match(new RegExp(`\\b${key}=([\\d.e+]{1,30})`))?.[1] ?? '') / 1000
  const count = Math.round(value('count') * 1000)
  if (!(count >= 1)) return { total: [], summary: undefined }
  const one = value('curr')
  if (count === 1 && of === 'runs') return { total: [duration(file, one, 'a run')], summary: undefined }
  const [min, mean, max] = [value('min'), value('avg'), value('max')].map((v) => duration(file, Number.isNaN(v) ? one : v, 'a run'))
  if (min === undefined || mean === undefined || max === undefined) return { total: [], summary: undefined }
  return { total: [], summary: { min, mean, max, runs: count, of } }
}

function threadsOf(lines: readonly string[]): number | null {
  for (const line of lines) {
    const found = line.match(/(?:#threads used for CPU inference|Num threads): \[(\d{1,4})\]/)
    if (found) return threadCount(Number(found[1]))
  }
  return null
}

interface Header {
  readonly isCsv: boolean
  /** Columns between type and name: 6, or 7 where the start is one of them. */
  readonly columns: number
}

function headerOf(line: string): Header | undefined {
  if (/^\s*node type, (start, )?first, avg_ms, %, cdf%, mem KB, times called, name/.test(line))
    return { isCsv: true, columns: line.includes('start,') ? 7 : 6 }
  if (line.length < 1000 && line.includes('[node type]') && line.includes('[avg ms]') && line.includes('[times called]') && line.includes('[Name]'))
    return { isCsv: false, columns: line.includes('[start]') ? 7 : 6 }
  return undefined
}

interface Row {
  readonly type: string
  readonly name: string
  /** Mean of one call. */
  readonly ms: number
  /** In each run; old versions write 0. */
  readonly calls: number
}

/** Commas in a name were made tabs, those in a type were not. Undefined where it is no row. */
function csvRow(line: string, columns: number): Row | undefined {
  const parts = line.split(',').map((p) => p.trim())
  const first = parts.length - 1 - columns
  const numbers = parts.slice(first, -1)
  if (first < 1) return undefined
  return rowOf(parts.slice(0, first).join(', '), numbers, parts.at(-1) ?? '')
}

/** Types and names may hold spaces; the two percentages tell where the numbers are. */
function textRow(line: string, columns: number): Row | undefined {
  const words = line.trim().split(/\s+/)
  const lead = columns - 4
  const percent = words.findIndex((w, i) => i > lead && w.endsWith('%') && (words[i + 1] ?? '').endsWith('%'))
  if (percent === -1) return undefined
  const first = percent - lead
  return rowOf(words.slice(0, first).join(' '), words.slice(first, first + columns), words.slice(first + columns).join(' '))
}

/** `numbers`: (start,) first, mean, share, cumulated share, memory, calls. */
function rowOf(type: string, numbers: readonly string[], name: string): Row | undefined {
  const ms = decimal(numbers.at(-5) ?? '')
  const calls = decimal(numbers.at(-1) ?? '')
  return Number.isNaN(ms) || Number.isNaN(calls) ? undefined : { type, name, ms, calls }
}
