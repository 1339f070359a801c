/** From a fused float graph and photos to the same network in 8 bits: every pass over the photos, in the order of docs/int8.md. */
import { spread } from '../../base/spread.ts'
import { type Graph, NONE, type TensorId, tensorOf } from '../../ir/graph.ts'
import type { HostTensor } from '../../ir/tensor.ts'
import { correctBiases } from './correct.ts'
import { correlationsOf } from './correlation.ts'
import { equalise } from './equalise.ts'
import { ChannelObserver, Observer, type RangeMethod } from './observe.ts'
import { observedTensors, type QuantizeOptions, quantizeGraph } from './quantize.ts'
import type { Range } from './ranges.ts'

/** Photos over which biases are corrected; each layer looks at all of them. */
const CORRECTED_ON = 50

/** A pass over the photos, or with "biases" over the layers. */
export type CalibrationStep = 'channels' | 'ranges' | 'distributions' | 'inputs' | 'means' | 'biases'

/** How a host shows photos to a network. */
export interface Looking {
  /** Number of photos, at least one. */
  readonly photos: number
  /** Runs `graph` on photos, named by their position, and calls `see` after each with the values of the tensors in `keep`. */
  look(graph: Graph, keep: readonly TensorId[], photos: readonly number[], see: (values: ReadonlyMap<TensorId, HostTensor>) => void): Promise<void>
  onProgress?(step: CalibrationStep, done: number, total: number): void
}

export interface CalibrationOptions extends Looking {
  readonly range: RangeMethod
  /** Whether channels are made to reach equally far first. Default true. */
  readonly equalise?: boolean
  /** Whether weights are rounded by what the photos put in, and biases corrected. Default true. */
  readonly correct?: boolean
}

/** All that a fused model's 8-bit graphs are made from. */
export interface Calibrated {
  /** In float, with its channels equalised where that was asked for. */
  readonly graph: Graph
  readonly ranges: ReadonlyMap<TensorId, Range>
  readonly options: QuantizeOptions
  /** Means that biases are corrected to; absent where they are left. */
  readonly aim: ReadonlyMap<TensorId, Float64Array> | undefined
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
  const some = correctedOn(options)
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
  if (options.correct === false) return { graph, ranges, options: { rounded: new Map() }, aim: undefined, factors }
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
  return { graph, ranges, options: { means: channels.means(), correlations, rounded: new Map() }, aim: aim.means(), factors }
}

/** In 8 bits, with the nodes of these names in float. */
export function quantizeCalibrated({ graph, ranges, options }: Calibrated, float: Iterable<string> = []): Graph {
  return quantizeGraph(graph, ranges, { ...options, float: new Set(float) })
}

/** With biases that make up for what 8 bits change on average, where that was asked for. Throws what `look` throws. */
export async function correctCalibrated(quantized: Graph, { aim }: Calibrated, looking: Looking): Promise<Graph> {
  if (!aim) return quantized
  const some = correctedOn(looking)
  return correctBiases(quantized, {
    means: aim,
    onProgress: (done, total) => looking.onProgress?.('biases', done, total),
    measure: async (made, id) => {
      const found = new ChannelObserver()
      await looking.look(made, [id], some, (values) => found.see(values))
      return found.means().get(id) ?? new Float64Array()
    },
  })
}

function correctedOn({ photos }: Looking): number[] {
  return spread(
    Array.from({ length: photos }, (_, i) => i),
    CORRECTED_ON,
  )
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
