/** `shufflescope quantize`: a model in 8 bits, with ranges from photos. */
import { Command, Option } from 'commander'
import {
  badInput,
  ChannelReach,
  equalise,
  fuse,
  type Graph,
  type HostTensor,
  isQuantized,
  type Model,
  makePlan,
  Observer,
  observedTensors,
  type Preprocess,
  preprocessImage,
  quantizeGraph,
  RANGE_METHODS,
  type RangeMethod,
  type RunResult,
  recognise,
  unsupported,
  writeBundle,
} from '../../engine/index.ts'
import { writeAtomically } from '../services/diskFile.ts'
import { decodeImage } from '../services/images.ts'
import { nodeHost } from '../services/nodePool.ts'
import { photosOf } from '../services/photoFolders.ts'
import { type CliContext, report, usage } from './context.ts'
import { withRunner } from './execute.ts'
import { loadModel } from './load.ts'
import { count, threads } from './options.ts'
import { bytes } from './text.ts'

export interface QuantizeOptions {
  readonly calibrate: readonly string[]
  readonly out: string
  readonly photos: number
  readonly range: RangeMethod
  readonly float: readonly string[]
  readonly equalise: boolean
  readonly threads: number
}

export interface QuantizeReport {
  readonly model: string
  readonly output: string
  readonly bytes: number
  readonly photos: number
  readonly range: RangeMethod
  /** Nodes that compute in 8 bits, of all convolutions, poolings and fully connected layers. */
  readonly quantized: number
  readonly layers: number
}

const LAYERS = new Set(['conv2d', 'pool2d', 'globalPool', 'linear'])

/** Throws ScopeError naming the model, the photo, or the node that --float names and the model lacks. */
export async function quantizeModel(context: CliContext, argument: string, options: QuantizeOptions): Promise<QuantizeReport> {
  if (!options.out.endsWith('.safetensors'))
    throw usage(`"${options.out}" is of a format that is not written`, 'Give a name that ends in .safetensors')
  const model = await loadModel(context, argument)
  if (isQuantized(model.graph)) throw badInput(`Model "${argument}"`, 'it is in 8 bits already', 'Give the float model')
  if (!model.preprocess)
    throw unsupported(`Model "${argument}"`, 'it does not say how a photo becomes its input', 'Convert it with --input and --resize first')
  const fused = fuse(recognise(model.graph))
  for (const name of options.float)
    if (!fused.nodes.some((n) => n.name === name))
      throw badInput(`Node "${name}"`, 'the fused model has no node of that name', `List them with "shufflescope bench ${argument} --layers"`)
  const photos = await photosOf(options.calibrate, options.photos)
  const calibrated = await calibrate(context, fused, model.preprocess, photos, options)
  const graph = quantizeGraph(calibrated.graph, calibrated.ranges, { float: new Set(options.float) })
  const made = writeBundle(named(model, graph, photos.length, options.range))
  await writeAtomically(options.out, made, `Bundle "${options.out}"`)
  const layers = graph.nodes.filter((n) => LAYERS.has(n.op))
  const quantized = layers.filter((n) => n.attrs.quantized).length
  return {
    model: `${model.id}-int8`,
    output: options.out,
    bytes: made.length,
    photos: photos.length,
    range: options.range,
    quantized,
    layers: layers.length,
  }
}

function named(model: Model, graph: Graph, photos: number, range: RangeMethod): Model {
  const provenance = `${model.provenance}; in 8 bits by ShuffleScope with ranges from ${photos} photos (${range})`
  return { ...model, graph, id: `${model.id}-int8`, title: `${model.title}, int8`, provenance: provenance.slice(0, 2000) }
}

/** The graph that is quantized, and the ranges of its tensors. */
async function calibrate(context: CliContext, fused: Graph, preprocess: Preprocess, photos: readonly string[], options: QuantizeOptions) {
  const keep = observedTensors(fused)
  /** What the network does on every photo. */
  const look = async (graph: Graph, word: string, see: (values: RunResult['kept']) => void): Promise<void> =>
    withRunner(await nodeHost(context.root, options.threads), makePlan(graph, { keep }), async (runner) => {
      for (const [i, photo] of photos.entries()) {
        context.progress(`${word}: photo ${i + 1} of ${photos.length}`)
        const input: HostTensor = preprocessImage(await decodeImage(photo, undefined, context.signal), preprocess)
        see((await runner.run([input], { signal: context.signal, keep })).kept)
      }
    })
  const reach = new ChannelReach()
  if (options.equalise) await look(fused, 'channels', (values) => reach.see(values))
  const graph = equalise(fused, reach.channels)
  const observer = new Observer()
  await look(graph, 'ranges', (values) => observer.reach(values))
  if (options.range !== 'minmax') await look(graph, 'distributions', (values) => observer.count(values))
  return { graph, ranges: observer.ranges(options.range) }
}

export function quantizeCommand(context: CliContext): Command {
  return new Command('quantize')
    .description('write a model in 8 bits, with ranges from photos')
    .argument('<model>', 'id or file of a float model')
    .requiredOption('--calibrate <paths...>', 'photos, or folders of them')
    .requiredOption('--out <file.safetensors>', 'bundle to write')
    .option('--photos <n>', 'photos used at most, evenly from all', count(1, 100_000), 200)
    .addOption(new Option('--range <method>', 'how ranges follow from values').choices([...RANGE_METHODS]).default('mse'))
    .option('--no-equalise', 'leave channels as far apart as they are')
    .option('--float <nodes...>', 'nodes that stay in float', [])
    .option('--threads <n>', 'threads to run on', threads, 1)
    .option('--json', 'print one JSON document')
    .action(async (model: string, flags: QuantizeOptions & { readonly json?: boolean }) => {
      const made = await quantizeModel(context, model, flags)
      report(context, flags.json, made, () => quantizeText(made))
    })
}

function quantizeText({ output, model, bytes: size, photos, quantized, layers }: QuantizeReport): string {
  return `${output}: ${model}, ${quantized} of ${layers} layers in 8 bits, ranges from ${photos} ${photos === 1 ? 'photo' : 'photos'}, ${bytes(size)}`
}
