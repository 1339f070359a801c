/** Runs a plan in Wasm on this machine. A team of threads that loses a worker is replaced before the next run. */

import { throwIfCancelled } from '../base/cancel.ts'
import { ScopeError } from '../base/errors.ts'
import type { HostTensor } from '../ir/tensor.ts'
import type { Plan } from '../plan/plan.ts'
import type { StepSample } from '../trace/trace.ts'
import type { Profile, ProfileOptions, Runner, RunOptions, RunResult } from './runner.ts'
import { type RunnerHost, Team, threadsOf } from './team.ts'

const WHAT = 'Inference'
const WARM_UP_TIME = 150
const WARM_UP_RUNS = 30
/** Workers that end as soon as they have started will not be there a third time. */
const STARTS = 2

/** Throws ScopeError where memory or workers cannot be had. Blocks the calling thread while it runs: not for a page's main thread. */
export async function createRunner(plan: Plan, host: RunnerHost): Promise<Runner> {
  return new LocalRunner(plan, host, await Team.start(plan, host))
}

class LocalRunner implements Runner {
  readonly backend: string
  readonly threads: number
  readonly arenaBytes: number
  /** Undefined until the next run where the last one broke. */
  private team: Promise<Team> | undefined
  private inputs: readonly HostTensor[] = []
  private closed = false

  constructor(
    private readonly plan: Plan,
    private readonly host: RunnerHost,
    team: Team,
  ) {
    this.backend = host.backend
    this.threads = threadsOf(host)
    this.arenaBytes = plan.arenaBytes
    this.team = Promise.resolve(team)
  }

  async run(inputs: readonly HostTensor[], options: RunOptions = {}): Promise<RunResult> {
    const team = await this.ready(options.signal)
    this.write(team, inputs)
    this.inputs = inputs
    const start = performance.now()
    team.execute(false)
    const ms = performance.now() - start
    const wanted = options.keep ? this.plan.kept.filter((t) => options.keep?.includes(t.id)) : []
    return { outputs: this.plan.outputs.map((t) => team.read(t)), kept: new Map(wanted.map((t) => [t.id, team.read(t)])), ms }
  }

  async warmUp(signal?: AbortSignal): Promise<void> {
    const stop = performance.now() + WARM_UP_TIME
    for (let i = 0; i < WARM_UP_RUNS && performance.now() < stop; i++) {
      await new Promise<void>((resolve) => setTimeout(resolve, 0))
      if (this.closed || signal?.aborted) return
      const team = await this.ready(signal)
      this.write(team, this.inputs)
      team.execute(false)
    }
  }

  async profile({ runs, warmup, signal, onProgress }: ProfileOptions): Promise<Profile> {
    const total: number[] = []
    const samples: number[][] = this.plan.steps.map(() => [])
    const all = warmup + 2 * runs
    for (let i = 0; i < all; i++) {
      const team = await this.ready(signal)
      // Inputs share memory with what is computed after their last reader.
      this.write(team, this.inputs)
      const stepwise = i >= warmup + runs
      const start = performance.now()
      team.execute(stepwise)
      const ms = performance.now() - start
      if (i >= warmup && !stepwise) total.push(ms)
      if (stepwise) for (let step = 0; step < samples.length; step++) samples[step]?.push(team.stepTime(step))
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
    const { team } = this
    this.team = undefined
    await team?.then(
      (t) => t.stop(),
      () => undefined,
    )
  }

  private write(team: Team, inputs: readonly HostTensor[]): void {
    this.plan.inputs.forEach((target, i) => {
      const value = inputs[i]
      if (value) team.write(target, value)
    })
  }

  /** A team of which every worker is there, as far as is known; one that several calls wait for is started once. */
  private async ready(signal: AbortSignal | undefined): Promise<Team> {
    for (let starts = 0; ; ) {
      this.refuse(signal)
      if (!this.team) {
        if (starts++ === STARTS)
          throw new ScopeError({ code: 'internal', what: WHAT, why: 'its workers end as soon as they start', hint: 'Use one thread' })
        this.team = Team.start(this.plan, this.host)
      }
      const { team: pending } = this
      const team = await pending.catch((error: unknown) => {
        this.drop(pending)
        throw error
      })
      this.refuse(signal)
      if (team.whole) return team
      if (this.drop(pending)) void team.stop()
    }
  }

  private refuse(signal: AbortSignal | undefined): void {
    throwIfCancelled(signal, WHAT)
    if (this.closed) throw new ScopeError({ code: 'internal', what: WHAT, why: 'its runner is closed', hint: 'Open the model again' })
  }

  private drop(team: Promise<Team>): boolean {
    if (this.team !== team) return false
    this.team = undefined
    return true
  }
}
