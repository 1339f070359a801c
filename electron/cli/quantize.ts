/** `shufflescope quantize`: a model in 8 bits, with ranges from photos. */
import { Command, InvalidArgumentError, Option } from 'commander'
import {
  badInput,
  calibrate,
  compareWithFloat,
  correctCalibrated,
  type Fidelity,
  fuse,
  isQuantized,
  type LayerSensitivity,
  type MixedPrecision,
  quantizeCalibrated,
  quantizedModel,
  RANGE_METHODS,
  type RangeMethod,
  recognise,
  spread,
  throwIfCancelled,
  unsupported,
  writeBundle,
} from '../../engine/index.ts'
import { writeAtomically } from '../services/diskFile.ts'
import { photosOf } from '../services/photoFolders.ts'
import { PhotoInputs } from './calibration.ts'
import { type CliContext, report, usage } from './context.ts'
import { loadModel } from './load.ts'
import { count, share, threads } from './options.ts'
import { AGREEMENT, chooseFloat, fidelityInputs, fidelityText, type KeepFloat, sensitivityTable, sensitivityText, stepsText } from './sensitivity.ts'
import { bytes } from './text.ts'

export interface QuantizeOptions {
  readonly calibrate: readonly string[]
  /** Absent: nothing is written, which goes with `sensitivity` alone. */
  readonly out?: string
  readonly photos: number
  readonly range: RangeMethod
  readonly float: readonly string[]
  readonly equalise: boolean
  readonly correct: boolean
  readonly threads: number
  readonly sensitivity?: boolean
  readonly keepFloat?: KeepFloat
  readonly agreement?: number
  readonly evaluate?: readonly string[]
}

export interface QuantizeReport {
  readonly model: string
  /** Null where nothing was written. */
  readonly output: string | null
  readonly bytes: number | null
  readonly photos: number
  readonly range: RangeMethod
  /** Nodes that compute in 8 bits, of all convolutions, poolings and fully connected layers. */
  readonly quantized: number
  readonly layers: number
  /** With --sensitivity: in the order of the graph. A ratio in dB is null in JSON where there is no noise. */
  readonly sensitivity?: readonly LayerSensitivity[]
  /** With --keep-float: as measured before biases are corrected by measurement. */
  readonly mixed?: MixedPrecision
  /** With either: of the model that was written. */
  readonly fidelity?: Fidelity
}

const LAYERS = new Set(['conv2d', 'pool2d', 'globalPool', 'linear'])
/** Photos of --calibrate on which layers are measured; each layer looks at all of them. */
const MEASURED_ON = 50

/** Throws ScopeError naming the model, the photo, or the node that --float names and the model lacks. */
export async function quantizeModel(context: CliContext, argument: string, options: QuantizeOptions): Promise<QuantizeReport> {
  refuseCombinations(options)
  const { out, range, equalise, correct } = options
  const model = await loadModel(context, argument)
  if (isQuantized(model.graph)) throw badInput(`Model "${argument}"`, 'it is in 8 bits already', 'Give the float model')
  if (!model.preprocess)
    throw unsupported(`Model "${argument}"`, 'it does not say how a photo becomes its input', 'Convert it with --input and --resize first')
  const fused = fuse(recognise(model.graph))
  for (const name of options.float)
    if (!fused.nodes.some((n) => n.name === name))
      throw badInput(`Node "${name}"`, 'the fused model has no node of that name', `List them with "shufflescope bench ${argument} --layers"`)
  const photos = await photosOf(options.calibrate, options.photos)
  const measured = options.evaluate ? await photosOf(options.evaluate, options.photos) : spread(photos, MEASURED_ON)
  const shown = new PhotoInputs(context, model.preprocess, options.threads)
  const looking = shown.looking(photos)
  const calibrated = await calibrate(fused, { ...looking, range, equalise, correct })

  const measures = options.sensitivity || options.keepFloat !== undefined
  const tensors = []
  if (measures) for (const photo of measured) tensors.push(await shown.input(photo))
  const inputs = await fidelityInputs(context, calibrated, options.float, tensors, options.threads)
  // With no layer to choose, --keep-float only compares.
  const sensitivity = options.sensitivity || (measures && options.keepFloat !== 0) ? await sensitivityTable(inputs('sensitivity')) : []
  const mixed = options.keepFloat === undefined ? undefined : await chooseFloat(inputs, sensitivity, options.keepFloat, options.agreement)
  if (mixed && !mixed.reached) context.note(`warning: the agreement asked for is not reached; ${fidelityText(mixed)}`)

  const rough = quantizeCalibrated(calibrated, [...options.float, ...(mixed?.float ?? [])])
  const graph = out === undefined ? rough : await correctCalibrated(rough, calibrated, looking)
  const fidelity = measures && out !== undefined ? await compareWithFloat(inputs('comparison'), graph) : undefined
  const variant = quantizedModel(model, graph, photos.length, range)
  const made = out === undefined ? undefined : writeBundle(variant)
  if (made && out !== undefined) {
    throwIfCancelled(context.signal, 'Quantization')
    await writeAtomically(out, made, `Bundle "${out}"`)
  }
  const layers = graph.nodes.filter((n) => LAYERS.has(n.op))
  return {
    model: variant.id,
    output: out ?? null,
    bytes: made?.length ?? null,
    photos: photos.length,
    range,
    quantized: layers.filter((n) => n.attrs.quantized).length,
    layers: layers.length,
    ...(options.sensitivity ? { sensitivity } : {}),
    ...(mixed ? { mixed } : {}),
    ...(fidelity ? { fidelity } : {}),
  }
}

function refuseCombinations({ out, sensitivity, keepFloat, agreement, evaluate }: QuantizeOptions): void {
  if (out === undefined && !sensitivity) throw usage('there is nothing to do', 'Give --out FILE.safetensors, or --sensitivity')
  if (out !== undefined && !out.endsWith('.safetensors'))
    throw usage(`"${out}" is of a format that is not written`, 'Give a name that ends in .safetensors')
  if (agreement !== undefined && keepFloat === undefined) throw usage('--agreement goes with --keep-float', 'Give --keep-float auto as well')
  if (evaluate && !sensitivity && keepFloat === undefined)
    throw usage('--evaluate goes with --sensitivity and --keep-float', 'Give one of them as well')
}

function keepFloat(text: string): KeepFloat {
  if (text === 'auto') return text
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of layers, or "auto".')
  return Number(text)
}

export function quantizeCommand(context: CliContext): Command {
  return new Command('quantize')
    .description('write a model in 8 bits, with ranges from photos')
    .argument('<model>', 'id or file of a float model')
    .requiredOption('--calibrate <paths...>', 'photos, or folders of them')
    .option('--out <file.safetensors>', 'bundle to write; only --sensitivity does without')
    .option('--photos <n>', 'photos used at most, evenly from all', count(1, 100_000), 200)
    .addOption(new Option('--range <method>', 'how ranges follow from values').choices([...RANGE_METHODS]).default('mse'))
    .option('--no-equalise', 'leave channels as far apart as they are')
    .option('--no-correct', 'round each weight to the nearest, and leave biases as they are')
    .option('--float <nodes...>', 'nodes that stay in float', [])
    .option('--sensitivity', 'measure each layer alone in 8 bits, all others in float')
    .option('--keep-float <n|auto>', 'leave up to n sensitive layers in float (0: compare alone), or as many as --agreement needs', keepFloat)
    .option('--agreement <share>', `of photos that must have the float top class, 0 to 1 (with "auto": ${AGREEMENT})`, share)
    .option('--evaluate <paths...>', `photos to measure on; by default up to ${MEASURED_ON} of --calibrate`)
    .option('--threads <n>', 'threads to run on', threads, 1)
    .option('--json', 'print one JSON document')
    .action(async (model: string, flags: QuantizeOptions & { readonly json?: boolean }) => {
      const made = await quantizeModel(context, model, flags)
      report(context, flags.json, made, () => quantizeText(made))
    })
}

function quantizeText({ output, model, bytes: size, photos, quantized, layers, sensitivity, mixed, fidelity }: QuantizeReport): string {
  const from = `ranges from ${photos} ${photos === 1 ? 'photo' : 'photos'}`
  const written = `${output ?? 'not written'}: ${model}, ${quantized} of ${layers} layers in 8 bits, ${from}`
  return [
    ...(sensitivity ? [sensitivityText(sensitivity), ''] : []),
    ...(mixed ? [stepsText(mixed), ''] : []),
    size === null ? written : `${written}, ${bytes(size)}`,
    ...(fidelity ? [`as written: ${fidelityText(fidelity)}`] : []),
  ].join('\n')
}
