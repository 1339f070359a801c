/** One memory with the threads that share it: the calling thread is thread 0, a pool of workers are the others. */

import { ScopeError } from '../base/errors.ts'
import type { HostTensor } from '../ir/tensor.ts'
import type { Plan, PlanTensor } from '../plan/plan.ts'
import { DONE, instantiate, type KernelExports, LOST } from './kernelModule.ts'
import { CONTROL, loadPlan, type MemoryLayout } from './memory.ts'
import type { PoolStart } from './poolWorker.ts'
import { readTensor, writeTensor } from './transfer.ts'

/** A worker of the pool; the host decides what it is (a Web Worker, a worker thread). */
export interface PoolThread {
  /** A promise of its end where the platform says so. */
  terminate(): unknown
  /** The platform has said that the worker ended; absent where it does not say. */
  readonly gone?: boolean
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

export function threadsOf({ spawn, threads }: RunnerHost): number {
  return spawn ? Math.max(1, Math.floor(threads)) : 1
}

/**
 * A team that has lost a worker is never used again, nor is its memory: nothing says that a worker which is late, or told
 * to end, writes no more.
 */
export class Team {
  private readonly layout: MemoryLayout
  private readonly memory: WebAssembly.Memory
  private readonly kernels: KernelExports
  private readonly control: Int32Array
  private readonly floats: Float32Array
  private readonly times: Float64Array
  private readonly threads: number
  private pool: readonly PoolThread[] = []
  private broken = false
  /** Serial of the run's first step: no two runs share one, so that nothing has to be set back between them. */
  private base = 1

  /** Throws ScopeError where memory or workers cannot be had. */
  static async start(plan: Plan, host: RunnerHost): Promise<Team> {
    const team = new Team(plan, host)
    await team.startThreads(host)
    return team
  }

  private constructor(plan: Plan, host: RunnerHost) {
    this.threads = threadsOf(host)
    const { memory, layout } = loadPlan(plan, this.threads)
    this.memory = memory
    this.layout = layout
    this.kernels = instantiate(host.module, memory)
    this.control = new Int32Array(memory.buffer, 0, 256)
    this.floats = new Float32Array(memory.buffer)
    this.times = new Float64Array(memory.buffer, layout.times, layout.count + 1)
  }

  private async startThreads({ spawn, module }: RunnerHost): Promise<void> {
    const { memory, layout, threads } = this
    const starts = Array.from({ length: threads - 1 }, (_, i) => spawn?.({ module, memory, layout, thread: i + 1, threads }))
    const started = await Promise.allSettled(starts)
    this.pool = started.flatMap((s) => (s.status === 'fulfilled' && s.value ? [s.value] : []))
    const failed = started.find((s) => s.status === 'rejected')
    if (failed) {
      await this.stop()
      throw failed.reason
    }
  }

  /** As far as is known, every worker is there. */
  get whole(): boolean {
    return !this.broken && this.pool.every((thread) => thread.gone !== true)
  }

  write(target: PlanTensor, value: HostTensor): void {
    writeTensor(this.floats, this.layout.arena, target, value)
  }

  read(source: PlanTensor): HostTensor {
    return readTensor(this.floats, this.layout.arena, source)
  }

  /** One run over what lies in the arena. Throws ScopeError `internal` where a worker is lost; the team is then broken. */
  execute(stepwise: boolean): void {
    const times = stepwise ? this.layout.times : 0
    Atomics.store(this.control, CONTROL.times, times)
    if (this.threads > 1) {
      Atomics.store(this.control, CONTROL.base, this.base)
      this.base = (this.base + this.layout.count + 1) | 0
      Atomics.add(this.control, CONTROL.job, 1)
      Atomics.notify(this.control, CONTROL.job)
    }
    let outcome: number
    try {
      outcome = this.kernels.runPlan(this.layout.steps, this.layout.count, 0, this.threads, 0, times, this.layout.scratch)
    } catch (cause) {
      throw this.fail('a kernel failed', 'Open the model again; if it happens again, please report it with the model', cause)
    }
    if (outcome !== DONE) throw this.fail('a worker of the pool stopped in the middle of a run', 'Run it again; new workers are started')
  }

  /** Milliseconds of step `step` in the last stepwise run. */
  stepTime(step: number): number {
    return Math.max(0, (this.times[step + 1] ?? 0) - (this.times[step] ?? 0))
  }

  /** Resolves once the workers have ended, where the platform says so. */
  async stop(): Promise<void> {
    Atomics.store(this.control, CONTROL.quit, 1)
    Atomics.add(this.control, CONTROL.job, 1)
    Atomics.notify(this.control, CONTROL.job)
    await Promise.all(this.pool.map((thread) => thread.terminate()))
    this.pool = []
  }

  private fail(why: string, hint: string, cause?: unknown): ScopeError {
    this.broken = true
    // Workers that wait for this thread leave their barrier.
    Atomics.store(this.control, CONTROL.cancel, LOST)
    return new ScopeError({ code: 'internal', what: 'Inference', why, hint }, { cause })
  }
}
