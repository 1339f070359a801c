/** What `quantize` learns from photos: ranges, means and correlations of a model's tensors, and from these its 8-bit graph. */
import {
  ChannelObserver,
  correctBiases,
  correlationsOf,
  equalise,
  type Graph,
  type HostTensor,
  makePlan,
  NONE,
  Observer,
  observedTensors,
  type Preprocess,
  preprocessImage,
  type QuantizeOptions,
  quantizeGraph,
  type Range,
  type RangeMethod,
  type RunResult,
  type TensorId,
  tensorOf,
} from '../../engine/index.ts'
import { decodeImage } from '../services/images.ts'
import { nodeHost } from '../services/nodePool.ts'
import { spread } from '../services/photoFolders.ts'
import type { CliContext } from './context.ts'
import { withRunner } from './execute.ts'

export interface CalibrationOptions {
  readonly range: RangeMethod
  readonly equalise: boolean
  readonly correct: boolean
  readonly threads: number
}

/** All that a fused model's 8-bit graphs are made from. */
export interface Calibrated {
  /** In float, with its channels equalised where that was asked for. */
  readonly graph: Graph
  readonly ranges: ReadonlyMap<TensorId, Range>
  readonly options: QuantizeOptions
  /** Means that biases are corrected to; absent where they are left. */
  readonly aim: ReadonlyMap<TensorId, Float64Array> | undefined
}

/** Photos over which biases are corrected; each layer looks at all of them. */
const CORRECTED_ON = 50
/** Inputs are kept up to this, and made anew beyond. */
const MOST_KEPT_BYTES = 2 ** 28

/** What a network does on the photos, and the photos themselves as its inputs. */
export class Calibration {
  private readonly kept = new Map<string, HostTensor>()
  private bytes = 0
  /** Those over which biases are corrected. */
  private readonly some: readonly string[]

  constructor(
    private readonly context: CliContext,
    private readonly preprocess: Preprocess,
    private readonly photos: readonly string[],
    private readonly options: CalibrationOptions,
  ) {
    this.some = spread(photos, CORRECTED_ON)
  }

  async calibrate(fused: Graph): Promise<Calibrated> {
    const { range, correct } = this.options
    const keep = observedTensors(fused)
    const look = (graph: Graph, word: string, see: (values: RunResult['kept']) => void, of = this.photos): Promise<void> =>
      this.look(graph, keep, of, (values, done) => {
        this.tell(word)(done, of.length)
        see(values)
      })
    const before = new ChannelObserver()
    if (this.options.equalise) await look(fused, 'channels, photo', (values) => before.see(values))
    const graph = equalise(fused, before.reach)
    const observer = new Observer()
    const channels = new ChannelObserver()
    await look(graph, 'ranges, photo', (values) => {
      observer.reach(values)
      channels.see(values)
    })
    if (range !== 'minmax') await look(graph, 'distributions, photo', (values) => observer.count(values))
    const ranges = observer.ranges(range)
    if (!correct) return { graph, ranges, options: { rounded: new Map() }, aim: undefined }
    const correlations = correlationsOf(graph.nodes, (id) => tensorOf(graph, id).fact.shape)
    const correlate = (values: RunResult['kept']): void => {
      for (const node of graph.nodes) {
        const x = values.get(node.inputs[0] ?? NONE)
        if (x) correlations.get(node.id)?.see(x)
      }
    }
    await look(graph, 'inputs, photo', correlate, this.some)
    const aim = new ChannelObserver()
    await look(graph, 'means, photo', (values) => aim.see(values), this.some)
    return { graph, ranges, options: { means: channels.means(), correlations, rounded: new Map() }, aim: aim.means() }
  }

  /** With the nodes of these names in float. */
  quantized({ graph, ranges, options }: Calibrated, float: readonly string[]): Graph {
    return quantizeGraph(graph, ranges, { ...options, float: new Set(float) })
  }

  /** With biases that make up for what 8 bits change on average, where that was asked for. */
  async corrected(quantized: Graph, { aim }: Calibrated): Promise<Graph> {
    if (!aim) return quantized
    return correctBiases(quantized, {
      means: aim,
      onProgress: this.tell('biases, layer'),
      measure: async (made, id) => {
        const found = new ChannelObserver()
        await this.look(made, [id], this.some, (values) => found.see(values))
        return found.means().get(id) ?? new Float64Array()
      },
    })
  }

  async input(photo: string): Promise<HostTensor> {
    const known = this.kept.get(photo)
    if (known) return known
    const made = preprocessImage(await decodeImage(photo, undefined, this.context.signal), this.preprocess)
    this.bytes += made.data.byteLength
    if (this.bytes < MOST_KEPT_BYTES) this.kept.set(photo, made)
    return made
  }

  private tell(word: string): (done: number, total: number) => void {
    return (done, total) => this.context.progress(`${word}: ${done} of ${total}`)
  }

  private async look(
    graph: Graph,
    keep: readonly TensorId[],
    photos: readonly string[],
    see: (values: RunResult['kept'], done: number) => void,
  ): Promise<void> {
    const { signal, root } = this.context
    await withRunner(await nodeHost(root, this.options.threads), makePlan(graph, { keep }), async (runner) => {
      for (const [i, photo] of photos.entries()) see((await runner.run([await this.input(photo)], { signal, keep })).kept, i + 1)
    })
  }
}
