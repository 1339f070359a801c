/** Measures a model on a device: pushes what is missing, starts the program there, and makes traces of what it says. */
import { type Condition, type Device, type OutputCheck, ScopeError, type Trace, throwIfCancelled, traceSchema } from '../../engine/index.ts'
import { type DeviceEvent, eventSchema, type Job, LINE_MARK, MOST_LINE, type Phase } from '../device/messages.ts'
import type { Bundle } from './bundle.ts'
import type { Connection } from './connection.ts'
import { deploy } from './deploy.ts'
import { printable } from './printable.ts'
import type { Survey } from './survey.ts'

export type ProfilePhase = 'uploading' | Phase

export interface ProfileProgress {
  readonly phase: ProfilePhase
  readonly done: number
  readonly total: number
  /** Of the run; 0 while pushing. */
  readonly threads: number
  /** Degrees Celsius at the last look; null where the device does not say. */
  readonly temperature: number | null
}

/** What is the same for every backend and device. */
export interface Subject {
  readonly model: string
  readonly modelHash: string
  /** The host's own output for the same input. */
  readonly expected: ArrayLike<number>
  readonly precision: string
}

export interface ProfilePlan {
  /** In this order: runner, model, and onnxruntime where it is asked for. Node comes last where it is pushed. */
  readonly runner: Bundle
  readonly model: Bundle
  readonly ort: Bundle | null
  readonly node: Bundle | null
  /** Paths are filled in once it is known where things lie. */
  readonly job: Omit<Job, 'plan' | 'input' | 'module'> & { readonly plan: string; readonly input: string }
}

export interface ProfileOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ProfileProgress) => void
  /** Tells the date of a trace; the host's clock, since a device's may be wrong. */
  readonly now?: () => Date
}

/** Relative to the largest magnitude; other orders of summation give some 1e-6. */
const TOLERANCE = 1e-4
const MOST_OUTPUT = 512 * 2 ** 20

/**
 * One trace per count of threads, and one more for each where runs go on over minutes. Throws ScopeError: `device` for
 * whatever goes wrong there, `cancelled`; nothing is left running on the device then.
 */
export async function profileOnDevice(
  connection: Connection,
  survey: Survey,
  subject: Subject,
  plan: ProfilePlan,
  options: ProfileOptions = {},
): Promise<{ readonly traces: readonly Trace[]; readonly sent: number }> {
  const { signal, onProgress } = options
  const pinned = plan.job.pinned
  if (pinned && !survey.hasTaskset)
    throw failure(connection, 'it has no taskset, which keeps a program on chosen cores', 'Install util-linux there, or run on any core')
  const bundles = [plan.runner, plan.model, ...(plan.ort ? [plan.ort] : []), ...(plan.node ? [plan.node] : [])]
  const { folders, sent } = await deploy(connection, survey.home, bundles, {
    ...(signal && { signal }),
    onProgress: (done, total) => onProgress?.({ phase: 'uploading', done, total, threads: 0, temperature: null }),
  })
  const [runner = '', model = ''] = folders
  const node = plan.node ? `${folders.at(-1)}/node` : survey.node?.path
  if (node === undefined) throw failure(connection, 'it has no Node, and none was given to push', 'Give one with --node')
  const job: Job = {
    ...plan.job,
    plan: `${model}/${plan.job.plan}`,
    input: `${model}/${plan.job.input}`,
    module: plan.ort ? (folders[2] ?? '') : runner,
  }
  const events = new Events(subject, plan.job, options)
  const argv = [...(pinned ? ['taskset', '-c', pinned.join(',')] : []), node, `${runner}/runner.mjs`, 'run']
  await runJob(connection, argv, job, events, signal)
  return { traces: events.traces, sent }
}

/** Starts the program with its job, and holds its standard input open until it has ended: that it closes is its sign to end. */
async function runJob(connection: Connection, argv: readonly string[], job: Job, events: Events, signal: AbortSignal | undefined): Promise<void> {
  let release = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    release = resolve
  })
  async function* stdin(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(`${JSON.stringify(job)}\n`)
    await ended
  }
  const stop = new AbortController()
  const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  let bad: unknown
  const onStdoutLine = (line: string): void => {
    try {
      const event = readEvent(line)
      if (event) events.take(event)
      if (event?.type === 'end' || event?.type === 'failed') release()
    } catch (thrown) {
      bad ??= thrown
      stop.abort()
    }
  }
  try {
    const result = await connection.exec(argv, {
      signal: both,
      stdin: stdin(),
      onStdoutLine,
      maxLineBytes: MOST_LINE,
      maxOutputBytes: MOST_OUTPUT,
    })
    if (bad) throw bad
    events.finish(connection, result.code, result.stderr)
  } catch (thrown) {
    throw bad ?? thrown
  } finally {
    release()
    throwIfCancelled(signal, `Profile on ${connection.label}`)
  }
}

/** Undefined for a line that is not ours. Throws ScopeError `device` for one that is, and is not as we speak. */
export function readEvent(line: string): DeviceEvent | undefined {
  if (!line.startsWith(LINE_MARK)) return undefined
  let value: unknown
  try {
    value = JSON.parse(line.slice(LINE_MARK.length))
  } catch {
    throw refused(`"${printable(line.slice(LINE_MARK.length), 80)}"`)
  }
  const { success, data, error } = eventSchema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  throw refused(`"${printable(issue?.path.join('.') ?? '', 80)}" is wrong (${printable(issue?.message ?? 'unknown', 120)})`)
}

function refused(why: string): ScopeError {
  return new ScopeError({
    code: 'device',
    what: 'The program on the device',
    why: `it said something that makes no sense: ${why}`,
    hint: 'Profile again',
  })
}

function failure(connection: Connection, why: string, hint: string): ScopeError {
  return new ScopeError({ code: 'device', what: `Device ${connection.label}`, why, hint })
}

/** Gathers what the program says into traces. */
class Events {
  readonly traces: Trace[] = []
  private readonly pinned: readonly number[] | null
  private readonly threads: readonly number[]
  private hello: Extract<DeviceEvent, { type: 'hello' }> | undefined
  private readonly conditions = new Map<number, Condition[]>()
  private readonly checks = new Map<number, OutputCheck>()
  private temperature: number | null = null
  private failed: ScopeError | undefined
  private ended = false

  constructor(
    private readonly subject: Subject,
    { pinned, threads }: Pick<Job, 'pinned' | 'threads'>,
    private readonly options: ProfileOptions,
  ) {
    this.pinned = pinned
    this.threads = threads
  }

  take(event: DeviceEvent): void {
    if (event.type === 'hello') this.hello = event
    else if (event.type === 'progress') {
      const { phase, done, total, threads } = event
      this.options.onProgress?.({ phase, done, total, threads, temperature: this.temperature })
    } else if (event.type === 'condition') {
      this.temperature = event.condition.temperature
      this.conditions.set(event.threads, [...(this.conditions.get(event.threads) ?? []), event.condition])
    } else if (event.type === 'output') this.checks.set(event.threads, compare(event.data, this.subject.expected))
    else if (event.type === 'measured') this.traces.push(this.trace(event))
    else if (event.type === 'failed') {
      const [what, why, hint] = [event.what, event.why, event.hint].map((text) => printable(text, 500))
      this.failed = new ScopeError({ code: 'device', what: `On the device: ${what}`, why: why ?? '', hint: hint ?? '' })
    } else this.ended = true
  }

  finish(connection: Connection, code: number, stderr: string): void {
    if (this.failed) throw this.failed
    if (this.ended && code === 0 && this.traces.length > 0) return
    const words = stderr.trim() === '' ? '' : `, "${printable(stderr.trim().split('\n').slice(-3).join(' '), 300)}"`
    const killed = code === 137 ? ' (it was killed; the device may have run out of memory)' : ''
    throw failure(connection, `the program there ended with code ${code}${killed}${words}`, 'Profile again; with fewer threads if it was killed')
  }

  private trace(event: Extract<DeviceEvent, { type: 'measured' }>): Trace {
    const { hello } = this
    const { threads, machine, sustained } = event
    const check = this.checks.get(threads)
    if (!hello || !check) throw refused(`times before ${hello ? 'the answer they belong to' : 'what it runs on'}`)
    if (!this.threads.includes(threads) || this.traces.some((t) => t.threads === threads && t.sustained === sustained))
      throw refused(`times on ${threads} threads that were not asked for`)
    const conditions = this.conditions.get(threads) ?? []
    // Looks of the minutes to come belong to the trace of those minutes.
    if (!sustained) this.conditions.set(threads, [])
    const { device } = hello
    const { success, data, error } = traceSchema.safeParse({
      schema: 1,
      model: this.subject.model.slice(0, 200),
      modelHash: this.subject.modelHash,
      host: { cpu: cpuWords(device), cores: hello.cores, runtime: `Node ${hello.node}`, platform: `linux ${hello.arch}` },
      ...(machine && { machine }),
      backend: event.backend,
      threads,
      precision: this.subject.precision,
      total: event.total,
      steps: event.steps,
      arenaBytes: event.arenaBytes,
      device,
      conditions,
      ...(this.pinned && { pinned: [...this.pinned] }),
      check,
      peakBytes: event.peakBytes,
      taken: (this.options.now?.() ?? new Date()).toISOString(),
      sustained,
    } satisfies Trace)
    if (success) return data
    const [issue] = error.issues
    throw refused(`"${printable(issue?.path.join('.') ?? '', 80)}" of a trace is wrong (${printable(issue?.message ?? 'unknown', 120)})`)
  }
}

function cpuWords({ clusters }: Device): string {
  return clusters.length > 0
    ? clusters
        .map((c) => `${c.cpus.length} x ${c.core}`)
        .join(', ')
        .slice(0, 200)
    : 'unknown'
}

function compare(base64: string, expected: ArrayLike<number>): OutputCheck {
  const bytes = Buffer.from(base64, 'base64')
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~3)))
  if (values.length !== expected.length) return { difference: 1, tolerance: TOLERANCE, sameTop: false }
  let largest = 0
  let worst = 0
  let [top, expectedTop] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const [ours, theirs] = [expected[i] ?? 0, values[i] ?? 0]
    largest = Math.max(largest, Math.abs(ours))
    worst = Math.max(worst, Number.isFinite(theirs) ? Math.abs(ours - theirs) : Number.POSITIVE_INFINITY)
    if (theirs > (values[top] ?? 0)) top = i
    if (ours > (expected[expectedTop] ?? 0)) expectedTop = i
  }
  const difference = Math.min(worst / Math.max(largest, Number.MIN_VALUE), 1e30)
  return { difference, tolerance: TOLERANCE, sameTop: top === expectedTop }
}
