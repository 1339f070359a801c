/** Measures what the machine can do at most: the roof that a layer's speed is compared with. */
import { throwIfCancelled } from '../base/cancel.ts'
import type { Plan, PlanStep } from '../plan/plan.ts'
import { type Machine, quantile } from '../trace/trace.ts'
import { createRunner } from './localRunner.ts'
import type { Profile } from './runner.ts'
import { type RunnerHost, threadsOf } from './team.ts'

/** About a millisecond of one core. */
const ROUNDS = 500_000
const BURSTS = 4
const MACS_PER_ROUND = 48
/** Larger than the last-level cache of a desktop processor. */
const READ_BYTES = 128 * 2 ** 20
const RUNS = 10
/** The kernels are compiled while they run the first times. */
const WARMUP = 4

/** On as many threads as the host has. Takes about half a second. Throws ScopeError, `cancelled`. */
export async function probeMachine(host: RunnerHost, signal?: AbortSignal): Promise<Machine> {
  const threads = threadsOf(host)
  const units = threads * 8
  const bytes = Math.floor(READ_BYTES / units / 128) * 128
  const block = [{ region: 'arena', offset: 0 } as const, bytes]
  const bursts = Array.from({ length: BURSTS }, () => stepOf('probeMadd', threads, [ROUNDS]))
  const madd = await measure(host, planOf(bursts, 0), signal)
  const read = await measure(host, planOf([stepOf('probeFill', units, block), stepOf('probeRead', units, block)], units * bytes), signal)
  // The best whole run, which no thread can begin before it is timed; and the usual time of one step.
  const rounds = BURSTS * threads * ROUNDS
  return { gmacs: (rounds * MACS_PER_ROUND) / Math.min(...madd.total) / 1e6, gbs: (units * bytes) / quantile(readTimes(read), 0.5) / 1e6 }
}

const readTimes = ({ steps }: Profile): readonly number[] => steps.at(-1)?.samples ?? []

function stepOf(kernel: PlanStep['kernel'], units: number, args: PlanStep['args']): PlanStep {
  return { kernel, units, args, bands: 0, follows: false, node: -1, sources: [], macs: 0, bytes: 0 }
}

function planOf(steps: readonly PlanStep[], arenaBytes: number): Plan {
  return {
    name: 'Measuring the machine',
    steps,
    weights: new Uint8Array(0),
    arenaBytes,
    arenaLowerBound: arenaBytes,
    inputs: [],
    outputs: [],
    kept: [],
  }
}

async function measure(host: RunnerHost, plan: Plan, signal: AbortSignal | undefined): Promise<Profile> {
  throwIfCancelled(signal, 'Measuring the machine')
  const runner = await createRunner(plan, host)
  try {
    return await runner.profile({ runs: RUNS, warmup: WARMUP, signal })
  } finally {
    await runner.close()
  }
}
