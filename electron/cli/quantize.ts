/** `shufflescope quantize`: a model in 8 bits, with ranges from photos. */
import { Command, Option } from 'commander'
import {
  badInput,
  ChannelObserver,
  correctBiases,
  correlationsOf,
  equalise,
  fuse,
  type Graph,
  type HostTensor,
  isQuantized,
  type Model,
  makePlan,
  NONE,
  Observer,
  observedTensors,
  type Preprocess,
  preprocessImage,
  quantizeGraph,
  RANGE_METHODS,
  type RangeMethod,
  type RunResult,
  recognise,
  type TensorId,
  tensorOf,
  unsupported,
  writeBundle,
} from '../../engine/index.ts'
import { writeAtomically } from '../services/diskFile.ts'
import { decodeImage } from '../services/images.ts'
import { nodeHost } from '../services/nodePool.ts'
import { photosOf, spread } from '../services/photoFolders.ts'
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
  readonly correct: boolean
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
  const graph = await quantized(context, fused, model.preprocess, photos, options)
  const made = writeBundle(named(model, graph, photos.length, options.range))
  await writeAtomically(options.out, made, `Bundle "${options.out}"`)
  const layers = graph.nodes.filter((n) => LAYERS.has(n.op))
  const isByte = layers.filter((n) => n.attrs.quantized)
  return {
    model: `${model.id}-int8`,
    output: options.out,
    bytes: made.length,
    photos: photos.length,
    range: options.range,
    quantized: isByte.length,
    layers: layers.length,
  }
}

function named(model: Model, graph: Graph, photos: number, range: RangeMethod): Model {
  const provenance = `${model.provenance}; in 8 bits by ShuffleScope with ranges from ${photos} photos (${range})`
  return { ...model, graph, id: `${model.id}-int8`, title: `${model.title}, int8`, provenance: provenance.slice(0, 2000) }
}

/** Photos over which biases are corrected; each layer looks at all of them. */
const CORRECTED_ON = 50
/** Inputs are kept up to this, and made anew beyond. */
const MOST_KEPT_BYTES = 2 ** 28

/** What a network does on the photos, and the photos themselves as its inputs. */
class Calibration {
  private readonly kept = new Map<string, HostTensor>()
  private bytes = 0

  constructor(
    private readonly context: CliContext,
    private readonly preprocess: Preprocess,
    private readonly threads: number,
  ) {}

  async look(
    graph: Graph,
    keep: readonly TensorId[],
    photos: readonly string[],
    see: (values: RunResult['kept'], done: number) => void,
  ): Promise<void> {
    const { signal, root } = this.context
    await withRunner(await nodeHost(root, this.threads), makePlan(graph, { keep }), async (runner) => {
      for (const [i, photo] of photos.entries()) see((await runner.run([await this.input(photo)], { signal, keep })).kept, i + 1)
    })
  }

  private async input(photo: string): Promise<HostTensor> {
    const known = this.kept.get(photo)
    if (known) return known
    const made = preprocessImage(await decodeImage(photo, undefined, this.context.signal), this.preprocess)
    this.bytes += made.data.byteLength
    if (this.bytes < MOST_KEPT_BYTES) this.kept.set(photo, made)
    return made
  }
}

async function quantized(
  context: CliContext,
  fused: Graph,
  preprocess: Preprocess,
  photos: readonly string[],
  options: QuantizeOptions,
): Promise<Graph> {
  const calibration = new Calibration(context, preprocess, options.threads)
  const keep = observedTensors(fused)
  const tell = (word: string) => (done: number, total: number) => context.progress(`${word}: ${done} of ${total}`)
  const look = (graph: Graph, word: string, see: (values: RunResult['kept']) => void, of = photos): Promise<void> =>
    calibration.look(graph, keep, of, (values, done) => {
      tell(word)(done, of.length)
      see(values)
    })
  const before = new ChannelObserver()
  if (options.equalise) await look(fused, 'channels, photo', (values) => before.see(values))
  const graph = equalise(fused, before.reach)
  const observer = new Observer()
  const channels = new ChannelObserver()
  await look(graph, 'ranges, photo', (values) => {
    observer.reach(values)
    channels.see(values)
  })
  if (options.range !== 'minmax') await look(graph, 'distributions, photo', (values) => observer.count(values))
  const correlations = correlationsOf(graph.nodes, (id) => tensorOf(graph, id).fact.shape)
  const some = spread(photos, CORRECTED_ON)
  if (options.correct)
    await look(
      graph,
      'inputs, photo',
      (values) => {
        for (const node of graph.nodes) {
          const x = values.get(node.inputs[0] ?? NONE)
          if (x) correlations.get(node.id)?.see(x)
        }
      },
      some,
    )
  const float = new Set(options.float)
  const ranges = observer.ranges(options.range)
  if (!options.correct) return quantizeGraph(graph, ranges, { float })
  const aim = new ChannelObserver()
  await look(graph, 'means, photo', (values) => aim.see(values), some)
  return correctBiases(quantizeGraph(graph, ranges, { float, means: channels.means(), correlations }), {
    means: aim.means(),
    onProgress: tell('biases, layer'),
    measure: async (made, id) => {
      const found = new ChannelObserver()
      await calibration.look(made, [id], some, (values) => found.see(values))
      return found.means().get(id) ?? new Float64Array()
    },
  })
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
    .option('--no-correct', 'round each weight to the nearest, and leave biases as they are')
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
