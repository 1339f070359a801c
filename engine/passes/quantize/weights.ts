/** Bounds of 8-bit weights and their biases, and how weights are laid for them. */
import { type HostTensor, hostTensor } from '../../ir/tensor.ts'
import { LARGEST } from '../../ops/quantized.ts'

/** Largest magnitude of an 8-bit weight: symmetric, so that no pair of products overflows where hardware adds pairs in 16 bits. */
export const LARGEST_WEIGHT = 127
/** Sums of products, and a residual that joins them, stay below 2^31 whatever the bias: channels that are all but dead could have a huge one. */
export const LARGEST_BIAS = 2 ** 30 - 2 ** 23
/**
 * Weights have steps no finer than make a bias so many of them. Beside one of more, products hardly count, and files that hold it
 * as f32, times a scale, would not give it back.
 */
export const EXACT_BIAS = 2 ** 21
/** As many products as stay below that, whatever the input. */
export const MOST_PRODUCTS = Math.floor(2 ** 30 / (LARGEST * LARGEST_WEIGHT))

/** [K, O] -> [O, K]. */
export function turned({ shape, data }: HostTensor): HostTensor {
  const [k = 0, o = 0] = shape
  return hostTensor(
    [o, k],
    Float32Array.from({ length: k * o }, (_, i) => data[(i % k) * o + Math.floor(i / k)] ?? 0),
  )
}
