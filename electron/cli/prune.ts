/** `shufflescope prune`: a model with fewer channels or fewer weights, and what that costs in accuracy on given photos. */
import { Command, Option } from 'commander'
import {
  at,
  badInput,
  classProbabilities,
  detectionHead,
  fuse,
  type Graph,
  isQuantized,
  type Model,
  makePlan,
  multiplyAccumulates,
  NONE,
  NORMS,
  type Norm,
  PRUNING_SCOPES,
  type PruningScope,
  parameterCount,
  preprocessImage,
  pruneChannels,
  prunedModel,
  pruneWeights,
  type Runner,
  recognise,
  tensorOf,
  throwIfCancelled,
  topK,
  unsupported,
  type WeightSizes,
  weightSizes,
  writeBundle,
} from '../../engine/index.ts'
import { writeAtomically } from '../services/diskFile.ts'
import { decodeImage } from '../services/images.ts'
import { nodeHost } from '../services/nodePool.ts'
import { classPhotosOf, photosOf } from '../services/photoFolders.ts'
import { type CliContext, report, usage } from './context.ts'
import { withRunner } from './execute.ts'
import { loadModel } from './load.ts'
import { count, share, threads } from './options.ts'
import { bytes, type Cell, percent, short, table } from './text.ts'

export interface PruneOptions {
  readonly out: string
  readonly unstructured: boolean
  /** Structured: of the MACs that go. Unstructured: of the weights of convolutions and fully connected layers that become 0. */
  readonly amount: number
  readonly scope: PruningScope
  readonly norm: Norm
  readonly compensate: boolean
  readonly steps: number
  readonly photos?: string
  readonly limit: number
  readonly threads: number
}

/** A model as it was, or after a step. */
export interface PruneStage extends WeightSizes {
  /** Share that was to be gone by then; 0 for the model as it was. */
  readonly amount: number
  /** Of convolutions and fully connected layers. */
  readonly macs: number
  readonly params: number
  /** Photos whose most probable class is the right one ("accuracy"), or the one of the model as it was ("agreement"). */
  readonly right?: number
}

export interface PruneReport {
  readonly model: string
  readonly output: string
  /** Of the file written. */
  readonly bytes: number
  readonly method: 'structured' | 'unstructured'
  readonly scope: PruningScope
  readonly photos: number
  /** Null without photos. */
  readonly measure: 'accuracy' | 'agreement' | null
  readonly before: PruneStage
  readonly steps: readonly PruneStage[]
  /** Structured: channels made by each layer that could lose some, before and after. */
  readonly layers: readonly { readonly name: string; readonly before: number; readonly after: number }[]
}

/** Throws ScopeError naming the model, the folder or the photo, and where the model has less to remove than is asked for. */
export async function pruneModel(context: CliContext, argument: string, options: PruneOptions): Promise<PruneReport> {
  if (!options.out.endsWith('.safetensors'))
    throw usage(`"${options.out}" is of a format that is not written`, 'Give a name that ends in .safetensors')
  if (options.amount <= 0 || options.amount >= 1) throw usage('--amount is a share between 0 and 1', 'Give, say, 0.3')
  const model = await loadModel(context, argument)
  if (isQuantized(model.graph)) throw badInput(`Model "${argument}"`, 'it is in 8 bits', 'Prune the float model, then quantize it')
  const recognised = recognise(model.graph)
  const photos = options.photos === undefined ? null : await photosFor(context, argument, model, options.photos, options.limit)
  const { graphs, layers } = prunedSteps(context, recognised, options)
  const right = photos && (await rightAnswers(context, model, [recognised, ...graphs], photos, options.threads))
  const stages = [recognised, ...graphs].map((graph, i): PruneStage => {
    const answers = right?.[i]
    return {
      amount: (options.amount * i) / options.steps,
      macs: multiplyAccumulates(graph),
      params: parameterCount(graph),
      ...weightSizes(graph),
      ...(answers === undefined ? {} : { right: answers }),
    }
  })
  const method = options.unstructured ? 'unstructured' : 'structured'
  const made = prunedModel(model, graphs.at(-1) ?? recognised, { method, amount: options.amount, scope: options.scope })
  const file = writeBundle(made)
  await writeAtomically(options.out, file, `Bundle "${options.out}"`)
  return {
    model: made.id,
    output: options.out,
    bytes: file.length,
    method,
    scope: options.scope,
    photos: photos?.list.length ?? 0,
    measure: photos?.measure ?? null,
    before: at(stages, 0),
    steps: stages.slice(1),
    layers,
  }
}

/** The graph after each step, each made from the one before it; channels are those of the last against the first. */
function prunedSteps(context: CliContext, recognised: Graph, options: PruneOptions) {
  const { amount, scope, norm, compensate, steps } = options
  const macs = multiplyAccumulates(recognised)
  const graphs: Graph[] = []
  const channels = new Map<string, { before: number; after: number }>()
  for (let step = 1; step <= steps; step++) {
    throwIfCancelled(context.signal, 'Pruning')
    context.progress(`pruning: step ${step} of ${steps}`)
    const from = graphs.at(-1) ?? recognised
    const gone = (amount * step) / steps
    if (options.unstructured) {
      graphs.push(pruneWeights(from, { sparsity: gone, scope }))
      continue
    }
    const made = pruneChannels(from, { macs: macs * (1 - gone), scope, norm, compensate })
    for (const { name, before, after } of made.layers) channels.set(name, { before: channels.get(name)?.before ?? before, after })
    graphs.push(made.graph)
  }
  return { graphs, layers: [...channels].map(([name, c]) => ({ name, ...c })) }
}

interface Photos {
  readonly measure: 'accuracy' | 'agreement'
  /** With the right class where the folder tells. */
  readonly list: readonly { readonly path: string; readonly label?: number }[]
}

/** A folder with a subfolder for every class of the model tells what is right, in the order of their names; any other tells photos. */
async function photosFor(context: CliContext, argument: string, model: Model, folder: string, limit: number): Promise<Photos> {
  if (!model.preprocess)
    throw unsupported(`Model "${argument}"`, 'it does not say how a photo becomes its input', 'Convert it with --input and --resize first')
  if (detectionHead(model.graph)) throw unsupported(`Model "${argument}"`, 'it finds objects, and --photos counts classes', 'Leave --photos out')
  const classes = await classPhotosOf(folder, limit)
  const known = tensorOf(model.graph, model.graph.outputs[0] ?? NONE).fact.shape.at(-1)
  if (classes.length === known) return { measure: 'accuracy', list: classes.flatMap(({ photos }, label) => photos.map((path) => ({ path, label }))) }
  if (classes.length > 0)
    context.note(`"${folder}" has ${classes.length} subfolders and the model ${known} classes: counted is where it agrees with itself before pruning`)
  return { measure: 'agreement', list: (await photosOf([folder], limit)).map((path) => ({ path })) }
}

/** How many photos each graph has right; every photo is decoded once and shown to all of them. */
async function rightAnswers(context: CliContext, { preprocess }: Model, graphs: readonly Graph[], photos: Photos, n: number): Promise<number[]> {
  if (!preprocess) return []
  const host = await nodeHost(context.root, n)
  const right = graphs.map(() => 0)
  const answer = async (runner: Runner, graph: Graph, input: ReturnType<typeof preprocessImage>): Promise<number | undefined> => {
    const [output] = (await runner.run([input], { signal: context.signal })).outputs
    return output && topK(classProbabilities(graph, output), 1)[0]?.index
  }
  const all = async (runners: readonly Runner[]): Promise<number[]> => {
    for (const [i, { path, label }] of photos.list.entries()) {
      if (i % 10 === 0) context.progress(`accuracy: photo ${i + 1} of ${photos.list.length}`)
      const input = preprocessImage(await decodeImage(path, undefined, context.signal), preprocess)
      let expected = label
      for (const [k, runner] of runners.entries()) {
        const is = await answer(runner, at(graphs, k), input)
        expected ??= is
        if (is !== undefined && is === expected) right[k] = (right[k] ?? 0) + 1
      }
    }
    return right
  }
  // One runner inside the other: each is closed whatever happens.
  const open = (runners: readonly Runner[]): Promise<number[]> => {
    const graph = graphs[runners.length]
    return graph ? withRunner(host, makePlan(fuse(graph)), (runner) => open([...runners, runner])) : all(runners)
  }
  return open([])
}

export function pruneCommand(context: CliContext): Command {
  return new Command('prune')
    .description('remove channels or weights of a model; it is not trained after, and --photos says what that costs')
    .argument('<model>', 'id or file of a float model')
    .requiredOption('--out <file.safetensors>', 'bundle to write')
    .addOption(new Option('--structured', 'remove whole channels: the network is smaller and faster (the default)').conflicts('unstructured'))
    .option('--unstructured', 'make single weights 0: smaller where it is packed, not faster', false)
    .option('--amount <share>', 'of the multiply-accumulates, or unstructured of the weights, 0 to 1', share, 0.3)
    .addOption(
      new Option('--scope <scope>', 'the same share of every layer, or what weighs least in all of them')
        .choices([...PRUNING_SCOPES])
        .default('global'),
    )
    .addOption(
      new Option('--norm <norm>', 'by which a channel weighs')
        .choices([...NORMS])
        .default('l2')
        .conflicts('unstructured'),
    )
    .addOption(new Option('--no-compensate', 'leave out what removed channels were on average').conflicts('unstructured'))
    .option('--steps <n>', 'steps to prune in, each reported', count(1, 20), 1)
    .option('--photos <folder>', 'measure on these: accuracy with a subfolder per class, else agreement with the model before')
    .option('--limit <n>', 'photos used at most, evenly from all', count(1, 1_000_000), 1_000_000)
    .option('--threads <n>', 'threads to run on', threads, 1)
    .option('--json', 'print one JSON document')
    .action(async (model: string, flags: PruneOptions & { readonly json?: boolean }) => {
      const made = await pruneModel(context, model, flags)
      report(context, flags.json, made, () => pruneText(made))
    })
}

function pruneText({ output, model, method, scope, bytes: size, photos, measure, before, steps }: PruneReport): string {
  const unstructured = method === 'unstructured'
  const head = ['', 'MACs', 'parameters', ...(unstructured ? ['not 0', 'bitmap + values'] : []), ...(measure ? [`top-1 ${measure}`] : [])]
  const row = (stage: PruneStage, name: string): Cell[] => [
    name,
    `${short(stage.macs)} (${percent(stage.macs / before.macs)})`,
    short(stage.params),
    ...(unstructured ? [percent(stage.nonzero / stage.weights), bytes(stage.bitmapBytes)] : []),
    ...(measure ? [`${stage.right} (${percent((stage.right ?? 0) / photos)})`] : []),
  ]
  const rows = [row(before, 'before'), ...steps.map((stage) => row(stage, percent(stage.amount)))]
  return `${output}: ${model}, ${method}, scope ${scope}, ${bytes(size)}${measure ? `, ${photos} photos` : ''}\n\n${table(head, rows)}`
}
