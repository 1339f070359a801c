/** Feature maps as grey images: one scale for all channels of a layer, black to white. */

export interface MapsData {
  readonly channels: number
  readonly height: number
  readonly width: number
  /** [channels, height, width]. */
  readonly values: Float32Array
}

export interface GreyRange {
  readonly low: number
  readonly high: number
}

export interface ChannelFacts {
  readonly mean: number
  readonly max: number
}

/** Enough to know the ends of the scale. */
const SAMPLED = 40_000

/** Ends of the scale: black is 0, or the lowest hundredth where values are negative; white is above all but a two-hundredth. */
export function greyRange({ values }: MapsData): GreyRange {
  const step = Math.max(1, Math.floor(values.length / SAMPLED))
  const sample = new Float32Array(Math.ceil(values.length / step))
  for (let i = 0; i < sample.length; i++) sample[i] = values[i * step] ?? 0
  sample.sort()
  const at = (q: number) => sample[Math.round(q * (sample.length - 1))] ?? 0
  const low = Math.min(0, at(0.01))
  const high = at(0.995)
  return { low, high: high > low ? high : low + 1 }
}

export function channelFacts({ channels, values }: MapsData): ChannelFacts[] {
  const size = values.length / channels
  return Array.from({ length: channels }, (_, c) => {
    let sum = 0
    let max = Number.NEGATIVE_INFINITY
    for (let i = c * size; i < (c + 1) * size; i++) {
      const v = values[i] ?? 0
      sum += v
      if (v > max) max = v
    }
    return { mean: sum / size, max }
  })
}

/** RGBA bytes of all channels, one below the other: width x (channels * height). */
export function greyPixels({ values }: MapsData, { low, high }: GreyRange): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(4 * values.length)
  const scale = 255 / (high - low)
  for (let i = 0, to = 0; i < values.length; i++, to += 4) {
    const grey = Math.min(Math.max(((values[i] ?? 0) - low) * scale, 0), 255)
    out[to] = grey
    out[to + 1] = grey
    out[to + 2] = grey
    out[to + 3] = 255
  }
  return out
}
