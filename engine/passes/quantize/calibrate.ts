/** From a fused float graph and photos to the same network in 8 bits: every pass over the photos, in the order of docs/int8.md. */
import { spread } from '../../base/spread.ts'
import { type Graph, NONE, type TensorId, tensorOf } from '../../ir/graph.ts'
import type { HostTensor } from '../../ir/tensor.ts'
import { correctBiases } from './correct.ts'
import { correlationsOf } from './correlation.ts'
import { equalise } from './equalise.ts'
import { ChannelObserver, Observer, type RangeMethod } from './observe.ts'
import { observedTensors, quantizeGraph } from './quantize.ts'

/** Photos over which biases are corrected; each layer looks at all of them. */
const CORRECTED_ON = 50

/** A pass over the photos, or with "biases" over the layers. */
export type CalibrationStep = 'channels' | 'ranges' | 'distributions' | 'inputs' | 'means' | 'biases'

export interface CalibrationOptions {
  /** Number of photos, at least one. */
  readonly photos: number
  readonly range: RangeMethod
  /** Nodes that stay in float, by name. */
  readonly float?: ReadonlySet<string>
  /** Whether channels are made to reach equally far first. Default true. */
  readonly equalise?: boolean
  /** Whether weights are rounded by what the photos put in, and biases corrected. Default true. */
  readonly correct?: boolean
  /** Runs `graph` on photos, named by their position, and calls `see` after each with the values of the tensors in `keep`. */
  look(graph: Graph, keep: readonly TensorId[], photos: readonly number[], see: (values: ReadonlyMap<TensorId, HostTensor>) => void): Promise<void>
  onProgress?(step: CalibrationStep, done: number, total: number): void
}

export interface Calibrated {
  readonly graph: Graph
  /**
   * What a channel's values must be multiplied by to be those of the float graph that was given, where equalisation made
   * them smaller: by tensor, one factor per channel.
   */
  readonly factors: ReadonlyMap<TensorId, Float64Array>
}

/** Throws what `look` throws. */
export async function calibrate(fused: Graph, options: CalibrationOptions): Promise<Calibrated> {
  const { onProgress } = options
  const all = Array.from({ length: options.photos }, (_, i) => i)
  const some = spread(all, CORRECTED_ON)
  const keep = observedTensors(fused)
  const look = async (of: Graph, step: CalibrationStep, see: (values: ReadonlyMap<TensorId, HostTensor>) => void, photos = all): Promise<void> => {
    let done = 0
    await options.look(of, keep, photos, (values) => {
      onProgress?.(step, ++done, photos.length)
      see(values)
    })
  }
  const before = new ChannelObserver()
  if (options.equalise !== false) await look(fused, 'channels', (values) => before.see(values))
  const graph = equalise(fused, before.reach)
  const observer = new Observer()
  const channels = new ChannelObserver()
  await look(graph, 'ranges', (values) => {
    observer.reach(values)
    channels.see(values)
  })
  const factors = factorsOf(before.reach, channels.reach)
  if (options.range !== 'minmax') await look(graph, 'distributions', (values) => observer.count(values))
  const ranges = observer.ranges(options.range)
  const float = options.float ?? new Set()
  if (options.correct === false) return { graph: quantizeGraph(graph, ranges, { float }), factors }
  const correlations = correlationsOf(graph.nodes, (id) => tensorOf(graph, id).fact.shape)
  const seeInputs = (values: ReadonlyMap<TensorId, HostTensor>): void => {
    for (const node of graph.nodes) {
      const x = values.get(node.inputs[0] ?? NONE)
      if (x) correlations.get(node.id)?.see(x)
    }
  }
  await look(graph, 'inputs', seeInputs, some)
  const aim = new ChannelObserver()
  await look(graph, 'means', (values) => aim.see(values), some)
  const corrected = await correctBiases(quantizeGraph(graph, ranges, { float, means: channels.means(), correlations }), {
    means: aim.means(),
    onProgress: (done, total) => onProgress?.('biases', done, total),
    measure: async (made, id) => {
      const found = new ChannelObserver()
      await options.look(made, [id], some, (values) => found.see(values))
      return found.means().get(id) ?? new Float64Array()
    },
  })
  return { graph: corrected, factors }
}

/** Equalisation divides a channel by one positive number, so that its farthest value tells it. */
function factorsOf(before: ReadonlyMap<TensorId, Float64Array>, after: ReadonlyMap<TensorId, Float64Array>): Map<TensorId, Float64Array> {
  const factors = new Map<TensorId, Float64Array>()
  for (const [id, far] of before) {
    const near = after.get(id)
    if (!near) continue
    const of = far.map((f, c) => (f > 0 && (near[c] ?? 0) > 0 ? f / (near[c] ?? 1) : 1))
    // What differs by less is rounding alone.
    if (of.some((f) => Math.abs(f - 1) > 1e-4)) factors.set(id, of)
  }
  return factors
}
