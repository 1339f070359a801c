/** `shufflescope bench`: latency of a model on this machine, in all and per layer. */
import { Command } from 'commander'
import {
  at,
  type Graph,
  hashModel,
  type Machine,
  type Plan,
  type Profile,
  probeMachine,
  quantile,
  stepTimes,
  type Trace,
} from '../../engine/index.ts'
import { writeAtomically } from '../services/diskFile.ts'
import { hostFingerprint } from '../services/fingerprint.ts'
import { nodeHost } from '../services/nodePool.ts'
import { type CliContext, report } from './context.ts'
import { stagesOf, withRunner, zeroInputs } from './execute.ts'
import { loadModel } from './load.ts'
import { count, type Precision, precisionOf, precisionOption, threads } from './options.ts'
import { milliseconds, short, table } from './text.ts'

export interface BenchOptions {
  readonly threads: number
  readonly runs: number
  readonly warmup: number
  readonly precision?: Precision
}

export interface BenchLayer {
  readonly name: string
  readonly op: string
  /** From a pass of its own, so that timing layers does not disturb the totals; see `stepTimes`. */
  readonly ms: number
  readonly macs: number
  /** 1e9 multiply-accumulates per second. */
  readonly gmacs: number
  /** With --layers: of the machine's rate, 0 to 100. */
  readonly percentOfPeak?: number
  /** With --layers: read and written, inputs, weights and outputs once each. */
  readonly bytes?: number
  /** With --layers: MACs per byte. */
  readonly intensity?: number
}

export interface BenchReport {
  readonly backend: string
  readonly threads: number
  readonly precision: string
  readonly runs: number
  /** The roof: 1e9 multiply-accumulates per second from registers, 1e9 bytes per second from memory; with --layers. */
  readonly machine?: Machine
  readonly ms: { readonly min: number; readonly p50: number; readonly p90: number; readonly p99: number }
  readonly layers: readonly BenchLayer[]
}

export async function bench(
  context: CliContext,
  argument: string,
  options: BenchOptions & { readonly layers?: boolean; readonly trace?: string },
): Promise<BenchReport> {
  const model = await loadModel(context, argument)
  const { fused, plan } = stagesOf(model)
  const { runs, warmup } = options
  const precision = precisionOf(model.graph, argument, options.precision)
  const host = await nodeHost(context.root, options.threads)
  return withRunner(host, plan, async (runner) => {
    await runner.run(zeroInputs(plan), { signal: context.signal })
    const onProgress = (done: number, total: number) => context.progress(`run ${done} of ${total}`)
    const profile = await runner.profile({ runs, warmup, signal: context.signal, onProgress })
    const { total } = profile
    const ms = { min: Math.min(...total), p50: quantile(total, 0.5), p90: quantile(total, 0.9), p99: quantile(total, 0.99) }
    const isDetailed = options.layers || options.trace !== undefined
    if (isDetailed) context.progress('measuring the machine')
    const machine = isDetailed ? await probeMachine(host, context.signal) : undefined
    if (options.trace !== undefined) {
      const { backend, threads, arenaBytes } = runner
      const hash = await hashModel(model.graph)
      const trace = {
        schema: 1,
        model: model.id,
        modelHash: hash,
        host: hostFingerprint(),
        ...(machine && { machine }),
        backend,
        threads,
        precision,
        ...profile,
        arenaBytes,
      } satisfies Trace
      await writeAtomically(options.trace, new TextEncoder().encode(`${JSON.stringify(trace)}\n`), `Trace "${options.trace}"`)
    }
    const layers = layersOf(fused, plan, profile, machine)
    return { backend: runner.backend, threads: runner.threads, precision, runs, ...(machine && { machine }), ms, layers }
  })
}

/** One row per step, named after the node of the fused graph that it computes. */
function layersOf(fused: Graph, plan: Plan, { steps }: Profile, machine: Machine | undefined): BenchLayer[] {
  const nodes = new Map(fused.nodes.map((node) => [node.id, node]))
  const times = stepTimes(steps)
  return steps.map(({ step, kernel, macs, bytes }, i) => {
    const node = nodes.get(at(plan.steps, step).node)
    const ms = at(times, i)
    const gmacs = ms > 0 ? macs / ms / 1e6 : 0
    const roof = machine && { percentOfPeak: (100 * gmacs) / machine.gmacs, bytes, intensity: bytes > 0 ? macs / bytes : 0 }
    return { name: node?.name ?? kernel, op: node?.op ?? kernel, ms, macs, gmacs, ...roof }
  })
}

export function benchCommand(context: CliContext): Command {
  return new Command('bench')
    .description('measure latency')
    .argument('<model>', 'id or file of a model')
    .option('--threads <n>', 'threads to run on', threads, 1)
    .option('--runs <n>', 'timed runs', count(1, 1_000_000), 100)
    .option('--warmup <n>', 'runs before the timed ones', count(0, 1_000_000), 10)
    .addOption(precisionOption())
    .option('--layers', 'show every layer')
    .option('--trace <file.json>', 'write the runs as a trace, which "report" and Compare read')
    .option('--json', 'print one JSON document')
    .action(async (model: string, flags: BenchOptions & { layers?: boolean; trace?: string; json?: boolean }) => {
      const made = await bench(context, model, flags)
      report(context, flags.json, made, () => benchText(made, flags.layers === true))
    })
}

function benchText({ backend, threads: n, precision, runs, machine, ms, layers }: BenchReport, withLayers: boolean): string {
  const head = `${backend}, ${n} ${n === 1 ? 'thread' : 'threads'}, ${precision}, ${runs} runs`
  const totals = `min ${milliseconds(ms.min)}  p50 ${milliseconds(ms.p50)}  p90 ${milliseconds(ms.p90)}  p99 ${milliseconds(ms.p99)} ms`
  if (!withLayers) return `${head}\n${totals}`
  const roof = machine ? `peak ${machine.gmacs.toFixed(1)} GMAC/s, memory ${machine.gbs.toFixed(1)} GB/s\n` : ''
  const cells = (l: BenchLayer) => [
    milliseconds(l.ms),
    short(l.macs),
    l.gmacs.toFixed(1),
    (l.percentOfPeak ?? 0).toFixed(0),
    (l.intensity ?? 0).toFixed(1),
  ]
  const rows = layers.map((l) => [l.name, l.op, ...cells(l)])
  return `${head}\n${totals}\n${roof}\n${table(['layer', 'op', 'ms', 'MACs', 'GMAC/s', '% peak', 'MACs/B'], rows)}`
}
