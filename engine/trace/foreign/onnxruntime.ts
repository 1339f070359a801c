/**
 * Profiles of onnxruntime: a JSON array of Chrome trace events, as SessionOptions' enableProfiling writes it.
 * Source: onnxruntime, core/common/profiler.cc and core/framework/sequential_executor.cc: durations are microseconds,
 * operators are events of category "Node" called `<node>_kernel_time`, a run is a "model_run" of category "Session".
 */
import { checkCounts, duration, type ForeignProfile, type ForeignStep, refused, threadCount } from './profile.ts'

const KERNEL = '_kernel_time'
const HINT = 'Choose the file that onnxruntime writes when its profiling is switched on, after the session has ended it'

interface TraceEvent {
  readonly cat: string
  readonly name: string
  /** Microseconds. */
  readonly dur: number
  readonly args: Readonly<Record<string, unknown>>
}

/** Throws ScopeError `bad-input` where the array holds no runs of operators. */
export function readOnnxruntime(file: string, value: readonly unknown[]): ForeignProfile {
  const events = value.flatMap((v) => eventOf(v) ?? [])
  const kernels = events.filter((e) => e.cat === 'Node' && e.name.endsWith(KERNEL))
  const whole = ['model_run', 'SequentialExecutor::Execute'].find((name) => events.some((e) => isRun(e, name)))
  if (whole === undefined && kernels.length === 0) throw refused(file, 'it is JSON, but neither a trace nor a profile of onnxruntime', HINT)
  if (whole === undefined) throw refused(file, 'it is a profile of onnxruntime in which no run ended', HINT)
  const total = events.filter((e) => isRun(e, whole)).map((e) => duration(file, e.dur / 1000, 'a run'))
  return {
    engine: 'onnxruntime',
    model: '',
    runtime: 'onnxruntime',
    threads: threadsOf(kernels),
    total,
    summary: undefined,
    steps: stepsOf(file, events, whole, total.length),
    stepMeans: false,
  }
}

function isRun({ cat, name }: TraceEvent, whole: string): boolean {
  return cat === 'Session' && name === whole
}

/** Events are written when they end, so a run's operators come before the run. What follows the last run belongs to none. */
function stepsOf(file: string, events: readonly TraceEvent[], whole: string, runs: number): ForeignStep[] {
  const rows = new Map<string, { type: string; samples: Map<number, number> }>()
  let run = 0
  for (const event of events) {
    if (isRun(event, whole)) run++
    if (event.cat !== 'Node' || !event.name.endsWith(KERNEL) || run >= runs) continue
    const name = event.name.slice(0, -KERNEL.length)
    const row = rows.get(name) ?? { type: textOf(event.args.op_name), samples: new Map<number, number>() }
    rows.set(name, row)
    // A loop runs its operators more than once.
    row.samples.set(run, (row.samples.get(run) ?? 0) + duration(file, event.dur / 1000, name))
  }
  checkCounts(file, rows.size, runs)
  // A branch that was not taken took no time in that run.
  return [...rows].map(([name, { type, samples }]) => ({ name, type, samples: Array.from({ length: runs }, (_, i) => samples.get(i) ?? 0) }))
}

/** The pool of threads is told with each operator; an empty text stands for none beside the caller. */
function threadsOf(kernels: readonly TraceEvent[]): number | null {
  let most: number | null = null
  for (const { args } of kernels) {
    const stats = args.thread_scheduling_stats
    if (stats === '') most = Math.max(most ?? 0, 1)
    else if (isObject(stats) && isObject(stats.sub_threads)) most = Math.max(most ?? 0, 1 + Object.keys(stats.sub_threads).length)
  }
  return most === null ? null : threadCount(most)
}

function eventOf(value: unknown): TraceEvent | undefined {
  if (!isObject(value)) return undefined
  const { cat, name, dur, args } = value
  if (typeof cat !== 'string' || typeof name !== 'string' || typeof dur !== 'number') return undefined
  return { cat, name, dur, args: isObject(args) ? args : {} }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
