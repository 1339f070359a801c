/** Times an opened model layer by layer, and measures what the machine could do at most. */
import { at, hostTensor, type Machine, probeMachine, quantile, type StepSample, sizeOf, stepTimes, tensorOf } from '../../engine/index.ts'
import type { CallContext, NodeCost, ProfileView } from './contract.ts'
import { runnerHost } from './host.ts'
import { type Running, runnerFor } from './running.ts'

const WARMUP = 3
/** A pass of this length averages out the clock's steps, which are as long as a small layer. */
const PASS_MS = 400
const FEWEST_RUNS = 20
const MOST_RUNS = 200

/** The most that was seen of this machine, by number of threads: what else runs on it makes a measurement too low, never too high. */
const machines = new Map<number, Machine>()

/** Times the model here. The input is zeros, which costs the same as a photo. */
export async function profileModel(running: Running, threads: number, context: CallContext): Promise<ProfileView> {
  const { graph } = running.model
  const runner = await runnerFor(running, threads, context)
  context.progress({ step: 'measuring', done: 0, total: FEWEST_RUNS })
  const inputs = graph.inputs.map((id) => {
    const { shape } = tensorOf(graph, id).fact
    return hostTensor(shape, new Float32Array(sizeOf(shape)))
  })
  // The first run also waits for the kernels to be compiled.
  await runner.run(inputs, { signal: context.signal })
  const { ms } = await runner.run(inputs, { signal: context.signal })
  const runs = runsFor(ms)
  const { total, steps } = await runner.profile({
    runs,
    warmup: WARMUP,
    signal: context.signal,
    onProgress: (done, all) => context.progress({ step: 'measuring', done, total: all }),
  })
  return {
    backend: runner.backend,
    threads: runner.threads,
    runs,
    total: { min: Math.min(...total), p50: quantile(total, 0.5), p90: quantile(total, 0.9), p99: quantile(total, 0.99) },
    machine: await machineFor(runner.threads, context),
    nodes: costByNode(steps),
    arenaBytes: runner.arenaBytes,
  }
}

/** Timed runs of a model that takes `ms` for one. */
export function runsFor(ms: number): number {
  return Math.min(Math.max(Math.round(PASS_MS / Math.max(ms, 1e-3)), FEWEST_RUNS), MOST_RUNS)
}

async function machineFor(threads: number, { signal, progress }: CallContext): Promise<Machine> {
  progress({ step: 'probing' })
  const { gmacs, gbs } = await probeMachine(await runnerHost(threads), signal)
  const before = machines.get(threads)
  const machine = before ? { gmacs: Math.max(gmacs, before.gmacs), gbs: Math.max(gbs, before.gbs) } : { gmacs, gbs }
  machines.set(threads, machine)
  return machine
}

/** A step's cost goes to the first node it names: the op it computes. */
export function costByNode(steps: readonly StepSample[]): NodeCost[] {
  const times = stepTimes(steps)
  const byNode = new Map<string, NodeCost>()
  for (const [i, { nodes, macs, bytes }] of steps.entries()) {
    const [name] = nodes
    if (name === undefined) continue
    const sum = byNode.get(name) ?? { name, ms: 0, macs: 0, bytes: 0 }
    byNode.set(name, { name, ms: sum.ms + at(times, i), macs: sum.macs + macs, bytes: sum.bytes + bytes })
  }
  return [...byNode.values()]
}
