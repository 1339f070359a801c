/** Runs an opened model: plan and runner are made at the first run, then a photo becomes classes. */
import {
  badInput,
  classProbabilities,
  createRunner,
  type Graph,
  type HostTensor,
  type Model,
  makePlan,
  preprocessImage,
  type Runner,
  topK,
} from '../../engine/index.ts'
import type { CallContext, PhotoView, RunView } from './contract.ts'
import { runnerHost } from './host.ts'
import { labelsOf } from './labels.ts'
import { decodePhoto } from './photo.ts'

const TOP = 5

export interface Running {
  readonly model: Model
  /** The graph in its fused stage. */
  readonly fused: () => Graph
  runner: { threads: number; made: Promise<Runner> } | undefined
  /** Whether the kernels have been run often enough to be compiled well. */
  warm?: boolean
}

/** The runner for `threads`; one made for another number of threads is closed first. */
export async function runnerFor(running: Running, threads: number, context: CallContext): Promise<Runner> {
  const { runner } = running
  if (runner?.threads === threads) return runner.made
  running.runner = undefined
  if (runner) await runner.made.then((r) => r.close()).catch(() => undefined)
  context.progress({ step: 'planning' })
  const made = (async () => createRunner(makePlan(running.fused()), await runnerHost(threads)))()
  running.runner = { threads, made }
  made.catch(() => {
    if (running.runner?.made === made) running.runner = undefined
  })
  return made
}

/** Throws ScopeError where the file is no photo, or the model takes none. */
export async function runPhoto(running: Running, photo: Blob, name: string, threads: number, context: CallContext): Promise<RunView> {
  const { model } = running
  if (!model.preprocess)
    throw badInput(
      `Model "${model.title}"`,
      'it does not say how a photo becomes its input',
      'Use a model with preprocessing, such as the bundled one',
    )
  context.progress({ step: 'decoding' })
  const t0 = performance.now()
  const decoded = await decodePhoto(photo, name, context.signal)
  const t1 = performance.now()
  const input = preprocessImage(decoded.pixels, model.preprocess)
  const t2 = performance.now()
  const runner = await runnerFor(running, threads, context)
  context.progress({ step: 'running' })
  const result = await runner.run([input], { signal: context.signal })
  // While the answer is looked at; whatever is asked for next gets in between.
  if (!running.warm) {
    running.warm = true
    setTimeout(() => void runner.warmUp().catch(() => undefined), 0)
  }
  const [output] = result.outputs
  if (!output) throw badInput(`Model "${model.title}"`, 'it has no output', 'Open a classifier')
  return {
    photo: photoView(decoded.width, decoded.height, model.preprocess),
    top: await classesOf(model, output),
    ms: { decode: t1 - t0, preprocess: t2 - t1, inference: result.ms },
    backend: runner.backend,
    threads: runner.threads,
  }
}

function photoView(width: number, height: number, { resize, crop }: { resize: number; crop: readonly [number, number] }): PhotoView {
  const perPixel = Math.min(width, height) / resize
  const w = Math.min(crop[1] * perPixel, width)
  const h = Math.min(crop[0] * perPixel, height)
  return { width, height, crop: { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h } }
}

async function classesOf(model: Model, output: HostTensor): Promise<RunView['top']> {
  const values = classProbabilities(model.graph, output)
  const labels = await labelsOf(model)
  return topK(values, TOP).map(({ index, value }) => ({ index, label: labels?.[index] ?? null, probability: value }))
}
