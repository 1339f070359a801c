/** Times an opened model layer by layer, and measures what the machine could do at most. */
import { type Graph, type HostTensor, hostTensor, type Machine, probeMachine, quantile, sizeOf, tensorOf } from '../../engine/index.ts'
import type { CallContext, NodeCost, ProfileView } from './contract/index.ts'
import { runnerHost } from './host.ts'
import { costByNode } from './nodeCost.ts'
import { type Running, runnerFor } from './running.ts'

const WARMUP = 3
/** A pass of this length averages out the clock's steps, which are as long as a small layer. */
const PASS_MS = 400
const FEWEST_RUNS = 20
const MOST_RUNS = 200
const TELLING_MS = 0.02
const MOST_PROBES = 4

/** The most that was seen of this machine, by number of threads: what else runs on it makes a measurement too low, never too high. */
const machines = new Map<number, Machine>()

/** Times the model here. The input is zeros, which costs the same as a photo. */
export async function profileModel(running: Running, threads: number, context: CallContext): Promise<ProfileView> {
  const { graph } = running.model
  const runner = await runnerFor(running, threads, context)
  context.progress({ step: 'measuring', done: 0, total: FEWEST_RUNS })
  const inputs = zeroInputs(graph)
  // The first run also waits for the kernels to be compiled.
  await runner.run(inputs, { signal: context.signal })
  const { ms } = await runner.run(inputs, { signal: context.signal })
  const runs = runsFor(ms)
  const profile = await runner.profile({
    runs,
    warmup: WARMUP,
    signal: context.signal,
    onProgress: (done, all) => context.progress({ step: 'measuring', done, total: all }),
  })
  const { total, steps } = profile
  const nodes = costByNode(steps)
  const { backend, arenaBytes } = runner
  const machine = await machineFor(runner.threads, fastest(nodes), context)
  running.timed = { profile, machine, backend, threads: runner.threads, arenaBytes }
  return {
    backend,
    threads: runner.threads,
    runs,
    total: { min: Math.min(...total), p50: quantile(total, 0.5), p90: quantile(total, 0.9), p99: quantile(total, 0.99) },
    machine,
    nodes,
    arenaBytes,
  }
}

export function zeroInputs(graph: Graph): HostTensor[] {
  return graph.inputs.map((id) => {
    const { shape } = tensorOf(graph, id).fact
    return hostTensor(shape, new Float32Array(sizeOf(shape)))
  })
}

/** Timed runs of a model that takes `ms` for one. */
export function runsFor(ms: number): number {
  return Math.min(Math.max(Math.round(PASS_MS / Math.max(ms, 1e-3)), FEWEST_RUNS), MOST_RUNS)
}

/** Speed of the fastest node that is long enough for the clock, in 1e9 multiply-accumulates per second. */
function fastest(nodes: readonly NodeCost[]): number {
  return Math.max(0, ...nodes.filter((n) => n.ms >= TELLING_MS).map((n) => n.macs / n.ms / 1e6))
}

/** Measured again while it is slower than `reached`, which a layer did on the same threads: then something else was in the way. */
async function machineFor(threads: number, reached: number, { signal, progress }: CallContext): Promise<Machine> {
  const host = await runnerHost(threads)
  let machine = machines.get(threads) ?? { gmacs: 0, gbs: 0 }
  for (let probes = 0; probes === 0 || (machine.gmacs < reached && probes < MOST_PROBES); probes++) {
    progress({ step: 'probing' })
    const { gmacs, gbs } = await probeMachine(host, signal)
    machine = { gmacs: Math.max(gmacs, machine.gmacs), gbs: Math.max(gbs, machine.gbs) }
  }
  machines.set(threads, machine)
  return machine
}
