/** The part of `quantize` that measures layers one by one, and chooses from it which stay in float. */
import {
  type Calibrated,
  createRunner,
  type Fidelity,
  type FidelityInputs,
  type HostTensor,
  type LayerSensitivity,
  layerSensitivity,
  type MixedPrecision,
  makePlan,
  mixedPrecision,
  mostSensitiveFirst,
} from '../../engine/index.ts'
import { nodeHost } from '../services/nodePool.ts'
import type { CliContext } from './context.ts'
import { type Cell, short, table } from './text.ts'

/** As an option gives it: as many layers at most, or as many as the agreement needs. */
export type KeepFloat = number | 'auto'

/** What both measurements run on. `word`: what progress is told of. */
export async function fidelityInputs(
  context: CliContext,
  { graph, ranges, options }: Calibrated,
  float: readonly string[],
  photos: readonly HostTensor[],
  threads: number,
): Promise<(word: string) => FidelityInputs> {
  const host = await nodeHost(context.root, threads)
  return (word) => ({
    graph,
    ranges,
    options: { ...options, float: new Set(float) },
    photos,
    start: (made, keep) => createRunner(makePlan(made, { keep }), host),
    signal: context.signal,
    onProgress(done, total) {
      context.progress(`${word}, run: ${done} of ${total}`)
      // Runs alone never leave the thread, and Ctrl-C would wait for the last one.
      return new Promise((resolve) => setImmediate(resolve))
    },
  })
}

export async function sensitivityTable(inputs: FidelityInputs): Promise<LayerSensitivity[]> {
  const layers: LayerSensitivity[] = []
  for await (const layer of layerSensitivity(inputs)) layers.push(layer)
  return layers
}

/** A number of layers alone is a bound; with an agreement, or with "auto", the fewest that reach it are looked for. */
export function chooseFloat(
  inputs: (word: string) => FidelityInputs,
  layers: readonly LayerSensitivity[],
  keep: KeepFloat,
  agreement: number | undefined,
): Promise<MixedPrecision> {
  const share = agreement ?? (keep === 'auto' ? AGREEMENT : undefined)
  return mixedPrecision(inputs('mixed precision'), layers, {
    ...(share === undefined ? {} : { agreement: share }),
    ...(keep === 'auto' ? {} : { layers: keep }),
  })
}

/** Of photos, that "auto" wants with the float model's top class. */
export const AGREEMENT = 0.99

/** The most sensitive layer first. */
export function sensitivityText(layers: readonly LayerSensitivity[]): string {
  const rows = mostSensitiveFirst(layers).map((l): Cell[] => [l.name, l.op, short(l.weights), sameText(l), decibels(l.outputSnr), decibels(l.ownSnr)])
  return table(['layer alone in 8 bits', 'op', 'weights', 'same top class', 'output, dB', 'own, dB'], rows)
}

/** One line for each step of the choice. */
export function stepsText({ steps }: MixedPrecision): string {
  return steps
    .map(({ float, ...step }, i) => {
      const added = float.slice(steps[i - 1]?.float.length ?? 0)
      return `${float.length} in float${added.length > 0 ? ` (and ${added.join(', ')})` : ''}: ${fidelityText(step)}`
    })
    .join('\n')
}

export function fidelityText(fidelity: Fidelity): string {
  const same = fidelity.agreement === null ? '' : `top class as in float on ${sameText(fidelity)} photos, `
  return `${same}${decibels(fidelity.outputSnr)} dB`
}

const sameText = ({ agreement, photos }: Fidelity): string => (agreement === null ? '' : `${agreement} of ${photos}`)

const decibels = (value: number): string => (value === Number.POSITIVE_INFINITY ? 'no noise' : value.toFixed(1))
