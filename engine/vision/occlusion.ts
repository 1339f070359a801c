/** Occlusion sensitivity: how far a class's probability falls when a grey square hides a place. Source: Zeiler & Fergus 2013, arXiv:1311.2901, section 4.2. */
import { assert } from '../base/assert.ts'
import { throwIfCancelled } from '../base/cancel.ts'
import { asNchw, type HostTensor, hostTensor } from '../ir/tensor.ts'
import type { Preprocess } from '../model.ts'

export interface OcclusionOptions {
  /** Class indices whose probabilities are followed. */
  readonly classes: readonly number[]
  /** Places along the height and the width. */
  readonly rows: number
  readonly columns: number
  /** Side of the square in pixels of the input. */
  readonly side: number
  /** Value of the square in each channel of the input. */
  readonly fill: readonly number[]
  readonly signal?: AbortSignal
  /** Told of every place; may return a promise that is waited for, so that messages get through. */
  readonly onProgress?: (done: number, total: number) => Promise<void> | undefined
}

export interface Occlusion {
  readonly rows: number
  readonly columns: number
  readonly side: number
  /** Probabilities of the classes with nothing hidden. */
  readonly base: readonly number[]
  /** Per class, row-major [rows, columns]: what its probability loses; negative where it gains. */
  readonly drops: readonly Float32Array[]
}

/** Mid grey (byte 128) in each channel of a network's input. */
export function greyOf({ scale, mean, std }: Preprocess): number[] {
  return mean.map((m, c) => (128 * scale - m) / (std[c] ?? 1))
}

/** Where the square lies along an axis of `size` pixels for place `i` of `count`: centred on the place, cut at the edges. */
export function squareSpan(i: number, count: number, size: number, side: number): [number, number] {
  const start = Math.round(((i + 0.5) * size) / count - side / 2)
  return [Math.max(0, start), Math.min(size, start + side)]
}

/**
 * Runs the network once for each place: `probabilities` gives [classes] for an input f32 [1, C, H, W], and must not keep
 * the input. Throws `cancelled` between two places.
 */
export async function occlusionSensitivity(
  input: HostTensor,
  probabilities: (input: HostTensor) => Promise<ArrayLike<number>>,
  options: OcclusionOptions,
): Promise<Occlusion> {
  const { classes, rows, columns, side, fill, signal, onProgress } = options
  const [batch, channels, height, width] = asNchw(input.shape)
  assert(batch === 1 && fill.length >= channels && rows > 0 && columns > 0 && side > 0, 'occlusion of one photo')
  const of = async (tensor: HostTensor): Promise<number[]> => {
    const all = await probabilities(tensor)
    return classes.map((c) => all[c] ?? 0)
  }
  const base = await of(input)
  const drops = classes.map(() => new Float32Array(rows * columns))
  const total = rows * columns
  for (let place = 0; place < total; place++) {
    throwIfCancelled(signal, 'Occlusion')
    const [top, bottom] = squareSpan(Math.floor(place / columns), rows, height, side)
    const [left, right] = squareSpan(place % columns, columns, width, side)
    const data = Float32Array.from(input.data)
    for (let c = 0; c < channels; c++)
      for (let y = top; y < bottom; y++) data.fill(fill[c] ?? 0, (c * height + y) * width + left, (c * height + y) * width + right)
    const seen = await of(hostTensor(input.shape, data))
    drops.forEach((drop, k) => {
      drop[place] = (base[k] ?? 0) - (seen[k] ?? 0)
    })
    await onProgress?.(place + 1, total)
  }
  return { rows, columns, side, base, drops }
}
