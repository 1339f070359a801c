/** Makes smaller variants of an opened model: channels removed, 8 bits, or one after the other. */
import {
  badInput,
  type CalibrationStep,
  calibrate,
  correctCalibrated,
  createRunner,
  fuse,
  type Graph,
  isQuantized,
  type Looking,
  type Model,
  makePlan,
  multiplyAccumulates,
  producers,
  pruneChannels,
  prunedModel,
  quantizeCalibrated,
  quantizedModel,
  type RangeMethod,
  type RunnerHost,
  type RunResult,
  type TensorId,
  unsupported,
  writeBundle,
} from '../../engine/index.ts'
import { breathing } from './breath.ts'
import type { CallContext, CompressChoice, CompressedView, ProgressStep } from './contract/index.ts'
import type { Inputs } from './givenPhotos.ts'
import type { Running } from './running.ts'

const STEPS: Readonly<Record<CalibrationStep, ProgressStep>> = {
  channels: 'lookingAtChannels',
  ranges: 'findingRanges',
  distributions: 'countingValues',
  inputs: 'correlating',
  means: 'averaging',
  biases: 'correctingBiases',
}

/** `inputs`: null where the model takes no photos. Throws ScopeError where the model is in 8 bits already, or has less to remove than is asked for. */
export async function compressModel(
  { model, recognised }: Pick<Running, 'model' | 'recognised'>,
  inputs: Inputs | null,
  { prune, range }: CompressChoice,
  host: RunnerHost,
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
    if (!inputs) throw unsupported(what, 'it does not say how a photo becomes its input', 'Choose channels to remove, or a model with preprocessing')
    if (inputs.count === 0) throw badInput('Calibration', 'there is no photo', 'Add a few photos, or use the samples')
    const fused = fuse(graph)
    const found = await inEightBits(fused, inputs, range, host, context)
    made = quantizedModel(made, found.graph, inputs.count, range)
    factors = byLayer(fused, found.factors)
  }
  return { bundle: writeBundle(made), id: made.id, photos: range === null ? 0 : (inputs?.count ?? 0), factors }
}

async function inEightBits(fused: Graph, inputs: Inputs, range: RangeMethod, host: RunnerHost, { signal, progress }: CallContext) {
  const breathe = breathing(signal, 'Calibration')
  const looking: Looking = {
    photos: inputs.count,
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
  }
  const calibrated = await calibrate(fused, { ...looking, range })
  return { graph: await correctCalibrated(quantizeCalibrated(calibrated), calibrated, looking), factors: calibrated.factors }
}

function byLayer(graph: Graph, factors: ReadonlyMap<TensorId, Float64Array>): Record<string, Float64Array> {
  const makers = producers(graph)
  return Object.fromEntries([...factors].flatMap(([id, of]) => (makers.has(id) ? [[makers.get(id)?.name ?? '', of]] : [])))
}
