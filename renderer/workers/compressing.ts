/** Makes smaller variants of an opened model: channels removed, 8 bits, or one after the other. */
import {
  at,
  badInput,
  type CalibrationStep,
  calibrate,
  createRunner,
  fuse,
  type Graph,
  type HostTensor,
  isQuantized,
  type Model,
  makePlan,
  multiplyAccumulates,
  type Preprocess,
  preprocessImage,
  producers,
  pruneChannels,
  prunedModel,
  quantizedModel,
  type RangeMethod,
  type RunResult,
  type TensorId,
  unsupported,
  writeBundle,
} from '../../engine/index.ts'
import { breathing } from './breath.ts'
import type { CompressChoice, CompressedView, GivenPhoto } from './compressContract.ts'
import type { CallContext, ProgressStep } from './contract.ts'
import { runnerHost } from './host.ts'
import { decodePhoto } from './photo.ts'
import { preprocessOf } from './photoUse.ts'
import type { Running } from './running.ts'

/** Inputs are kept up to this, and made anew beyond. */
const MOST_KEPT_BYTES = 2 ** 28

const STEPS: Readonly<Record<CalibrationStep, ProgressStep>> = {
  channels: 'lookingAtChannels',
  ranges: 'findingRanges',
  distributions: 'countingValues',
  inputs: 'correlating',
  means: 'averaging',
  biases: 'correctingBiases',
}

/** Throws ScopeError where the model is in 8 bits already, has less to remove than is asked for, or takes no photos. */
export async function compressModel(
  { model, recognised }: Pick<Running, 'model' | 'recognised'>,
  photos: readonly GivenPhoto[],
  { prune, range }: CompressChoice,
  threads: number,
  context: CallContext,
): Promise<CompressedView> {
  const what = `Model "${model.title}"`
  if (isQuantized(model.graph)) throw badInput(what, 'it is in 8 bits already', 'Open the float model that it was made from')
  let graph = recognised()
  let made: Model = { ...model, graph }
  if (prune) {
    context.progress({ step: 'pruning' })
    const { amount, scope } = prune
    graph = pruneChannels(graph, { macs: multiplyAccumulates(graph) * (1 - amount), scope }).graph
    made = prunedModel(made, graph, { method: 'structured', amount, scope })
  }
  let factors: CompressedView['factors'] = {}
  if (range !== null) {
    const preprocess = preprocessOf(model)
    if (!preprocess)
      throw unsupported(what, 'it does not say how a photo becomes its input', 'Choose channels to remove, or a model with preprocessing')
    if (photos.length === 0) throw badInput('Calibration', 'there is no photo', 'Add a few photos, or use the samples')
    const fused = fuse(graph)
    const inputs = new Inputs(photos, preprocess, context.signal)
    const found = await inEightBits(fused, inputs, range, threads, context)
    made = quantizedModel(made, found.graph, photos.length, range)
    factors = byLayer(fused, found.factors)
  }
  return { bundle: writeBundle(made), id: made.id, photos: range === null ? 0 : photos.length, factors }
}

async function inEightBits(fused: Graph, inputs: Inputs, range: RangeMethod, threads: number, { signal, progress }: CallContext) {
  const host = await runnerHost(threads)
  const breathe = breathing(signal, 'Calibration')
  return calibrate(fused, {
    photos: inputs.count,
    range,
    onProgress: (step, done, total) => progress({ step: STEPS[step], done, total }),
    async look(graph: Graph, keep: readonly TensorId[], photos: readonly number[], see: (values: RunResult['kept']) => void) {
      const runner = await createRunner(makePlan(graph, { keep }), host)
      try {
        for (const photo of photos) {
          see((await runner.run([await inputs.get(photo)], { signal, keep })).kept)
          await breathe()
        }
      } finally {
        await runner.close()
      }
    },
  })
}

/** Photos as inputs of a network. */
export class Inputs {
  private readonly kept = new Map<number, HostTensor>()
  private bytes = 0

  constructor(
    private readonly photos: readonly GivenPhoto[],
    private readonly preprocess: Preprocess,
    private readonly signal: AbortSignal,
  ) {}

  get count(): number {
    return this.photos.length
  }

  async get(index: number): Promise<HostTensor> {
    const known = this.kept.get(index)
    if (known) return known
    const { file, name } = at(this.photos, index)
    const made = preprocessImage((await decodePhoto(file, name, this.signal)).pixels, this.preprocess)
    this.bytes += made.data.byteLength
    if (this.bytes < MOST_KEPT_BYTES) this.kept.set(index, made)
    return made
  }
}

function byLayer(graph: Graph, factors: ReadonlyMap<TensorId, Float64Array>): Record<string, Float64Array> {
  const makers = producers(graph)
  return Object.fromEntries([...factors].flatMap(([id, of]) => (makers.has(id) ? [[makers.get(id)?.name ?? '', of]] : [])))
}
