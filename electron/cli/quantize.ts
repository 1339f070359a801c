/** `shufflescope quantize`: a model in 8 bits, with ranges from photos. */
import { Command, Option } from 'commander'
import {
  at,
  badInput,
  type CalibrationStep,
  calibrate,
  fuse,
  type Graph,
  type HostTensor,
  isQuantized,
  makePlan,
  type Preprocess,
  preprocessImage,
  quantizedModel,
  RANGE_METHODS,
  type RangeMethod,
  type RunResult,
  recognise,
  type TensorId,
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
  const made = quantizedModel(model, graph, photos.length, options.range)
  const file = writeBundle(made)
  await writeAtomically(options.out, file, `Bundle "${options.out}"`)
  const layers = graph.nodes.filter((n) => LAYERS.has(n.op))
  const isByte = layers.filter((n) => n.attrs.quantized)
  return {
    model: made.id,
    output: options.out,
    bytes: file.length,
    photos: photos.length,
    range: options.range,
    quantized: isByte.length,
    layers: layers.length,
  }
}

/** Inputs are kept up to this, and made anew beyond. */
const MOST_KEPT_BYTES = 2 ** 28

/** What a network does on the photos, and the photos themselves as its inputs. */
class Calibration {
  private readonly kept = new Map<string, HostTensor>()
  private bytes = 0

  constructor(
    private readonly context: CliContext,
    private readonly preprocess: Preprocess,
    private readonly photos: readonly string[],
    private readonly threads: number,
  ) {}

  async look(graph: Graph, keep: readonly TensorId[], photos: readonly number[], see: (values: RunResult['kept']) => void): Promise<void> {
    const { signal, root } = this.context
    await withRunner(await nodeHost(root, this.threads), makePlan(graph, { keep }), async (runner) => {
      for (const photo of photos) see((await runner.run([await this.input(at(this.photos, photo))], { signal, keep })).kept)
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

/** How progress names a pass. */
const STEP_WORDS: Readonly<Record<CalibrationStep, string>> = {
  channels: 'channels, photo',
  ranges: 'ranges, photo',
  distributions: 'distributions, photo',
  inputs: 'inputs, photo',
  means: 'means, photo',
  biases: 'biases, layer',
}

async function quantized(
  context: CliContext,
  fused: Graph,
  preprocess: Preprocess,
  photos: readonly string[],
  options: QuantizeOptions,
): Promise<Graph> {
  const calibration = new Calibration(context, preprocess, photos, options.threads)
  const { range, equalise, correct } = options
  const { graph } = await calibrate(fused, {
    ...{ photos: photos.length, range, equalise, correct, float: new Set(options.float) },
    look: (of, keep, some, see) => calibration.look(of, keep, some, see),
    onProgress: (step, done, total) => context.progress(`${STEP_WORDS[step]}: ${done} of ${total}`),
  })
  return graph
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
