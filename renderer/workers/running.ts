/** Runs an opened model: plan and runner are made at the first run, then a photo becomes classes. */
import {
  type ActivationHead,
  activationHead,
  badInput,
  classActivationMap,
  classProbabilities,
  createRunner,
  cropWindow,
  errorFrom,
  type Graph,
  type HostTensor,
  type Machine,
  type Model,
  makePlan,
  type Preprocess,
  type Profile,
  preprocessImage,
  type Runner,
  type ScopeError,
  topK,
} from '../../engine/index.ts'
import type { Box, CallContext, ClassMaps, PhotoView, RunView } from './contract/index.ts'
import { detectionsOf, outputsOf } from './detecting.ts'
import { runnerHost } from './host.ts'
import { labelsOf } from './labels.ts'
import type { Lens } from './lens.ts'
import { type Decoded, decodePhoto } from './photo.ts'
import { answersClasses, preprocessOf } from './photoUse.ts'

const TOP = 5

export interface Running {
  readonly model: Model
  readonly recognised: () => Graph
  /** The graph in its fused stage. */
  readonly fused: () => Graph
  runner: { threads: number; made: Promise<Runner> } | undefined
  /** Whether the kernels have been run often enough to be compiled well. */
  warm?: boolean
  /** What maps of classes are made from, or why there are none. */
  head?: ActivationHead | ScopeError
  /** What the last timing of it gave, whole. */
  timed?: { readonly profile: Profile; readonly machine: Machine; readonly backend: string; readonly threads: number; readonly arenaBytes: number }
  /** The plan and runner of the layer that the group lens shows. */
  lens?: Lens
}

/** The runner for `threads`; one made for another number of threads is closed first. */
export async function runnerFor(running: Running, threads: number, context: CallContext): Promise<Runner> {
  const { runner } = running
  if (runner?.threads === threads) return runner.made
  running.runner = undefined
  if (runner) await runner.made.then((r) => r.close()).catch(() => undefined)
  context.progress({ step: 'planning' })
  const made = (async () => {
    const head = headOf(running)
    return createRunner(makePlan(running.fused(), { keep: 'map' in head ? [head.map] : [] }), await runnerHost(threads))
  })()
  running.runner = { threads, made }
  made.catch(() => {
    if (running.runner?.made === made) running.runner = undefined
  })
  return made
}

function headOf(running: Running): ActivationHead | ScopeError {
  if (running.head) return running.head
  try {
    running.head = activationHead(running.fused())
  } catch (error) {
    running.head = errorFrom(error)
  }
  return running.head
}

export interface PhotoInput {
  readonly decoded: Decoded
  readonly preprocess: Preprocess
  readonly tensor: HostTensor
  readonly ms: { readonly decode: number; readonly preprocess: number }
}

/** A photo as the model's input. Throws ScopeError where the file is no photo, or the model takes none. */
export async function photoInput({ model }: Running, photo: Blob, name: string, context: CallContext): Promise<PhotoInput> {
  const preprocess = preprocessOf(model)
  if (!preprocess)
    throw badInput(
      `Model "${model.title}"`,
      'it does not say how a photo becomes its input',
      'Use a model with preprocessing, such as the bundled one',
    )
  context.progress({ step: 'decoding' })
  const t0 = performance.now()
  const decoded = await decodePhoto(photo, name, context.signal)
  const t1 = performance.now()
  const tensor = preprocessImage(decoded.pixels, preprocess)
  return { decoded, preprocess, tensor, ms: { decode: t1 - t0, preprocess: performance.now() - t1 } }
}

/** Throws ScopeError where the file is no photo, or the model takes none. */
export async function runPhoto(running: Running, photo: Blob, name: string, threads: number, context: CallContext): Promise<RunView> {
  const { model } = running
  const { decoded, preprocess, tensor, ms } = await photoInput(running, photo, name, context)
  const runner = await runnerFor(running, threads, context)
  const head = headOf(running)
  context.progress({ step: 'running' })
  const result = await runner.run([tensor], { signal: context.signal, keep: 'map' in head ? [head.map] : [] })
  // While the answer is looked at; whatever is asked for next gets in between.
  if (!running.warm) {
    running.warm = true
    setTimeout(() => void runner.warmUp().catch(() => undefined), 0)
  }
  const top = await classesOf(model, outputOf(model, result.outputs))
  const detections = await detectionsOf(model, result.outputs, decoded, preprocess)
  return {
    photo: photoView(decoded.width, decoded.height, preprocess),
    top,
    detections,
    outputs: top.length > 0 || detections ? null : outputsOf(model, result.outputs),
    why: 'map' in head ? mapsOf(head, result.kept.get(head.map), top) : head.toFields(),
    ms: { ...ms, inference: result.ms },
    backend: runner.backend,
    threads: runner.threads,
  }
}

export function outputOf(model: Model, [output]: readonly HostTensor[]): HostTensor {
  if (!output) throw badInput(`Model "${model.title}"`, 'it has no output', 'Open a classifier')
  return output
}

function mapsOf(head: ActivationHead, values: HostTensor | undefined, top: RunView['top']): ClassMaps {
  if (!values) throw badInput('Class map', 'the feature map was not kept', 'Run the photo again')
  const maps = top.map(({ index }) => classActivationMap(head, values, index))
  const [rows = 0, columns = 0] = maps[0]?.shape ?? []
  return { rows, columns, maps: maps.map((m) => Float32Array.from(m.data)) }
}

function photoView(width: number, height: number, preprocess: Preprocess): PhotoView {
  const window = cropWindow(width, height, preprocess)
  return { width, height, window, crop: within(window, width, height) }
}

function within({ x, y, width, height }: Box, photoWidth: number, photoHeight: number): Box {
  const left = Math.max(x, 0)
  const top = Math.max(y, 0)
  return { x: left, y: top, width: Math.min(x + width, photoWidth) - left, height: Math.min(y + height, photoHeight) - top }
}

/** None where the output is no value per class. */
export async function classesOf(model: Model, output: HostTensor): Promise<RunView['top']> {
  if (!answersClasses(model.graph)) return []
  const values = classProbabilities(model.graph, output)
  const labels = await labelsOf(model)
  return topK(values, TOP).map(({ index, value }) => ({ index, label: labels?.[index] ?? null, probability: value }))
}
