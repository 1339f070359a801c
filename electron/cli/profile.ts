/** `shufflescope profile`: latency of a model on a device, in all and per layer. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { medianInterval, quantile, stepTimes, type Trace, type Verdict, verdictOf } from '../../engine/index.ts'
import type { DeviceBackend, ProfileRequest } from '../ipc/contract.ts'
import { prepareSubject } from '../services/subject.ts'
import { type CliContext, report } from './context.ts'
import { type ConnectionFlags, connectOptions, deviceText, targetOf, withConnection } from './devices.ts'
import { loadModel } from './load.ts'
import { count, type Precision, precisionOf, precisionOption, size } from './options.ts'
import { milliseconds, short, table } from './text.ts'

interface ProfileFlags extends ConnectionFlags {
  readonly device: string
  readonly input?: readonly [number, number]
  readonly threads: readonly number[]
  readonly runs: number
  readonly warmup: number
  readonly budget?: number
  readonly sustained?: number
  readonly cores?: readonly number[]
  readonly backend: DeviceBackend | 'both'
  readonly node?: string
  readonly precision?: Precision
  readonly layers?: boolean
  readonly json?: boolean
}

/** Runs of the pass that times each layer: enough for its middle half, few on a slow device. */
const LAYER_RUNS = 20

/** "1,2,4" or "0-3,6". */
function numbers(min: number, max: number, most: number): (text: string) => number[] {
  return (text) => {
    const refuse = () => new InvalidArgumentError(`It must be numbers from ${min} to ${max} such as ${min},${min + 1} or ${min}-${min + 3}.`)
    const list = text.split(',').flatMap((part) => {
      const [, from = '', to = from] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part) ?? []
      if (from === '' || Number(to) < Number(from)) throw refuse()
      return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i)
    })
    if (list.length > most || list.some((n) => n < min || n > max)) throw refuse()
    return [...new Set(list)]
  }
}

export type ProfileReport = Trace & { readonly verdict: Verdict }

export async function profile(context: CliContext, argument: string, flags: ProfileFlags): Promise<readonly ProfileReport[]> {
  const model = await loadModel(context, argument, flags.input ? { input: flags.input } : {})
  const subject = await prepareSubject(context.root, model, context.signal)
  const request: ProfileRequest = {
    backends: flags.backend === 'both' ? ['wasm', 'ort'] : [flags.backend],
    threads: [...flags.threads],
    warmup: flags.warmup,
    runs: flags.runs,
    budgetMs: flags.budget === undefined ? null : 1000 * flags.budget,
    layerRuns: Math.min(LAYER_RUNS, flags.runs),
    sustainedMs: flags.sustained === undefined ? null : 60_000 * flags.sustained,
    pinned: flags.cores ? [...flags.cores] : null,
    precision: precisionOf(model.graph, argument, flags.precision),
    node: flags.node ?? null,
  }
  context.progress(`connecting to ${flags.device}`)
  const { traces, sent } = await context.devices.profile(await targetOf(context.devices, flags.device, flags), subject, request, {
    ...connectOptions(context, flags),
    onProgress: ({ phase, done, total, threads, temperature }) => {
      const amount =
        phase === 'uploading'
          ? `${(done / 2 ** 20).toFixed(1)} of ${(total / 2 ** 20).toFixed(1)} MiB`
          : `${Math.round(done)} of ${Math.round(total)}`
      const where = threads > 0 ? `, ${threads} ${threads === 1 ? 'thread' : 'threads'}` : ''
      context.progress(`${phase}${where}: ${amount}${temperature === null ? '' : `, ${temperature.toFixed(0)} °C`}`)
    },
  })
  context.note(sent > 0 ? `pushed ${(sent / 2 ** 20).toFixed(1)} MiB to the device` : 'nothing had to be pushed')
  return traces.map(({ trace }) => ({ ...trace, verdict: verdictOf(trace) }))
}

export function profileCommand(context: CliContext): Command {
  return withConnection(new Command('profile'))
    .description('measure a model on a device, over SSH')
    .argument('<model>', 'id or file of a model')
    .requiredOption('--device <device>', 'a device of the list, user@host:port, or a name of ~/.ssh/config')
    .option('--input <size>', 'input size HEIGHTxWIDTH', size)
    .option('--threads <list>', 'threads to run on, one measurement each, such as 1,2,4', numbers(1, 256, 64), [1])
    .option('--runs <n>', 'timed runs', count(1, 100_000), 100)
    .option('--warmup <n>', 'runs before the timed ones', count(0, 100_000), 10)
    .option('--budget <seconds>', 'run for so long in place of a number of runs', count(1, 7200))
    .option('--sustained <minutes>', 'then run on for so long, and look at temperature and frequency', count(1, 120))
    .option('--cores <list>', 'keep it on these cores, such as 4-7', numbers(0, 4095, 4096))
    .addOption(new Option('--backend <name>', 'what runs it').choices(['wasm', 'ort', 'both']).default('wasm'))
    .option('--node <file>', 'Node binary for the device, in place of the one from npm')
    .addOption(precisionOption())
    .option('--layers', 'show every layer')
    .option('--json', 'print one JSON document: a trace, or a list of them where there are several')
    .action(async (model: string, flags: ProfileFlags) => {
      const made = await profile(context, model, flags)
      report(context, flags.json, made.length === 1 ? made[0] : made, () => made.map((trace) => text(trace, flags.layers === true)).join('\n\n'))
    })
}

function text(trace: ProfileReport, layers: boolean): string {
  const { total, steps, threads, backend, check, verdict, device, peakBytes, host } = trace
  const { low, high } = medianInterval(total)
  const ms = (q: number): string => milliseconds(quantile(total, q))
  const lines = [
    ...(device ? [deviceText(device)] : []),
    `${backend}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${host.runtime}, ${total.length} runs${trace.sustained ? ', sustained' : ''}`,
    `min ${ms(0)}  p50 ${ms(0.5)} (${milliseconds(low)} to ${milliseconds(high)} at 95 %)  p90 ${ms(0.9)}  p99 ${ms(0.99)} ms`,
    ...(peakBytes === undefined ? [] : [`peak memory ${(peakBytes / 2 ** 20).toFixed(0)} MiB`]),
    ...(check
      ? [`output differs from the host's by ${check.difference.toExponential(1)} of its largest value (at most ${check.tolerance} counts as equal)`]
      : []),
    `verdict: ${verdict.kind}${verdict.reasons.map((r) => `\n  ${r.words}`).join('')}`,
  ]
  if (!layers || steps.length === 0) return lines.join('\n')
  const times = stepTimes(steps)
  const rows = steps.map((step, i) => {
    const time = times[i] ?? 0
    return [step.nodes[0] ?? step.kernel, step.kernel, milliseconds(time), short(step.macs), time > 0 ? (step.macs / time / 1e6).toFixed(1) : '']
  })
  return `${lines.join('\n')}\n\n${table(['layer', 'kernel', 'ms', 'MACs', 'GMAC/s'], rows)}`
}
