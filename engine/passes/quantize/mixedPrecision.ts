/**
 * Which layers stay in float while the others compute in 8 bits: greedy, with the whole mixed network measured at every step, as
 * the errors of layers do not add up. Source: after Pandey et al., arXiv:2302.05397, from the 8-bit end and with
 * several layers tried at each step.
 */
import { unsupported } from '../../base/errors.ts'
import type { HostTensor } from '../../ir/tensor.ts'
import { Comparison, counter, type Fidelity, type FidelityInputs, floatOutputs, runOnPhotos } from './fidelity.ts'
import { quantizeGraph } from './quantize.ts'
import { type LayerSensitivity, mostSensitiveFirst } from './sensitivity.ts'

export interface MixedTarget {
  /** Share of the photos, 0 to 1, that must have the float network's top class. */
  readonly agreement?: number
  /** Layers that may stay in float, at most. */
  readonly layers?: number
}

/** A network with some layers in float. */
export interface MixedStep extends Fidelity {
  /** Names of the layers in float, in the order in which they were chosen, without those of `FidelityInputs.options`. */
  readonly float: readonly string[]
}

export interface MixedPrecision extends MixedStep {
  /** Whether the agreement asked for is there; true where none was. */
  readonly reached: boolean
  /** From everything in 8 bits to what was chosen, with more in float at each. */
  readonly steps: readonly MixedStep[]
}

export interface MixedOptions {
  /** Layers tried at each step, the most sensitive first; all others too where none of these helps. Default 8. */
  readonly candidates?: number
  readonly onStep?: (step: MixedStep) => void
}

const CANDIDATES = 8
/** How many of the most sensitive are tried together. */
const TOGETHER = [2, 3]

/**
 * Takes layers to float, step by step: of the most sensitive ones each by itself, and the first two and three together (one makes
 * what the other reads, and a tensor with far values costs both), those that bring the most dB in the network's output for each
 * layer. Not the most agreement: on few photos that follows chance, and it only says when to stop. Ends where the target is met, or
 * nothing makes it better. `table`: of `layerSensitivity` with the same inputs. `onProgress` counts the runs of a step's candidates.
 * Throws `cancelled`; `unsupported` where agreement is asked of a network without classes.
 */
export async function mixedPrecision(
  inputs: FidelityInputs,
  table: readonly LayerSensitivity[],
  target: MixedTarget,
  { candidates = CANDIDATES, onStep }: MixedOptions = {},
): Promise<MixedPrecision> {
  const search = new Search(inputs, await floatOutputs(inputs, counter(inputs, inputs.photos.length)))
  const order = mostSensitiveFirst(table).map((l) => l.name)
  let [now] = await search.measure([[]])
  const steps: MixedStep[] = []
  while (now) {
    steps.push(now)
    onStep?.(now)
    if (isReached(now, target) || now.float.length >= (target.layers ?? order.length)) break
    now = await search.next(now, order, Math.max(1, candidates), target.layers ?? order.length)
  }
  const last = steps.at(-1) ?? { float: [], photos: 0, agreement: null, outputSnr: Number.POSITIVE_INFINITY }
  return { ...last, reached: target.agreement === undefined || isReached(last, target), steps }
}

/** Never without an agreement to reach: the number of layers then decides. */
function isReached({ agreement, photos }: Fidelity, target: MixedTarget): boolean {
  if (target.agreement === undefined) return false
  if (agreement === null)
    throw unsupported('Network', 'its first output is not one value per class, so that there is no agreement', 'Give a number of layers instead')
  // 0.95 of 20 photos is 19, however the product is rounded.
  return agreement >= target.agreement * photos - 1e-9
}

class Search {
  private readonly rounded

  constructor(
    private readonly inputs: FidelityInputs,
    private readonly float: readonly (readonly HostTensor[])[],
  ) {
    this.rounded = inputs.options?.rounded ?? new Map()
  }

  /** The best network with more layers in float, at most `most`, if it is better. */
  async next(now: MixedStep, order: readonly string[], candidates: number, most: number): Promise<MixedStep | undefined> {
    const left = order.filter((name) => !now.float.includes(name))
    const alone = left.map((name) => [name])
    const together = TOGETHER.filter((n) => n <= left.length && n <= most - now.float.length).map((n) => left.slice(0, n))
    for (const sets of [[...alone.slice(0, candidates), ...together], alone.slice(candidates)]) {
      const tried = await this.measure(sets.map((names) => [...now.float, ...names]))
      let best: MixedStep | undefined
      for (const step of tried) if (gain(step, now) > (best ? gain(best, now) : 0)) best = step
      if (best) return best
    }
    return undefined
  }

  /** Networks with the layers of each set in float. */
  async measure(sets: readonly (readonly string[])[]): Promise<MixedStep[]> {
    const { inputs, rounded } = this
    const { graph, ranges, options = {}, photos } = inputs
    const ran = counter(inputs, sets.length * photos.length)
    const steps: MixedStep[] = []
    for (const float of sets) {
      const quantized = quantizeGraph(graph, ranges, { ...options, rounded, float: new Set([...(options.float ?? []), ...float]) })
      const comparison = new Comparison(this.float)
      await runOnPhotos(inputs, quantized, [], ran, ({ outputs }, photo) => comparison.see(outputs, photo))
      steps.push({ float, ...comparison.result })
    }
    return steps
  }
}

/** dB that `step` has more than `now`, for each layer that it takes to float beyond it. */
function gain(step: MixedStep, now: MixedStep): number {
  return step.outputSnr > now.outputSnr ? (step.outputSnr - now.outputSnr) / (step.float.length - now.float.length) : 0
}
