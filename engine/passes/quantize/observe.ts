/**
 * Ranges from what a network does on photos, in two passes over them: first how far values reach, then how often they reach there.
 * A range that leaves out rare, far values makes the steps for all others finer.
 */
import type { TensorId } from '../../ir/graph.ts'
import type { HostTensor, TensorData } from '../../ir/tensor.ts'
import { LARGEST } from '../../ops/quantized.ts'
import { EMPTY, joined, type Range, rangeOf } from './ranges.ts'

/** "minmax": all values. "percentile": all but the outermost 0.01 %. "mse": what gives the least squared error over all values. */
export const RANGE_METHODS = ['minmax', 'percentile', 'mse'] as const
export type RangeMethod = (typeof RANGE_METHODS)[number]

const BINS = 2048
const LEFT_OUT = 1e-4
/** Shares of the full range that "mse" tries. */
const SHARES = Array.from({ length: 36 }, (_, i) => 1 - i / 50)

/** What is known of each channel of feature maps (NCHW), over all photos seen. */
export class ChannelObserver {
  /** Largest magnitude. */
  readonly reach = new Map<TensorId, Float64Array>()
  private readonly sums = new Map<TensorId, Float64Array>()
  private readonly counts = new Map<TensorId, number>()

  see(values: ReadonlyMap<TensorId, HostTensor>): void {
    for (const [id, { shape, data }] of values) {
      const [n = 1, c = 1, h = 1, w = 1] = shape
      const far = channelsIn(this.reach, id, c)
      const sums = channelsIn(this.sums, id, c)
      this.counts.set(id, (this.counts.get(id) ?? 0) + n * h * w)
      for (let plane = 0; plane < n * c; plane++) {
        let [most, sum] = [far[plane % c] ?? 0, 0]
        for (const v of data.subarray(plane * h * w, (plane + 1) * h * w)) {
          sum += v
          most = Math.max(most, Math.abs(v))
        }
        far[plane % c] = most
        sums[plane % c] = (sums[plane % c] ?? 0) + sum
      }
    }
  }

  means(): Map<TensorId, Float64Array> {
    return new Map([...this.sums].map(([id, sums]) => [id, sums.map((s) => s / (this.counts.get(id) ?? 1))]))
  }
}

function channelsIn(map: Map<TensorId, Float64Array>, id: TensorId, channels: number): Float64Array {
  const known = map.get(id) ?? new Float64Array(channels)
  map.set(id, known)
  return known
}

/** Call `reach` for each photo, then `count` for each again, then `ranges`. */
export class Observer {
  private readonly reached = new Map<TensorId, Range>()
  private readonly counts = new Map<TensorId, Float64Array>()

  /** First pass. */
  reach(values: ReadonlyMap<TensorId, HostTensor>): void {
    for (const [id, { data }] of values) this.reached.set(id, joined(this.reached.get(id) ?? EMPTY, rangeOf(data)))
  }

  /** Second pass. */
  count(values: ReadonlyMap<TensorId, HostTensor>): void {
    for (const [id, { data }] of values) {
      const range = this.reached.get(id)
      if (!range || !(range.max > range.min)) continue
      const bins = this.counts.get(id) ?? new Float64Array(BINS)
      this.counts.set(id, bins)
      fill(bins, data, range)
    }
  }

  /** "minmax" needs the first pass alone. */
  ranges(method: RangeMethod): Map<TensorId, Range> {
    if (method === 'minmax') return new Map(this.reached)
    const narrow = method === 'percentile' ? withoutOutermost : withLeastError
    return new Map([...this.reached].map(([id, range]) => [id, narrow(this.counts.get(id), range)]))
  }
}

function fill(bins: Float64Array, data: TensorData, { min, max }: Range): void {
  const perUnit = BINS / (max - min)
  for (const v of data) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor((v - min) * perUnit)))
    bins[bin] = (bins[bin] ?? 0) + 1
  }
}

function withoutOutermost(bins: Float64Array | undefined, range: Range): Range {
  if (!bins) return range
  const most = bins.reduce((a, b) => a + b, 0) * LEFT_OUT
  const width = (range.max - range.min) / BINS
  let [low, high] = [0, BINS]
  for (let sum = bins[0] ?? 0; sum <= most && low < high - 1; sum += bins[low] ?? 0) low++
  for (let sum = bins[BINS - 1] ?? 0; sum <= most && high > low + 1; sum += bins[high - 1] ?? 0) high--
  return { min: range.min + low * width, max: range.min + high * width }
}

function withLeastError(bins: Float64Array | undefined, range: Range): Range {
  if (!bins) return range
  let best = range
  let least = Number.POSITIVE_INFINITY
  for (const share of SHARES) {
    const tried = { min: Math.min(0, range.min) * share, max: Math.max(0, range.max) * share }
    const error = squaredError(bins, range, tried)
    if (error >= least) continue
    least = error
    best = tried
  }
  return best
}

/** Of rounding inside `to` and of cutting off outside of it, over all values. */
function squaredError(bins: Float64Array, { min, max }: Range, to: Range): number {
  const width = (max - min) / BINS
  const step = (to.max - to.min) / LARGEST
  let error = 0
  for (let i = 0; i < BINS; i++) {
    const x = min + (i + 0.5) * width
    const outside = Math.max(0, to.min - x, x - to.max)
    error += (bins[i] ?? 0) * (outside > 0 ? outside * outside : (step * step) / 12)
  }
  return error
}
