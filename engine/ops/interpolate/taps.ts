/** Which input positions make an output position, and how much each counts. Source: ONNX operator specification, Resize. */
import { z } from 'zod'

export const COORDINATES = [
  'asymmetric',
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'tf_half_pixel_for_nn',
  'align_corners',
] as const
export const ROUNDINGS = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const

export const samplingSchema = z.object({
  mode: z.enum(['nearest', 'linear', 'cubic']),
  /** How an output position is taken back to the input. */
  coordinates: z.enum(COORDINATES).default('half_pixel'),
  /** Nearest: which neighbour a position between two takes. */
  rounding: z.enum(ROUNDINGS).default('round_prefer_floor'),
  /** Cubic: the coefficient of the kernel. */
  cubic: z.number().default(-0.75),
  /** Cubic, linear: positions outside the input count nothing, in place of the value at the border. */
  excludeOutside: z.boolean().default(false),
})
export type Sampling = z.infer<typeof samplingSchema>

/** `count` positions of the input, and their weights, for each position of the output. */
export interface Taps {
  readonly count: number
  readonly index: Int32Array
  readonly weight: Float32Array
}

/** `scale`: output positions for one of the input, as the model says it, which need not be output / input. */
export function tapsOf(sampling: Sampling, input: number, output: number, scale: number): Taps {
  const count = { nearest: 1, linear: 2, cubic: 4 }[sampling.mode]
  const index = new Int32Array(output * count)
  const weight = new Float32Array(output * count)
  for (let x = 0; x < output; x++) {
    const at = sourceOf(sampling.coordinates, x, input, output, scale)
    if (sampling.mode === 'nearest') {
      index[x] = clamp(ROUND[sampling.rounding](at), input)
      weight[x] = 1
      continue
    }
    const first = Math.floor(at) - (count === 4 ? 1 : 0)
    const weights = count === 4 ? cubicWeights(at - Math.floor(at), sampling.cubic) : [1 - (at - first), at - first]
    const inside = weights.map((w, i) => (sampling.excludeOutside && (first + i < 0 || first + i >= input) ? 0 : w))
    const sum = sampling.excludeOutside ? inside.reduce((a, b) => a + b, 0) : 1
    inside.forEach((w, i) => {
      index[x * count + i] = clamp(first + i, input)
      weight[x * count + i] = w / sum
    })
  }
  return { count, index, weight }
}

const clamp = (i: number, size: number): number => Math.min(Math.max(i, 0), size - 1)

export const ROUND: Readonly<Record<Sampling['rounding'], (x: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
}

/** The position in the input, between two whole ones, of output position `x`. */
export function sourceOf(coordinates: Sampling['coordinates'], x: number, input: number, output: number, scale: number): number {
  switch (coordinates) {
    case 'asymmetric':
      return x / scale
    case 'half_pixel':
      return (x + 0.5) / scale - 0.5
    case 'half_pixel_symmetric': {
      const adjustment = output / (input * scale)
      return (input / 2) * (1 - adjustment) + (x + 0.5) / scale - 0.5
    }
    case 'pytorch_half_pixel':
      return output > 1 ? (x + 0.5) / scale - 0.5 : 0
    case 'tf_half_pixel_for_nn':
      return (x + 0.5) / scale
    case 'align_corners': {
      // ONNX's reference takes the length before it is cut down to a whole number.
      const length = input * scale
      return length === 1 ? 0 : (x * (input - 1)) / (length - 1)
    }
  }
}

/** Weights of the four neighbours of a position `t` beyond the second. Source: Keys 1981. */
function cubicWeights(t: number, a: number): number[] {
  const near = (d: number): number => ((a + 2) * d - (a + 3)) * d * d + 1
  const far = (d: number): number => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
  return [far(t + 1), near(t), near(1 - t), far(2 - t)]
}
