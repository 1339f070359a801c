/** `shufflescope run`: photos to classes or to objects, or one tensor to another. */
import { Command } from 'commander'
import {
  badInput,
  classProbabilities,
  type Detection,
  detectionHead,
  detectObjects,
  labelOf,
  type Model,
  preprocessImage,
  type Runner,
  type RunResult,
  topK,
  unsupported,
} from '../../engine/index.ts'
import { writeAtomically } from '../services/diskFile.ts'
import { decodeImage } from '../services/images.ts'
import { nodeHost } from '../services/nodePool.ts'
import { readNpy, writeNpy } from '../services/npy.ts'
import { type CliContext, report, usage } from './context.ts'
import { stagesOf, withRunner } from './execute.ts'
import { labelsOf, loadModel, readFileOf } from './load.ts'
import { count, type Precision, precisionOf, precisionOption, share, threads } from './options.ts'
import { milliseconds, percent, shape, table } from './text.ts'

export interface RunOptions {
  readonly top: number
  readonly threads: number
  readonly precision?: Precision
  /** Of detections; the head's own where absent. */
  readonly threshold?: number
}

export interface ImageResult {
  readonly image: string
  /** Of a classifier. */
  readonly top?: readonly { readonly index: number; readonly label: string; readonly probability: number }[]
  /** Of a detector: highest score first; box in pixels of the photo: left, top, right, bottom. */
  readonly detections?: readonly Detection[]
  /** Resizing, cropping and normalising; the network alone. Decoding the file is in neither. */
  readonly ms: { readonly preprocess: number; readonly inference: number }
}

export interface RunReport {
  readonly model: string
  readonly results: readonly ImageResult[]
}

/** Throws ScopeError naming the photo or the model. */
export async function runImages(context: CliContext, argument: string, images: readonly string[], options: RunOptions): Promise<RunReport> {
  const model = await loadModel(context, argument)
  precisionOf(model.graph, argument, options.precision)
  const { preprocess } = model
  if (!preprocess)
    throw unsupported(`Model "${argument}"`, 'it does not say how a photo becomes its input', 'Give it a tensor with --tensor and --output')
  const labels = await labelsOf(context, model)
  const head = detectionHead(model.graph)
  if (!head && options.threshold !== undefined) throw usage(`--threshold goes with a detector, and "${argument}" is none`, 'Leave it out')
  // Boxes of random weights look like a result.
  if (head && model.notice) context.note(model.notice)
  return withRunner(await nodeHost(context.root, options.threads), stagesOf(model).plan, async (runner) => {
    const results: ImageResult[] = []
    for (const image of images) {
      context.progress(`photo ${results.length + 1} of ${images.length}: ${image}`)
      const pixels = await decodeImage(image, undefined, context.signal)
      const begin = performance.now()
      const input = preprocessImage(pixels, preprocess)
      const preprocessMs = performance.now() - begin
      const result = await runner.run([input], { signal: context.signal })
      const answer = head
        ? { detections: detectObjects(head, result.outputs, pixels, preprocess, { labels, ...thresholdOf(options) }) }
        : { top: topClasses(model, result, labels, options.top) }
      results.push({ image, ...answer, ms: { preprocess: preprocessMs, inference: result.ms } })
    }
    return { model: model.id, results }
  })
}

const thresholdOf = ({ threshold }: RunOptions) => (threshold === undefined ? {} : { threshold })

function topClasses(model: Model, result: RunResult, labels: readonly string[] | null, k: number) {
  const best = topK(classProbabilities(model.graph, firstOutput(model, result)), k)
  return best.map(({ index, value }) => ({ index, label: labelOf(labels, index), probability: value }))
}

export interface TensorReport {
  readonly model: string
  readonly output: string
  readonly shape: readonly number[]
  readonly ms: { readonly inference: number }
}

const MAX_TENSOR = 2 ** 30

/** Feeds a .npy file (float32, the graph's own input shape, NCHW) and writes the first output as the graph has it. */
export async function runTensor(
  context: CliContext,
  argument: string,
  input: string,
  output: string,
  options: Pick<RunOptions, 'threads' | 'precision'>,
): Promise<TensorReport> {
  const model = await loadModel(context, argument)
  precisionOf(model.graph, argument, options.precision)
  const tensor = readNpy(await readFileOf(input, `Tensor "${input}"`, MAX_TENSOR), input)
  const { plan } = stagesOf(model)
  const wanted = plan.inputs[0]?.shape ?? []
  if (plan.inputs.length !== 1)
    throw unsupported(`Model "${argument}"`, `it has ${plan.inputs.length} inputs, and --tensor gives one`, 'Use a model with one input')
  if (tensor.shape.join() !== wanted.join())
    throw badInput(
      `Tensor "${input}"`,
      `its shape is [${tensor.shape.join(', ')}], the model takes [${wanted.join(', ')}]`,
      'Give a tensor of that shape',
    )
  const result = await withRunner(await nodeHost(context.root, options.threads), plan, (runner: Runner) =>
    runner.run([tensor], { signal: context.signal }),
  )
  const first = firstOutput(model, result)
  await writeAtomically(output, writeNpy(first), `Tensor "${output}"`)
  return { model: model.id, output, shape: first.shape, ms: { inference: result.ms } }
}

function firstOutput(model: Model, result: RunResult): RunResult['outputs'][number] {
  const [output] = result.outputs
  if (!output) throw unsupported(`Model "${model.title}"`, 'it has no output', 'Choose another model')
  return output
}

interface Flags extends RunOptions {
  readonly tensor?: string
  readonly output?: string
  readonly json?: boolean
}

export function runCommand(context: CliContext): Command {
  return new Command('run')
    .description('classify photos or find objects on them, or feed a raw tensor')
    .argument('<model>', 'id or file of a model')
    .argument('[images...]', 'photos')
    .option('--top <k>', 'classes per photo', count(1, 100_000), 5)
    .option('--threshold <score>', 'least score of a detection, 0 to 1 (a detector has one of its own)', share)
    .option('--threads <n>', 'threads to run on', threads, 1)
    .addOption(precisionOption())
    .option('--tensor <file.npy>', 'feed this tensor (float32, NCHW) instead of photos')
    .option('--output <file.npy>', 'where the first output goes, with --tensor')
    .option('--json', 'print one JSON document')
    .action(async (model: string, images: string[], flags: Flags) => {
      if (flags.tensor === undefined && flags.output !== undefined) throw usage('--output goes with --tensor', 'Add --tensor in.npy')
      if (flags.tensor === undefined) {
        if (images.length === 0) throw usage('it names no photo', 'Give one or more photos, or --tensor in.npy --output out.npy')
        const made = await runImages(context, model, images, flags)
        report(context, flags.json, made, () => imagesText(made))
        return
      }
      if (images.length > 0) throw usage('it names both photos and a tensor', 'Give one or the other')
      if (flags.output === undefined) throw usage('--tensor goes with --output', 'Add --output out.npy')
      const made = await runTensor(context, model, flags.tensor, flags.output, flags)
      report(context, flags.json, made, () => `${made.output}: ${shape(made.shape)}, ${milliseconds(made.ms.inference)} ms`)
    })
}

function imagesText({ model, results }: RunReport): string {
  const blocks = results.map(({ image, top = [], detections, ms }) => {
    const head = `${image}  (preprocess ${milliseconds(ms.preprocess)} ms, inference ${milliseconds(ms.inference)} ms)`
    return `${head}\n${detections ? detectionsText(detections) : classesText(top)}`
  })
  return [model, ...blocks].join('\n\n')
}

function classesText(top: NonNullable<ImageResult['top']>): string {
  return table(
    ['probability', 'class', 'index'],
    top.map(({ index, label, probability }) => [percent(probability), label, index]),
  )
}

function detectionsText(detections: readonly Detection[]): string {
  if (detections.length === 0) return 'nothing found'
  const rows = detections.map(({ label, score, box }) => [score.toFixed(3), label, ...box.map((v) => v.toFixed(1))])
  return table(['score', 'class', 'left', 'top', 'right', 'bottom'], rows)
}
