/** How near a quantized network stays to the float one it was made from, on photos: the same top class, and the noise in its outputs. */
import { throwIfCancelled } from '../../base/cancel.ts'
import type { Graph, TensorId } from '../../ir/graph.ts'
import { type HostTensor, sizeOf } from '../../ir/tensor.ts'
import type { QuantizeOptions } from './quantize.ts'
import type { Range } from './ranges.ts'

/** What can run a graph; a `Runner` of its plan is one. */
export interface GraphRunner {
  run(
    inputs: readonly HostTensor[],
    options?: { readonly keep?: readonly TensorId[]; readonly signal?: AbortSignal },
  ): Promise<{ readonly outputs: readonly HostTensor[]; readonly kept: ReadonlyMap<TensorId, HostTensor> }>
  close(): Promise<void>
}

/** A float network, how it becomes 8-bit, and what both are run on. */
export interface FidelityInputs {
  /** Fused, in float; equalised where the quantized one is to be. */
  readonly graph: Graph
  /** Of the tensors that `observedTensors` names. */
  readonly ranges: ReadonlyMap<TensorId, Range>
  /** As for `quantizeGraph`; nodes that stay in float whatever is found are named here. One `rounded` for several calls saves time. */
  readonly options?: QuantizeOptions
  /** Inputs of the network, f32 [1, C, H, W]. */
  readonly photos: readonly HostTensor[]
  /** Makes a graph ready to run; `keep`: tensors beside its outputs that will be asked for. Each runner is closed after use. */
  readonly start: (graph: Graph, keep: readonly TensorId[]) => Promise<GraphRunner>
  /** Looked at in front of every run, and handed to it. */
  readonly signal?: AbortSignal
  /** Told of every run; may return a promise that is waited for, so that messages get through. */
  readonly onProgress?: (done: number, total: number) => Promise<void> | undefined
}

export interface Fidelity {
  readonly photos: number
  /** Photos on which the largest value of the first output is the float network's; null where that output is not one value per class. */
  readonly agreement: number | null
  /**
   * Signal-to-noise ratio of the network's outputs in dB: 10 log10 of the sum of the float values' squares over that of the
   * differences', over all photos. Infinity where nothing differs, -300 where there is no signal or a value is not finite. A mean relative error e (root of squares) is -20 log10 e.
   */
  readonly outputSnr: number
}

type Run = Awaited<ReturnType<GraphRunner['run']>>

const WHAT = 'Sensitivity of layers'
/** dB of noise alone, and of values that are not finite. */
const LEAST = -300

/** Counts runs towards a total for `onProgress`. */
export function counter({ onProgress }: FidelityInputs, total: number): () => Promise<void> {
  let done = 0
  return async () => {
    done++
    await onProgress?.(done, total)
  }
}

/** Runs a graph on every photo and closes its runner, whatever happens. Throws `cancelled` between two photos. */
export async function runOnPhotos(
  { photos, start, signal }: FidelityInputs,
  graph: Graph,
  keep: readonly TensorId[],
  ran: () => Promise<void>,
  see: (made: Run, photo: number) => void,
): Promise<void> {
  throwIfCancelled(signal, WHAT)
  const runner = await start(graph, keep)
  try {
    for (const [i, photo] of photos.entries()) {
      throwIfCancelled(signal, WHAT)
      see(await runner.run([photo], { keep, ...(signal ? { signal } : {}) }), i)
      await ran()
    }
  } finally {
    await runner.close()
  }
  throwIfCancelled(signal, WHAT)
}

/** Squares of values and of what is missing to them, summed up. */
export class Noise {
  private signal = 0
  private noise = 0

  add(values: ArrayLike<number>, wanted: ArrayLike<number>): void {
    for (let i = 0; i < wanted.length; i++) {
      const [is, should] = [values[i] ?? Number.NaN, wanted[i] ?? 0]
      this.signal += should * should
      this.noise += (is - should) ** 2
    }
  }

  /** Infinity without noise. */
  get decibels(): number {
    if (this.noise === 0) return Number.POSITIVE_INFINITY
    const ratio = 10 * Math.log10(this.signal / this.noise)
    return ratio > LEAST ? ratio : LEAST
  }
}

/** Compares outputs with those of the float network, photo after photo. */
export class Comparison {
  private readonly noise = new Noise()
  private photos = 0
  private same = 0
  private classifies = true

  constructor(private readonly float: readonly (readonly HostTensor[])[]) {}

  see(outputs: readonly HostTensor[], photo: number): void {
    const wanted = this.float[photo] ?? []
    wanted.forEach((should, k) => {
      this.noise.add(outputs[k]?.data ?? [], should.data)
    })
    this.photos++
    const [top, wantedTop] = [topClass(outputs[0]), topClass(wanted[0])]
    if (wantedTop === undefined) this.classifies = false
    else if (top === wantedTop) this.same++
  }

  get result(): Fidelity {
    return { photos: this.photos, agreement: this.classifies && this.photos > 0 ? this.same : null, outputSnr: this.noise.decibels }
  }
}

/** Of equal values the first; undefined where the output is not one value for each of several classes. */
function topClass(output: HostTensor | undefined): number | undefined {
  if (!output) return undefined
  const { shape, data } = output
  const classes = sizeOf(shape)
  if (classes < 2 || Math.max(...shape) !== classes) return undefined
  let best = -1
  for (let i = 0; i < classes; i++) if (best < 0 || (data[i] ?? 0) > (data[best] ?? 0)) best = i
  return best
}

/** Outputs of the float network on each photo. */
export async function floatOutputs(inputs: FidelityInputs, ran: () => Promise<void>): Promise<(readonly HostTensor[])[]> {
  const made: (readonly HostTensor[])[] = []
  await runOnPhotos(inputs, inputs.graph, [], ran, ({ outputs }) => made.push(outputs))
  return made
}

/** How near `quantized` is to the graph of `inputs`: for one with other biases, or of another tool. Throws `cancelled`. */
export async function compareWithFloat(inputs: FidelityInputs, quantized: Graph): Promise<Fidelity> {
  const ran = counter(inputs, 2 * inputs.photos.length)
  const comparison = new Comparison(await floatOutputs(inputs, ran))
  await runOnPhotos(inputs, quantized, [], ran, ({ outputs }, photo) => comparison.see(outputs, photo))
  return comparison.result
}
