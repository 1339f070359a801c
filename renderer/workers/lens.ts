/** The group lens: feature maps of one layer on a photo, and the answer with some of its channels zeroed. */
import {
  asNchw,
  badInput,
  channelMask,
  classProbabilities,
  consumers,
  createRunner,
  fuse,
  type Graph,
  type HostTensor,
  makePlan,
  NONE,
  type Node,
  type Runner,
  realValues,
  shuffleSource,
  type TensorId,
  tensorOf,
  withMask,
} from '../../engine/index.ts'
import type { AblationView, CallContext, LensLayer, LensView, Prediction } from './contract/index.ts'
import { runnerHost } from './host.ts'
import { placeOf } from './network.ts'
import { isDepthwise, opTitle, shuffleOf } from './opWords.ts'
import { classesOf, outputOf, photoInput, type Running } from './running.ts'

/** The plan has the mask of one tensor as an input, so that another mask costs one run. */
export interface Lens {
  readonly tensor: TensorId
  readonly threads: number
  readonly made: Promise<Runner>
  input?: HostTensor
  top?: readonly Prediction[]
  /** The first output with nothing zeroed. */
  output?: HostTensor
}

/** Feature maps to look at, in network order: before each shuffle, and after each convolution or join with what follows it alone. */
export function lensLayers(graph: Graph): LensLayer[] {
  const readers = consumers(graph)
  const alone = (id: TensorId): Node | undefined => {
    const list = readers.get(id) ?? []
    return list.length === 1 && !graph.outputs.includes(id) ? list[0] : undefined
  }
  const layers = new Map<TensorId, LensLayer>()
  for (const node of graph.nodes) {
    if (node.op !== 'conv2d' && node.op !== 'concat' && !(node.op === 'binary' && node.attrs.function === 'add')) continue
    let tensor = node.outputs[0] ?? NONE
    const chain = [node]
    let next = alone(tensor)
    while (next && (next.op === 'batchNorm' || next.op === 'activation')) {
      tensor = next.outputs[0] ?? NONE
      chain.push(next)
      next = alone(tensor)
    }
    const { shape, dtype } = tensorOf(graph, tensor).fact
    if (shape.length !== 4 || shape[0] !== 1 || (dtype !== 'f32' && dtype !== 'u8') || tensorOf(graph, tensor).data) continue
    const [, channels, height, width] = asNchw(shape)
    const shuffle = next?.op === 'channelShuffle' ? shuffleOf(next) : null
    const tensors = chain.map((n) => n.outputs[0] ?? NONE)
    if (next && shuffle) chain.push(next)
    // Channels that were stored shuffled no longer lie by group.
    const own = node.op === 'conv2d' && !isDepthwise(graph, node) && !node.attrs.shuffle ? Number(node.attrs.groups ?? 1) : 1
    const { section, item } = placeOf(node)
    layers.set(tensor, {
      tensor,
      name: node.name,
      title: opTitle(graph, node),
      section,
      item,
      channels,
      height,
      width,
      groups: shuffle ? shuffle.groups : own,
      order: shuffle ? shuffleSource(channels, shuffle) : null,
      nodes: chain.map((n) => n.name),
      tensors,
      shuffled: shuffle ? (next?.outputs[0] ?? null) : null,
    })
  }
  return [...layers.values()]
}

/** Throws ScopeError `bad-input` for a tensor that `lensLayers` does not list. */
export async function lensPhoto(
  running: Running,
  photo: Blob,
  name: string,
  threads: number,
  tensor: TensorId,
  context: CallContext,
): Promise<LensView> {
  const layer = lensLayers(running.recognised()).find((l) => l.tensor === tensor)
  if (!layer) throw badInput('Group lens', 'the model has no such layer', 'Choose another layer')
  const { tensor: input } = await photoInput(running, photo, name, context)
  const lens = await lensFor(running, tensor, threads, context)
  const runner = await lens.made
  context.progress({ step: 'running' })
  const mask = channelMask(running.recognised(), tensor, [])
  const { outputs, kept } = await runner.run([input, mask], { signal: context.signal, keep: [tensor] })
  const maps = kept.get(tensor)
  if (!maps) throw badInput('Group lens', `the feature map of "${layer.name}" was not kept`, 'Choose another layer')
  const output = outputOf(running.model, outputs)
  const top = await classesOf(running.model, output)
  // While the maps are looked at, so that the first click is as fast as the others.
  if (!lens.input) setTimeout(() => void runner.warmUp().catch(() => undefined), 0)
  lens.input = input
  lens.top = top
  lens.output = output
  return { layer, maps: realValues(running.recognised(), tensor, maps), top }
}

/** The answer with the channels in `off` zeroed. Throws ScopeError where the lens does not look at `tensor`. */
export async function ablatePhoto(running: Running, tensor: TensorId, off: readonly number[], { signal }: CallContext): Promise<AblationView> {
  const { model, lens } = running
  if (lens?.tensor !== tensor || !lens.input || !lens.top || !lens.output)
    throw badInput('Group lens', 'this layer is no longer at hand', 'Choose the layer again')
  const channels = tensorOf(running.recognised(), tensor).fact.shape[1] ?? 0
  const zeroed = [...new Set(off)].filter((c) => Number.isInteger(c) && c >= 0 && c < channels)
  const start = performance.now()
  const { outputs } = await (await lens.made).run([lens.input, channelMask(running.recognised(), tensor, zeroed)], { signal })
  const output = outputOf(model, outputs)
  const now = lens.top.length > 0 ? classProbabilities(model.graph, output) : []
  return {
    off: zeroed,
    top: await classesOf(model, output),
    watched: lens.top.map(({ index }) => now[index] ?? 0),
    change: changeOf(lens.output, output),
    ms: performance.now() - start,
  }
}

function changeOf(before: HostTensor, after: HostTensor): number {
  let norm = 0
  let change = 0
  for (let i = 0; i < before.data.length; i++) {
    const own = before.data[i] ?? 0
    norm += own ** 2
    change += ((after.data[i] ?? 0) - own) ** 2
  }
  return change === 0 ? 0 : Math.sqrt(change / norm)
}

/** The lens on a tensor; one on another is closed first. */
async function lensFor(running: Running, tensor: TensorId, threads: number, context: CallContext): Promise<Lens> {
  const { lens } = running
  if (lens?.tensor === tensor && lens.threads === threads) return lens
  context.progress({ step: 'planning' })
  const made = (async () => createRunner(makePlan(fuse(withMask(running.recognised(), tensor)), { keep: [tensor] }), await runnerHost(threads)))()
  const next: Lens = { tensor, threads, made }
  running.lens = next
  made.catch(() => {
    if (running.lens === next) delete running.lens
  })
  await closeLens(lens)
  return next
}

export async function closeLens(lens: Lens | undefined): Promise<void> {
  await lens?.made.then((r) => r.close()).catch(() => undefined)
}
