/** `shufflescope bench`: latency of a model on this machine, in all and per layer. */
import { Command } from 'commander'
import { at, type Graph, type Plan, type Profile, quantile } from '../../engine/index.ts'
import { type CliContext, report } from './context.ts'
import { stagesOf, withRunner, zeroInputs } from './execute.ts'
import { loadModel } from './load.ts'
import { count, precisionOption, threads } from './options.ts'
import { milliseconds, short, table } from './text.ts'

export interface BenchOptions {
  readonly threads: number
  readonly runs: number
  readonly warmup: number
  readonly precision: string
}

export interface BenchLayer {
  readonly name: string
  readonly op: string
  /** Median of a pass of its own, so that timing layers does not disturb the totals. */
  readonly ms: number
  readonly macs: number
  /** 1e9 multiply-accumulates per second. */
  readonly gmacs: number
}

export interface BenchReport {
  readonly backend: string
  readonly threads: number
  readonly precision: string
  readonly runs: number
  readonly ms: { readonly min: number; readonly p50: number; readonly p90: number; readonly p99: number }
  readonly layers: readonly BenchLayer[]
}

export async function bench(context: CliContext, argument: string, options: BenchOptions): Promise<BenchReport> {
  const model = await loadModel(context, argument)
  const { fused, plan } = stagesOf(model)
  const { runs, warmup, precision } = options
  return withRunner(context, plan, options.threads, async (runner) => {
    await runner.run(zeroInputs(plan), { signal: context.signal })
    const onProgress = (done: number, total: number) => context.progress(`run ${done} of ${total}`)
    const profile = await runner.profile({ runs, warmup, signal: context.signal, onProgress })
    const { total } = profile
    const ms = { min: Math.min(...total), p50: quantile(total, 0.5), p90: quantile(total, 0.9), p99: quantile(total, 0.99) }
    return { backend: runner.backend, threads: runner.threads, precision, runs, ms, layers: layersOf(fused, plan, profile) }
  })
}

/** One row per step, named after the node of the fused graph that it computes. */
function layersOf(fused: Graph, plan: Plan, { steps }: Profile): BenchLayer[] {
  const nodes = new Map(fused.nodes.map((node) => [node.id, node]))
  return steps.map(({ step, kernel, samples, macs }) => {
    const node = nodes.get(at(plan.steps, step).node)
    const ms = quantile(samples, 0.5)
    return { name: node?.name ?? kernel, op: node?.op ?? kernel, ms, macs, gmacs: ms > 0 ? macs / ms / 1e6 : 0 }
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
    .option('--json', 'print one JSON document')
    .action(async (model: string, flags: BenchOptions & { layers?: boolean; json?: boolean }) => {
      const made = await bench(context, model, flags)
      report(context, flags.json, made, () => benchText(made, flags.layers === true))
    })
}

function benchText({ backend, threads: n, precision, runs, ms, layers }: BenchReport, withLayers: boolean): string {
  const head = `${backend}, ${n} ${n === 1 ? 'thread' : 'threads'}, ${precision}, ${runs} runs`
  const totals = `min ${milliseconds(ms.min)}  p50 ${milliseconds(ms.p50)}  p90 ${milliseconds(ms.p90)}  p99 ${milliseconds(ms.p99)} ms`
  if (!withLayers) return `${head}\n${totals}`
  const rows = layers.map((l) => [l.name, l.op, milliseconds(l.ms), short(l.macs), l.gmacs.toFixed(1)])
  return `${head}\n${totals}\n\n${table(['layer', 'op', 'ms', 'MACs', 'GMAC/s'], rows)}`
}
