/**
 * How channels are distributed over photos, from batch norms alone: behind one, a channel has mean `bias` and deviation
 * |`scale`|, and what a clip (ReLU, ReLU6) leaves of a normal distribution is known. Source: Nagel et al., arXiv:1906.04721,
 * appendix C. True of networks whose running statistics are those of their data; of random weights it says nothing.
 */
import { at } from '../../base/assert.ts'
import { constantOf, type Graph, type Node, type NodeId } from '../../ir/graph.ts'
import { activation } from '../../ops/activation/op.ts'
import { batchNorm } from '../../ops/batchNorm/op.ts'
import { globalPool } from '../../ops/globalPool/op.ts'
import { attrsOf } from '../../ops/op.ts'
import { type CoupledChannels, orderBehind, type Place } from './coupled.ts'

/** Of each channel at its position in a feature map. */
export interface Moments {
  readonly mean: Float64Array
  readonly deviation: Float64Array
  /** Whether the values are still normal: nothing has clipped or averaged them. */
  readonly isNormal: boolean
}

/** What each reader reads, in the order of its input; readers behind something whose distribution is not known are left out. */
export function momentsAt(graph: Graph, { places }: CoupledChannels): Map<NodeId, Moments> {
  const behind = new Map<NodeId, Moments>()
  const read = new Map<NodeId, Moments>()
  const shuffles = new Map(places.map((p) => [p.node.id, p.shuffles]))
  for (const place of places) {
    const { node, kind } = place
    if (kind === 'norm') {
      const moments = normMoments(graph, node)
      if (moments) behind.set(node.id, moments)
      continue
    }
    const before = behind.get(place.after.id)
    if (!before || kind === 'depthwise') continue
    const moments = shuffled(before, place.shuffles.slice(shuffles.get(place.after.id)?.length ?? 0))
    const passed = kind === 'reader' ? undefined : plainMoments(node, moments)
    if (kind === 'reader') read.set(node.id, moments)
    else if (passed) behind.set(node.id, passed)
  }
  return read
}

function shuffled({ mean, deviation, isNormal }: Moments, shuffles: Place['shuffles']): Moments {
  const order = orderBehind(mean.length, shuffles)
  const moved = (values: Float64Array): Float64Array => values.map((_, p) => at(values, at(order, p)))
  return { mean: moved(mean), deviation: moved(deviation), isNormal }
}

/** A channel that never varied has a running variance far below epsilon, and whatever its scale, hardly varies behind the norm. */
function normMoments(graph: Graph, norm: Node): Moments | undefined {
  const [scale, bias, , variance] = norm.inputs.slice(1).map((id) => constantOf(graph, id)?.data)
  if (!scale || !bias || !variance) return undefined
  const { epsilon } = attrsOf(batchNorm, norm.attrs)
  const deviation = Float64Array.from(scale, (s, c) => Math.abs(s) * Math.sqrt((variance[c] ?? 0) / ((variance[c] ?? 0) + epsilon)))
  return { mean: Float64Array.from(bias), deviation, isNormal: true }
}

/** An average over positions varies less than they do; by how much is not known, and taken to be alike for all channels. */
function plainMoments(node: Node, moments: Moments): Moments | undefined {
  if (node.op === 'identity') return moments
  if (node.op === 'flatten' || node.op === 'reshape') return { ...moments, isNormal: false }
  if (node.op === 'globalPool') return attrsOf(globalPool, node.attrs).mode === 'average' ? { ...moments, isNormal: false } : undefined
  if (node.op !== 'activation' || !moments.isNormal) return undefined
  const { function: f } = attrsOf(activation, node.attrs)
  if (f.kind !== 'clip') return undefined
  const clipped = [...moments.mean].map((m, c) =>
    clippedNormal(m, at(moments.deviation, c), f.min ?? Number.NEGATIVE_INFINITY, f.max ?? Number.POSITIVE_INFINITY),
  )
  return { mean: Float64Array.from(clipped, (v) => v.mean), deviation: Float64Array.from(clipped, (v) => v.deviation), isNormal: false }
}

/** Mean and deviation of a normal variable clipped to [low, high]; either end may be infinite. */
export function clippedNormal(mean: number, deviation: number, low: number, high: number): { mean: number; deviation: number } {
  if (!(deviation > 0)) return { mean: Math.min(high, Math.max(low, mean)), deviation: 0 }
  const [a, b] = [(low - mean) / deviation, (high - mean) / deviation]
  const [below, above] = [shareBelow(a), 1 - shareBelow(b)]
  const between = 1 - below - above
  /** Of an end that is never reached, nothing. */
  const end = (value: number, share: number): number => (Number.isFinite(value) ? value * share : 0)
  const first = mean * between + deviation * (density(a) - density(b)) + end(low, below) + end(high, above)
  const tails = end(a, density(a)) - end(b, density(b))
  const second =
    (mean ** 2 + deviation ** 2) * between +
    2 * mean * deviation * (density(a) - density(b)) +
    deviation ** 2 * tails +
    end(low ** 2, below) +
    end(high ** 2, above)
  return { mean: first, deviation: Math.sqrt(Math.max(0, second - first ** 2)) }
}

const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)

/** Share of the standard normal distribution below x, to 1e-7. Source: Abramowitz and Stegun, 7.1.26. */
function shareBelow(x: number): number {
  if (!Number.isFinite(x)) return x > 0 ? 1 : 0
  const z = Math.abs(x) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * z)
  const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-z * z)
  return x > 0 ? 1 - tail / 2 : tail / 2
}
