/** Measures what the machine can do at most: the roof that a layer's speed is compared with. */
import { throwIfCancelled } from '../base/cancel.ts'
import type { Plan, PlanStep } from '../plan/plan.ts'
import type { Machine } from '../trace/trace.ts'
import { createRunner } from './localRunner.ts'
import { type RunnerHost, threadsOf } from './team.ts'

/** About a millisecond of one core. */
const ROUNDS = 500_000
const MACS_PER_ROUND = 48
/** Larger than the last-level cache of a desktop processor. */
const READ_BYTES = 128 * 2 ** 20
const RUNS = 15
/** The kernels are compiled while they run the first times. */
const WARMUP = 8

/** On as many threads as the host has; the best of several runs. Takes about half a second. Throws ScopeError, `cancelled`. */
export async function probeMachine(host: RunnerHost, signal?: AbortSignal): Promise<Machine> {
  const threads = threadsOf(host)
  const units = threads * 8
  const bytes = Math.floor(READ_BYTES / units / 128) * 128
  const block = [{ region: 'arena', offset: 0 } as const, bytes]
  // The second of two steps: all threads begin it together, after a barrier.
  const burst = stepOf('probeMadd', threads, [ROUNDS])
  const madd = await fastest(host, planOf([burst, burst], 0), signal)
  const read = await fastest(host, planOf([stepOf('probeFill', units, block), stepOf('probeRead', units, block)], units * bytes), signal)
  return { gmacs: (threads * ROUNDS * MACS_PER_ROUND) / madd / 1e6, gbs: (units * bytes) / read / 1e6 }
}

function stepOf(kernel: PlanStep['kernel'], units: number, args: PlanStep['args']): PlanStep {
  return { kernel, units, args, node: -1, sources: [], macs: 0, bytes: 0 }
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

/** Milliseconds of the last step. */
async function fastest(host: RunnerHost, plan: Plan, signal: AbortSignal | undefined): Promise<number> {
  throwIfCancelled(signal, 'Measuring the machine')
  const runner = await createRunner(plan, host)
  try {
    const { steps } = await runner.profile({ runs: RUNS, warmup: WARMUP, signal })
    return Math.min(...(steps.at(-1)?.samples ?? []))
  } finally {
    await runner.close()
  }
}
