/** Runs a plan in Wasm on this machine: the calling thread is thread 0, a pool of workers are the others. */

import { throwIfCancelled } from '../base/cancel.ts'
import { ScopeError } from '../base/errors.ts'
import type { HostTensor } from '../ir/tensor.ts'
import type { Plan } from '../plan/plan.ts'
import type { StepSample } from '../trace/trace.ts'
import { DONE, instantiate, type KernelExports, LOST } from './kernelModule.ts'
import { CONTROL, loadPlan, type MemoryLayout } from './memory.ts'
import type { PoolStart } from './poolWorker.ts'
import type { Profile, ProfileOptions, Runner, RunOptions, RunResult } from './runner.ts'
import { readTensor, writeTensor } from './transfer.ts'

/** A worker of the pool; the host decides what it is (a Web Worker, a worker thread). */
export interface PoolThread {
  terminate(): void
}

/** Starts a worker that calls `poolWorkerMain(start, ready)`; resolves once it is ready. Rejects when it cannot be had. */
export type SpawnThread = (start: PoolStart) => Promise<PoolThread>

export interface RunnerHost {
  readonly module: WebAssembly.Module
  /** Name in traces, from `bestBuild`. */
  readonly backend: string
  /** At least 1; more than 1 needs `spawn` and a memory that may be shared. */
  readonly threads: number
  readonly spawn?: SpawnThread
}

const WHAT = 'Inference'

/** Throws ScopeError where memory or workers cannot be had. Blocks the calling thread while it runs: not for a page's main thread. */
export async function createRunner(plan: Plan, host: RunnerHost): Promise<Runner> {
  const runner = new LocalRunner(plan, host)
  await runner.startThreads()
  return runner
}

class LocalRunner implements Runner {
  readonly backend: string
  readonly threads: number
  readonly arenaBytes: number
  private readonly memory: WebAssembly.Memory
  private readonly layout: MemoryLayout
  private readonly kernels: KernelExports
  private readonly control: Int32Array
  private readonly floats: Float32Array
  private readonly times: Float64Array
  private pool: PoolThread[] = []
  private broken = false
  private closed = false

  constructor(
    private readonly plan: Plan,
    private readonly host: RunnerHost,
  ) {
    this.threads = host.spawn ? Math.max(1, Math.floor(host.threads)) : 1
    const { memory, layout } = loadPlan(plan, this.threads)
    this.memory = memory
    this.layout = layout
    this.backend = host.backend
    this.arenaBytes = plan.arenaBytes
    this.kernels = instantiate(host.module, memory)
    this.control = new Int32Array(memory.buffer, 0, 256)
    this.floats = new Float32Array(memory.buffer)
    this.times = new Float64Array(memory.buffer, layout.times, layout.count + 1)
  }

  async startThreads(): Promise<void> {
    const { spawn, module } = this.host
    if (!spawn) return
    const starts = Array.from({ length: this.threads - 1 }, (_, i) =>
      spawn({ module, memory: this.memory, layout: this.layout, thread: i + 1, threads: this.threads }),
    )
    const started = await Promise.allSettled(starts)
    this.pool = started.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []))
    const failed = started.find((s) => s.status === 'rejected')
    if (failed) {
      await this.close()
      throw failed.reason
    }
  }

  async run(inputs: readonly HostTensor[], options: RunOptions = {}): Promise<RunResult> {
    await this.ready(options.signal)
    this.plan.inputs.forEach((target, i) => {
      const value = inputs[i]
      if (value) writeTensor(this.floats, this.layout.arena, target, value)
    })
    const start = performance.now()
    this.execute(false)
    const ms = performance.now() - start
    const read = (t: Plan['outputs'][number]): HostTensor => readTensor(this.floats, this.layout.arena, t)
    const wanted = options.keep ? this.plan.kept.filter((t) => options.keep?.includes(t.id)) : []
    return { outputs: this.plan.outputs.map(read), kept: new Map(wanted.map((t) => [t.id, read(t)])), ms }
  }

  async profile({ runs, warmup, signal, onProgress }: ProfileOptions): Promise<Profile> {
    const total: number[] = []
    const samples: number[][] = this.plan.steps.map(() => [])
    const all = warmup + 2 * runs
    for (let i = 0; i < all; i++) {
      await this.ready(signal)
      const stepwise = i >= warmup + runs
      const start = performance.now()
      this.execute(stepwise)
      const ms = performance.now() - start
      if (i >= warmup && !stepwise) total.push(ms)
      if (stepwise) this.collect(samples)
      // Lets messages and cancellation through without a pause for every run.
      if (i % 8 === 7 || i === all - 1) {
        onProgress?.(i + 1, all)
        await new Promise<void>((resolve) => setTimeout(resolve, 0))
      }
    }
    const steps = this.plan.steps.map(
      (step, i): StepSample => ({
        step: i,
        kernel: step.kernel,
        nodes: [...step.sources],
        samples: samples[i] ?? [],
        macs: step.macs,
        bytes: step.bytes,
      }),
    )
    return { total, steps }
  }

  async close(): Promise<void> {
    this.closed = true
    Atomics.store(this.control, CONTROL.quit, 1)
    Atomics.add(this.control, CONTROL.job, 1)
    Atomics.notify(this.control, CONTROL.job)
    for (const thread of this.pool) thread.terminate()
    this.pool = []
  }

  private async ready(signal: AbortSignal | undefined): Promise<void> {
    throwIfCancelled(signal, WHAT)
    if (this.closed) throw new ScopeError({ code: 'internal', what: WHAT, why: 'its runner is closed', hint: 'Open the model again' })
    if (this.broken) await this.restart()
  }

  /** After a lost worker: all of them go, the control block is cleared, new ones start. */
  private async restart(): Promise<void> {
    for (const thread of this.pool) thread.terminate()
    this.pool = []
    this.control.fill(0)
    this.broken = false
    await this.startThreads()
  }

  private collect(samples: readonly number[][]): void {
    for (const [step, list] of samples.entries()) list.push(Math.max(0, (this.times[step + 1] ?? 0) - (this.times[step] ?? 0)))
  }

  private execute(stepwise: boolean): void {
    const times = stepwise ? this.layout.times : 0
    Atomics.store(this.control, CONTROL.times, times)
    if (this.threads > 1) {
      Atomics.add(this.control, CONTROL.job, 1)
      Atomics.notify(this.control, CONTROL.job)
    }
    const outcome = this.kernels.runPlan(this.layout.steps, this.layout.count, 0, this.threads, 0, times, this.layout.scratch)
    if (outcome === DONE) return
    this.broken = true
    Atomics.store(this.control, CONTROL.cancel, LOST)
    throw new ScopeError({
      code: 'internal',
      what: WHAT,
      why: 'a worker of the pool stopped in the middle of a run',
      hint: 'Run it again; new workers are started',
    })
  }
}
