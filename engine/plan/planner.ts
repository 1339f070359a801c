/** Turns a fused graph into a plan: places tensors, lowers every node, lays out the arena. */
import { assert } from '../base/assert.ts'
import { type ScopeError, unsupported } from '../base/errors.ts'
import { type Graph, NONE, type Node, type TensorId, tensorOf } from '../ir/graph.ts'
import { asNchw, type HostTensor, sizeOf } from '../ir/tensor.ts'
import { factsOf } from '../ops/facts.ts'
import type { Kernel } from '../ops/kernels.ts'
import type { Arg, Bands, LowerContext, Ref, View } from '../ops/op.ts'
import { opOf } from '../ops/registry.ts'
import { type ArenaLayout, type Buffer, layoutArena, lowerBound } from './arena.ts'
import { findChains, type StepAccess } from './chains.ts'
import { orderChannels } from './channelOrder.ts'
import { type Placements, placeTensors } from './placement.ts'
import type { Plan, PlanArg, PlanStep, PlanTensor } from './plan.ts'
import { WeightStore } from './weights.ts'

export interface PlanOptions {
  /** Tensors whose values will be read after a run; they keep their memory to the end. */
  readonly keep?: readonly TensorId[]
}

/** Kernels read four channels of 8 bits at a time, beyond a group's last ones too; what they find there they multiply by 0. */
const BYTE_SLACK = 16

/** Of the arena, for the sake of threads that need not wait. */
const MOST_GROWTH = 1.02

interface Draft {
  readonly kernel: Kernel
  readonly units: number
  readonly args: readonly Arg[]
  readonly node: Node
  readonly bands: Bands | undefined
  readonly macs: number
  readonly bytes: number
}

/** Throws ScopeError `unsupported`, with the node's name, where the graph holds something that has no kernel. */
export function makePlan(graph: Graph, options: PlanOptions = {}): Plan {
  const kept = (options.keep ?? []).filter((id) => !tensorOf(graph, id).data)
  const ordered = orderChannels(graph, kept)
  const lowering = new Lowering(ordered, placeTensors(ordered, kept))
  for (const node of ordered.nodes) lowering.lower(node)
  return lowering.finish(kept)
}

/**
 * Bytes of the arena of a graph's plan, without making the weights that the plan would hold; `fuseStructure` gives all of the graph
 * that is needed. Throws as `makePlan` does.
 */
export function planArenaBytes(graph: Graph): number {
  const lowering = new Lowering(graph, placeTensors(graph, []), new WeightStore({ forgets: true }))
  for (const node of graph.nodes) lowering.lower(node)
  return lowering.layout([]).arena.bytes
}

class Lowering {
  private readonly drafts: Draft[] = []
  private readonly scratchBytes = new Map<number, number>()
  private nextScratch: number

  constructor(
    private readonly graph: Graph,
    private readonly placements: Placements,
    private readonly store = new WeightStore(),
  ) {
    this.nextScratch = Math.max(-1, ...graph.tensors.keys()) + 1
  }

  lower(node: Node): void {
    if (node.outputs.every((id) => tensorOf(this.graph, id).data)) return
    const op = opOf(node.op)
    const refuse = (why: string): ScopeError =>
      unsupported(`Node "${node.name}" (${op.title})`, why, 'Open the model in stage "recognised" to see what is around it', node.name)
    if (!op.lower) throw refuse('it has no kernel and could not be removed')
    const cost = op.cost(node.attrs, factsOf(this.graph, node))
    let emitted = 0
    const context: LowerContext = {
      fact: (id) => tensorOf(this.graph, id).fact,
      isConstant: (id) => id !== NONE && tensorOf(this.graph, id).data !== undefined,
      constant: (id, role) => {
        const value = this.constant(id)
        if (!value) throw refuse(`its ${role} is computed at run time, which the engine supports for constants only`)
        return value
      },
      view: (id, dtype = 'f32') => this.view(id, dtype, refuse),
      flat: (id, dtype = 'f32') => {
        const { shape } = tensorOf(this.graph, id).fact
        const view = shape.length === 4 ? this.view(id, dtype, refuse) : undefined
        if (view && (view.positions || view.pixelStride !== view.channels)) throw refuse('it needs its input in one piece, which is a slice here')
        return view?.ref ?? this.whole(id, dtype, refuse)
      },
      aliased: (a, b) => this.placements.aliased(a, b),
      weights: (data) => ({ region: 'weights', id: 0, offset: this.store.add(data) }),
      packed: (length, make) => ({ region: 'weights', id: 0, offset: this.store.later(length, make) }),
      scratch: (floats) => {
        const id = this.nextScratch++
        this.scratchBytes.set(id, 4 * floats)
        return { region: 'arena', id, offset: 0 }
      },
      emit: (kernel, units, args, bands) => {
        if (units <= 0) return
        // A node's cost belongs to its first step; the others move data.
        const first = emitted++ === 0
        const macs = first ? cost.convMacs + cost.linearMacs : 0
        this.drafts.push({ kernel, units, args, bands, node, macs, bytes: first ? cost.bytesRead + cost.bytesWritten : 0 })
      },
    }
    op.lower(context, node, node.attrs)
  }

  finish(kept: readonly TensorId[]): Plan {
    const { buffers, follows, arena } = this.layout(kept)
    const resolve = (arg: Arg): PlanArg => {
      if (typeof arg === 'number' || 'f32' in arg) return arg
      if (arg.region === 'weights') return { region: 'weights', offset: arg.offset }
      return { region: 'arena', offset: (arena.offsets.get(arg.id) ?? 0) + arg.offset }
    }
    const steps = this.drafts.map(
      (d, i): PlanStep => ({
        kernel: d.kernel,
        units: d.units,
        args: d.args.map(resolve),
        bands: d.bands?.count ?? 0,
        follows: follows[i] ?? false,
        node: d.node.id,
        sources: d.node.sources,
        macs: d.macs,
        bytes: d.bytes,
      }),
    )
    const describe = (id: TensorId): PlanTensor => this.describe(id, (ref) => (arena.offsets.get(ref.id) ?? 0) + ref.offset)
    return {
      name: this.graph.name,
      steps,
      weights: this.store.bytes(),
      arenaBytes: arena.bytes,
      arenaLowerBound: lowerBound(buffers),
      inputs: this.graph.inputs.map(describe),
      outputs: this.graph.outputs.map(describe),
      kept: kept.map(describe),
    }
  }

  layout(kept: readonly TensorId[]) {
    const buffers: readonly Buffer[] = [...this.lifetimes(kept)].map(([id, s]) => ({ id, bytes: this.bufferBytes(id), ...s }))
    return { buffers, ...this.withChains(buffers) }
  }

  /** Runs of steps without a barrier, unless their longer lives make the buffers fit together worse. */
  private withChains(buffers: readonly Buffer[]): { readonly follows: readonly boolean[]; readonly arena: ArenaLayout } {
    const plain = layoutArena(buffers)
    const chains = findChains(this.drafts.map(stepAccess), buffers)
    const arena = layoutArena(chains.buffers)
    return arena.bytes <= MOST_GROWTH * plain.bytes ? { follows: chains.follows, arena } : { follows: [], arena: plain }
  }

  /** A buffer lives from the first step that touches it to the last; inputs from the start, results to the end. */
  private lifetimes(kept: readonly TensorId[]): Map<number, { from: number; to: number }> {
    const spans = new Map<number, { from: number; to: number }>()
    const touch = (id: number, step: number): void => {
      const span = spans.get(id)
      if (span) span.to = Math.max(span.to, step)
      else spans.set(id, { from: step, to: step })
    }
    for (const id of this.graph.inputs) touch(this.placements.storage(id).root, -1)
    this.drafts.forEach((draft, step) => {
      for (const arg of draft.args) if (typeof arg === 'object' && 'region' in arg && arg.region === 'arena') touch(arg.id, step)
    })
    for (const id of [...this.graph.outputs, ...kept]) if (!tensorOf(this.graph, id).data) touch(this.placements.storage(id).root, this.drafts.length)
    return spans
  }

  private bufferBytes(id: number): number {
    const scratch = this.scratchBytes.get(id)
    if (scratch !== undefined) return scratch
    const { dtype, shape } = tensorOf(this.graph, id).fact
    return dtype === 'u8' ? sizeOf(shape) + BYTE_SLACK : 4 * sizeOf(shape)
  }

  private constant(id: TensorId): HostTensor | undefined {
    const { fact, data } = tensorOf(this.graph, id)
    return data && { dtype: fact.dtype, shape: fact.shape, data }
  }

  private whole(id: TensorId, dtype: 'f32' | 'u8', refuse: (why: string) => ScopeError): Ref {
    const { fact, data } = tensorOf(this.graph, id)
    if (fact.dtype !== dtype || (data && dtype !== 'f32')) throw refuse(`it computes with ${fact.dtype} where the engine has a kernel for ${dtype}`)
    if (data) return { region: 'weights', id: 0, offset: this.store.add(Float32Array.from(data)) }
    return { region: 'arena', id: this.placements.storage(id).root, offset: 0 }
  }

  /** NHWC view; a constant feature map is laid out NHWC on the spot. */
  private view(id: TensorId, dtype: 'f32' | 'u8', refuse: (why: string) => ScopeError): View {
    const { fact, data } = tensorOf(this.graph, id)
    if (fact.shape.length !== 4 && fact.shape.length !== 2) throw refuse(`it needs a feature map where it has shape [${fact.shape.join(', ')}]`)
    const [batch, channels, height, width] = asNchw(fact.shape)
    const bytes = dtype === 'f32' ? 4 : 1
    const shape = { batch, height, width, channels, bytes } as const
    if (data && dtype === 'f32')
      return { ref: { region: 'weights', id: 0, offset: this.store.add(toNhwc(Float32Array.from(data), shape)) }, ...shape, pixelStride: channels }
    const ref = this.whole(id, dtype, refuse)
    const { root, channels: inRoot } = this.placements.storage(id)
    if (this.placements.planar(id)) return { ref, ...shape, pixelStride: 1, planar: true }
    if (!inRoot) return { ref, ...shape, pixelStride: channels }
    const pixelStride = tensorOf(this.graph, root).fact.shape[1] ?? channels
    const first = inRoot[0] ?? 0
    if (inRoot.every((c, k) => c === first + k)) return { ref: { ...ref, offset: ref.offset + bytes * first }, ...shape, pixelStride }
    return { ref, ...shape, pixelStride, positions: inRoot }
  }

  private describe(id: TensorId, address: (ref: Ref) => number): PlanTensor {
    const { name, fact, data } = tensorOf(this.graph, id)
    if (data) return { id, name, shape: fact.shape, offset: 0, pixelStride: 0, value: data }
    const refuse = (why: string): ScopeError => unsupported(`Tensor "${name}"`, why, 'Only f32 and 8-bit feature maps can be read and written', name)
    if (fact.shape.length !== 4) return { id, name, shape: fact.shape, offset: address(this.whole(id, 'f32', refuse)), pixelStride: 0 }
    const view = this.view(id, fact.dtype === 'u8' ? 'u8' : 'f32', refuse)
    assert(!view.positions, `"${name}" is read from outside and must lie in one piece`)
    return {
      id,
      name,
      shape: fact.shape,
      offset: address(view.ref),
      pixelStride: view.planar ? 0 : view.pixelStride,
      ...(view.bytes === 1 ? { dtype: 'u8' } : {}),
    }
  }
}

function stepAccess({ args, bands }: Draft): StepAccess {
  const refs = args.filter((arg): arg is Ref => typeof arg === 'object' && 'region' in arg && arg.region === 'arena')
  const ids = (of: readonly Ref[]): number[] => [...new Set(of.map((ref) => ref.id))]
  return {
    buffers: ids(refs),
    reads: ids(refs.filter((ref) => ref !== bands?.map.ref)),
    bands: bands && { rows: bands.map.batch * bands.map.height, own: bands.own, writes: bands.map.ref.id },
  }
}

function toNhwc(data: Float32Array, s: { batch: number; height: number; width: number; channels: number }): Float32Array {
  const out = new Float32Array(data.length)
  const pixels = s.height * s.width
  for (let b = 0; b < s.batch; b++)
    for (let c = 0; c < s.channels; c++)
      for (let p = 0; p < pixels; p++) out[(b * pixels + p) * s.channels + c] = data[(b * s.channels + c) * pixels + p] ?? 0
  return out
}
