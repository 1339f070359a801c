/** `shufflescope convert`: any readable model to a bundle, with what it must say of itself, or to ONNX. */
import { Command } from 'commander'
import { badInput, type Model, type Preprocess, parameterCount, recognise, tensorOf, withoutShuffles, writeBundle } from '../../engine/index.ts'
import { writeAtomically } from '../services/diskFile.ts'
import { onnxOf } from '../services/onnxFile.ts'
import { type CliContext, report, usage } from './context.ts'
import { loadModel, readLabels } from './load.ts'
import { count, size } from './options.ts'
import { bytes, short } from './text.ts'

export interface ConvertOptions {
  readonly input?: readonly [number, number]
  readonly resize?: number
  /** Path of a JSON list of class names. */
  readonly labels?: string
  readonly id?: string
  readonly title?: string
  readonly notice?: string
  readonly provenance?: string
  /** False takes the channel shuffles out: a checkpoint does not tell whether it was trained with them. */
  readonly shuffle?: boolean
}

export interface ConvertReport {
  readonly model: string
  readonly output: string
  readonly bytes: number
  readonly params: number
}

/** What a bundle says of a model beside its graph. */
const TOLD = ['resize', 'labels', 'id', 'title', 'notice', 'provenance'] as const

export async function convert(context: CliContext, input: string, output: string, options: ConvertOptions): Promise<ConvertReport> {
  if (!/\.(?:safetensors|onnx)$/.test(output))
    throw usage(`"${output}" is of a format that is not written`, 'Give a name that ends in .safetensors (a bundle) or in .onnx')
  const onnx = output.endsWith('.onnx')
  const told = onnx ? TOLD.find((key) => options[key] !== undefined) : undefined
  if (told) throw usage(`--${told} is kept in bundles, and ONNX has no place for it`, 'Leave it out, or give a name that ends in .safetensors')
  const loaded = await loadModel(context, input, options.input ? { input: options.input } : {})
  const model = await overridden(loaded, options)
  const made = onnx ? onnxOf(model.graph) : writeBundle(model)
  await writeAtomically(output, made, `Model "${output}"`)
  return { model: model.id, output, bytes: made.length, params: parameterCount(model.graph) }
}

async function overridden(model: Model, options: ConvertOptions): Promise<Model> {
  const { id = model.id, title = model.title, notice = model.notice, provenance = model.provenance } = options
  const graph = options.shuffle === false ? { ...withoutShuffles(recognise(model.graph)), stage: 'loaded' as const } : model.graph
  const named = { ...model, graph, id, title, notice, provenance, preprocess: preprocessOf(model, options) }
  if (options.labels === undefined) return named
  const labels = await readLabels(options.labels, `Class names "${options.labels}"`)
  const shape = model.graph.outputs.slice(0, 1).map((output) => tensorOf(model.graph, output).fact.shape)[0] ?? []
  if (labels.length !== shape[1])
    throw badInput(
      `Class names "${options.labels}"`,
      `there are ${labels.length}, the model's output is [${shape.join(', ')}]`,
      'Give one name per class',
    )
  return { ...named, labels, labelSet: null }
}

function preprocessOf({ preprocess }: Model, { input, resize }: ConvertOptions): Preprocess | null {
  if (!preprocess) {
    if (resize !== undefined) throw usage('--resize changes how photos are prepared, and the model takes none', 'Leave it out')
    return null
  }
  return { ...preprocess, crop: input ?? preprocess.crop, resize: resize ?? preprocess.resize }
}

export function convertCommand(context: CliContext): Command {
  return new Command('convert')
    .description('write a model as a ShuffleScope bundle (weights, graph, preprocessing and labels in one .safetensors file), or as ONNX')
    .argument('<in>', 'id or file of a model')
    .argument('<out>', 'file to write, name.safetensors or name.onnx')
    .option('--input <HxW>', 'input size in pixels', size)
    .option('--resize <n>', 'short side of a photo before the centre crop, in pixels', count(1, 16384))
    .option('--labels <file.json>', 'class names, a JSON list in the order of the outputs')
    .option('--id <id>', 'stable name')
    .option('--title <text>', 'name for people')
    .option('--notice <text>', 'what a user must know of it')
    .option('--provenance <text>', 'where the weights come from')
    .option('--no-shuffle', 'take the channel shuffles out, for weights that were trained without them')
    .option('--json', 'print one JSON document')
    .action(async (input: string, output: string, flags: ConvertOptions & { json?: boolean }) => {
      const made = await convert(context, input, output, flags)
      report(context, flags.json, made, () => `${made.output}: ${made.model}, ${short(made.params)} parameters, ${bytes(made.bytes)}`)
    })
}
