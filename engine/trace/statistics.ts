/** Statistics of latency samples that assume nothing about their distribution. */
import { quantile } from './trace.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

const RESAMPLES = 2000

/**
 * 95 % confidence interval of the median by the percentile bootstrap (Efron 1979). The resampling is seeded, so that the
 * same samples give the same interval. Both ends are NaN for no samples.
 */
export function medianInterval(samples: readonly number[], resamples = RESAMPLES): Interval {
  if (samples.length === 0) return { low: Number.NaN, high: Number.NaN }
  const sorted = Float64Array.from(samples).sort()
  const n = sorted.length
  const random = generator(n)
  const medians = new Float64Array(resamples)
  const counts = new Uint32Array(n)
  for (let r = 0; r < resamples; r++) {
    counts.fill(0)
    for (let i = 0; i < n; i++) {
      const k = Math.floor(random() * n)
      counts[k] = (counts[k] ?? 0) + 1
    }
    medians[r] = medianOfCounts(sorted, counts)
  }
  return { low: quantile(Array.from(medians), 0.025), high: quantile(Array.from(medians), 0.975) }
}

/** Median of a resample given by how often it holds each sorted sample: no sorting per resample. */
function medianOfCounts(sorted: Float64Array, counts: Uint32Array): number {
  const n = sorted.length
  const [lowRank, highRank] = [Math.floor((n - 1) / 2), Math.floor(n / 2)]
  let seen = 0
  let low = Number.NaN
  for (let i = 0; i < n; i++) {
    seen += counts[i] ?? 0
    if (Number.isNaN(low) && seen > lowRank) low = sorted[i] ?? Number.NaN
    if (seen > highRank) return (low + (sorted[i] ?? Number.NaN)) / 2
  }
  return low
}

/** xorshift32. */
function generator(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}

/** Standard deviation over mean; 0 for fewer than two samples. */
export function variation(samples: readonly number[]): number {
  if (samples.length < 2) return 0
  const mean = samples.reduce((a, b) => a + b, 0) / samples.length
  const square = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (samples.length - 1)
  return mean > 0 ? Math.sqrt(square) / mean : 0
}
