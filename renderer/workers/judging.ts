/** What a model costs and answers, for a table of it and its smaller variants. */
import {
  classProbabilities,
  createRunner,
  type Graph,
  isQuantized,
  type Model,
  makePlan,
  quantile,
  type Runner,
  type RunnerHost,
  topK,
  writeBundle,
} from '../../engine/index.ts'
import { breathing } from './breath.ts'
import type { AnswersView, CallContext, ClockView, GivenPhoto, WeighedView } from './contract/index.ts'
import { type Inputs, inputsOf } from './givenPhotos.ts'
import { labelsOf } from './labels.ts'
import { layersOf, NO_MACS } from './network.ts'
import { answersClasses, preprocessOf } from './photoUse.ts'
import { runsFor, zeroInputs } from './profiling.ts'
import { outputOf, type Running } from './running.ts'

/** Ops that 8 bits are for, where there are weights or many values. */
const CORE = new Set(['conv2d', 'pool2d', 'globalPool', 'linear'])
const WARMUP = 3

export function weighModel({ model, recognised }: Pick<Running, 'model' | 'recognised'>): WeighedView {
  const graph = recognised()
  const { layers, params } = layersOf(model.graph, graph)
  const macs = { ...NO_MACS }
  for (const { layer } of layers) for (const key of Object.keys(macs) as (keyof typeof macs)[]) macs[key] += layer.macs[key]
  const core = graph.nodes.filter((n) => CORE.has(n.op))
  return {
    bytes: writeBundle(model).length,
    params,
    macs,
    layers: core.length,
    quantized: isQuantized(graph) ? core.filter((n) => n.attrs.quantized).length : 0,
  }
}

/** Whole runs on zeros, which cost what a photo costs. Its runner is closed, as variants may be many. */
export async function clockModel(graph: Graph, host: RunnerHost, { signal, progress }: CallContext): Promise<ClockView> {
  progress({ step: 'planning' })
  const runner = await createRunner(makePlan(graph), host)
  try {
    const inputs = zeroInputs(graph)
    await runner.run(inputs, { signal })
    // The compiler has then seen every kernel often enough, as in a session that goes on.
    await runner.warmUp(signal)
    const { ms } = await runner.run(inputs, { signal })
    const runs = runsFor(ms)
    const onProgress = (done: number, total: number): void => progress({ step: 'measuring', done, total })
    const { total } = await runner.profile({ runs, warmup: WARMUP, signal, onProgress })
    return { p50: quantile(total, 0.5), p90: quantile(total, 0.9), runs, threads: runner.threads, backend: runner.backend }
  } finally {
    await runner.close()
  }
}

/** The most probable class of each photo; null where the model gives no classes or takes no photos. */
export async function answersOf(
  { model, fused }: Pick<Running, 'model' | 'fused'>,
  photos: readonly GivenPhoto[],
  host: RunnerHost,
  context: CallContext,
): Promise<AnswersView | null> {
  const preprocess = preprocessOf(model)
  if (!preprocess || !answersClasses(model.graph)) return null
  const labels = await labelsOf(model)
  const runner = await createRunner(makePlan(fused()), host)
  try {
    const top = await topClasses(model, inputsOf(photos, preprocess, context.signal), runner, context)
    return { top, known: photos.map((p) => classNamed(labels, p.label)) }
  } finally {
    await runner.close()
  }
}

/** Index of the most probable class for each input. */
export async function topClasses(model: Model, inputs: Inputs, runner: Pick<Runner, 'run'>, { signal, progress }: CallContext): Promise<number[]> {
  const breathe = breathing(signal, 'Counting')
  const top: number[] = []
  for (let i = 0; i < inputs.count; i++) {
    const { outputs } = await runner.run([await inputs.get(i)], { signal })
    top.push(topK(classProbabilities(model.graph, outputOf(model, outputs)), 1)[0]?.index ?? -1)
    progress({ step: 'answering', done: i + 1, total: inputs.count })
    await breathe()
  }
  return top
}

/** Index of the class with this name, or with it as one of its names apart by commas; null where there is none. */
export function classNamed(labels: readonly string[] | null, name: string | null): number | null {
  if (!labels || name === null) return null
  const plain = (text: string): string =>
    text
      .trim()
      .toLowerCase()
      .replaceAll(/[_\s]+/g, ' ')
  const wanted = plain(name)
  const whole = labels.findIndex((l) => plain(l) === wanted)
  const index = whole >= 0 ? whole : labels.findIndex((l) => l.split(',').some((part) => plain(part) === wanted))
  return index >= 0 ? index : null
}
