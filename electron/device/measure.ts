/** Measures a job: warm-up, timed runs, a pass that times each step, and runs over minutes, with looks at the device in between. */
import type { Condition } from '../../engine/index.ts'
import type { Backend } from './backends.ts'
import type { Watch } from './conditions.ts'
import type { DeviceEvent, Job, Phase } from './messages.ts'

/** Engines translate Wasm quickly and badly at first; warm-up lasts at least so long, milliseconds. */
const LEAST_WARMUP = 200
/** Looks at the device while it runs, and words to the host, at most so often. */
const LOOK_EVERY = 500
const TELL_EVERY = 200
/** Runs of a budget whose number is not known yet. */
const MOST_RUNS = 100_000

export interface Talk {
  readonly tell: (event: DeviceEvent) => void
  /** Lets messages through; rejects when the host is gone or wants an end. */
  readonly pause: () => Promise<void>
}

export async function measure(backend: Backend, job: Job, watch: Watch, { tell, pause }: Talk): Promise<void> {
  const { threads } = backend
  const start = performance.now()
  let begun = start
  let looked = Number.NEGATIVE_INFINITY
  let told = Number.NEGATIVE_INFINITY
  const look = (ms: number | null): void => {
    looked = performance.now()
    const condition: Condition = watch.look(looked - begun, ms)
    tell({ type: 'condition', threads, condition })
  }
  const progress = async (phase: Phase, done: number, total: number): Promise<void> => {
    const now = performance.now()
    if (now - told >= TELL_EVERY || done === total) {
      told = now
      tell({ type: 'progress', phase, threads, done, total })
      await pause()
    }
  }
  const between = (ms: number): void => {
    if (performance.now() - looked >= LOOK_EVERY) look(ms)
  }

  const output = await backend.output()
  tell({ type: 'output', threads, data: Buffer.from(output.buffer, output.byteOffset, output.byteLength).toString('base64') })
  begun = Number.POSITIVE_INFINITY
  const warmupStart = performance.now()
  for (let i = 0; i < job.warmup || performance.now() - warmupStart < LEAST_WARMUP; i++) {
    await backend.run()
    await progress('warmup', Math.min(i + 1, job.warmup), job.warmup)
  }
  begun = performance.now()
  // Before the first run: what it says is of the device at rest.
  tell({ type: 'condition', threads, condition: watch.look(0, null) })
  looked = performance.now()

  const total: number[] = []
  const budget = job.budgetMs
  const isOver = (): boolean => (budget === null ? total.length >= job.runs : performance.now() - begun >= budget || total.length >= MOST_RUNS)
  while (!isOver()) {
    const ms = await backend.run()
    total.push(ms)
    between(ms)
    const done = budget === null ? total.length : Math.min(performance.now() - begun, budget)
    await progress('runs', done, budget ?? job.runs)
  }
  look(total.at(-1) ?? null)

  const steps = job.layerRuns > 0 ? await stepsOf(backend, job.layerRuns, progress) : []
  const machine = job.layerRuns > 0 ? await backend.machine() : null
  const measured = { type: 'measured', threads, backend: backend.name, machine, arenaBytes: backend.arenaBytes } as const
  tell({ ...measured, total, steps, peakBytes: peakBytes(), sustained: false })
  await pause()

  if (job.sustainedMs === null) return
  begun = performance.now()
  const sustained: number[] = []
  while (performance.now() - begun < job.sustainedMs) {
    const ms = await backend.run()
    sustained.push(ms)
    between(ms)
    await progress('sustained', Math.min(performance.now() - begun, job.sustainedMs), job.sustainedMs)
  }
  if (sustained.length > 0) tell({ ...measured, total: sustained, steps: [], peakBytes: peakBytes(), sustained: true })
  await pause()
}

/** In parts, so that the host hears of it and can end it. */
async function stepsOf(backend: Backend, runs: number, progress: (phase: Phase, done: number, total: number) => Promise<void>) {
  const part = Math.max(1, Math.ceil(runs / 10))
  let all: Awaited<ReturnType<Backend['steps']>> = []
  for (let done = 0; done < runs; done += part) {
    const steps = await backend.steps(Math.min(part, runs - done))
    all = all.length === 0 ? steps : all.map((step, i) => ({ ...step, samples: [...step.samples, ...(steps[i]?.samples ?? [])] }))
    await progress('layers', Math.min(runs, done + part), runs)
    if (steps.length === 0) break
  }
  return all
}

/** Resident memory at its highest, of the whole process. */
function peakBytes(): number {
  return 1024 * process.resourceUsage().maxRSS
}
