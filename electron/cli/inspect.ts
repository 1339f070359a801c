/** `shufflescope inspect`: what every layer of a model costs, and where its channels are shuffled. */
import { Command, Option } from 'commander'
import {
  CONVENTION_WORDS,
  CONVENTIONS,
  type Convention,
  fuseStructure,
  inspectGraph,
  macsOf,
  planArenaBytes,
  recognise,
  sectionCosts,
} from '../../engine/index.ts'
import { type CliContext, report } from './context.ts'
import { loadModel } from './load.ts'
import { size } from './options.ts'
import { bytes, shape, short, table } from './text.ts'

export interface InspectOptions {
  /** [height, width] in pixels. */
  readonly input?: readonly [number, number]
  readonly convention: Convention
}

export interface InspectReport {
  readonly name: string
  readonly params: number
  /** MACs under the convention asked for; FLOPs are twice that; bytes read and written with nothing fused. */
  readonly totals: { readonly macs: number; readonly flops: number; readonly bytes: number; readonly arenaBytes: number }
  readonly layers: readonly InspectLayer[]
  /** Layers added up by the first segment of their scope ("stage2", "RPN"), in network order; "" for those without one. */
  readonly sections: readonly { readonly name: string; readonly macs: number; readonly params: number; readonly bytes: number }[]
  readonly shuffles: readonly {
    readonly name: string
    readonly groups: number
    readonly channels: number
    readonly order: string
    readonly source: 'explicit' | 'recognised'
  }[]
}

export interface InspectLayer {
  readonly name: string
  readonly op: string
  readonly groups: number
  /** NCHW. */
  readonly inputShape: readonly number[]
  readonly outputShape: readonly number[]
  readonly macs: number
  readonly params: number
  readonly bytes: number
}

export async function inspect(context: CliContext, argument: string, options: InspectOptions): Promise<InspectReport> {
  const model = await loadModel(context, argument, options.input ? { input: options.input } : {})
  const recognised = recognise(model.graph)
  const { params, layers, shuffles, total } = inspectGraph(model.graph, recognised)
  const macs = macsOf(total, options.convention)
  return {
    name: model.title,
    params,
    totals: { macs, flops: 2 * macs, bytes: total.bytesRead + total.bytesWritten, arenaBytes: planArenaBytes(fuseStructure(recognised)) },
    layers: layers.map(({ name, op, groups, inputShape, outputShape, cost, params: own, bytes: moved }) => {
      return { name, op, groups, inputShape, outputShape, macs: macsOf(cost, options.convention), params: own, bytes: moved }
    }),
    sections: sectionCosts(layers).map(({ name, cost }) => {
      return { name, macs: macsOf(cost, options.convention), params: cost.params, bytes: cost.bytesRead + cost.bytesWritten }
    }),
    shuffles: shuffles.map(({ name, groups, channels, order, source }) => ({ name, groups, channels, order, source })),
  }
}

export function inspectCommand(context: CliContext): Command {
  return new Command('inspect')
    .description('show layers, shapes, costs and channel shuffles')
    .argument('<model>', 'id or file of a model')
    .option('--input <HxW>', 'input size in pixels', size)
    .addOption(new Option('--convention <name>', 'what counts as a multiply-accumulate').choices([...CONVENTIONS]).default('conv+fc'))
    .option('--json', 'print one JSON document')
    .action(async (model: string, flags: InspectOptions & { json?: boolean }) => {
      const made = await inspect(context, model, flags)
      report(context, flags.json, made, () => inspectText(made, flags.convention))
    })
}

function inspectText({ name, params, totals, layers, sections, shuffles }: InspectReport, convention: Convention): string {
  const head = [
    name,
    `${short(params)} parameters`,
    `${short(totals.macs)} MACs, ${short(totals.flops)} FLOPs (${CONVENTION_WORDS[convention]})`,
    `${bytes(totals.bytes)} moved with nothing fused, arena of ${bytes(totals.arenaBytes)}`,
  ]
  const rows = layers.map((l) => [l.name, l.op, l.groups, shape(l.inputShape), shape(l.outputShape), short(l.macs), short(l.params), bytes(l.bytes)])
  const parts = [head.join('\n'), table(['layer', 'op', 'groups', 'input', 'output', 'MACs', 'params', 'bytes'], rows)]
  if (sections.length > 1)
    parts.push(
      table(
        ['section', 'MACs', 'params', 'bytes'],
        sections.map((s) => [s.name || '(none)', short(s.macs), short(s.params), bytes(s.bytes)]),
      ),
    )
  if (shuffles.length > 0)
    parts.push(
      table(
        ['shuffle', 'groups', 'channels', 'order', 'source'],
        shuffles.map((s) => [s.name, s.groups, s.channels, s.order, s.source]),
      ),
    )
  return parts.join('\n\n')
}
