/**
 * How much a channel weighs: how far it varies, times the norm of the weights that read it, with the batch norm behind them
 * folded in. With l2 that is the deviation which the channel alone gives to what its readers make. How far it varies is
 * the scale of the last batch norm that it passes (Liu et al., arXiv:1708.06519, section 3), after an activation what that
 * leaves; the weights before a batch norm say nothing, as it takes their size out again. Without batch norms it is the norm of the
 * weights that make the channel and filter it (Li et al., arXiv:1608.08710, section 3.1).
 */
import { at } from '../../base/assert.ts'
import { constantOf, type Graph, NONE, type Node, type NodeId } from '../../ir/graph.ts'
import { type CoupledChannels, groupsOf, orderBehind } from './coupled.ts'
import { momentsAt } from './moments.ts'
import { factorOf, normsOf } from './weights.ts'

export const NORMS = ['l1', 'l2'] as const
export type Norm = (typeof NORMS)[number]

export interface Importance {
  /** Of each channel, in the order of its maker. */
  readonly scores: Float64Array
  /** Whether they rest on batch norms, so that those of different layers are of one kind. */
  readonly isComparable: boolean
}

export function importanceOf(graph: Graph, all: readonly CoupledChannels[], norm: Norm): Importance[] {
  const norms = normsOf(graph)
  return all.map((coupled) => {
    const { maker, channels, places } = coupled
    const moments = momentsAt(graph, coupled)
    const readers = places.filter((p) => p.kind === 'reader')
    const isComparable = readers.every((p) => moments.has(p.node.id))
    const made = isComparable ? undefined : madeBy(graph, norms, coupled, norm)
    const sums = new Float64Array(channels)
    for (const { node, shuffles } of readers) {
      const weights = new Sums(graph, norms, node, norm).ofColumns(channels)
      const deviation = moments.get(node.id)?.deviation
      orderBehind(channels, shuffles).forEach((c, p) => {
        const size = made ? at(made, c) : (deviation?.[p] ?? 0)
        sums[c] = at(sums, c) + at(weights, p) * size ** powerOf(norm)
      })
    }
    return { scores: sums.map((s) => rootOf(s, norm)), isComparable: isComparable && maker.op === 'conv2d' }
  })
}

const powerOf = (norm: Norm): number => (norm === 'l1' ? 1 : 2)
const rootOf = (sum: number, norm: Norm): number => (norm === 'l1' ? sum : Math.sqrt(sum))

/** Norms of the weights that make each channel and filter it by itself, multiplied. */
function madeBy(graph: Graph, norms: ReadonlyMap<NodeId, Node>, { maker, channels, places }: CoupledChannels, norm: Norm): Float64Array {
  const made = new Sums(graph, norms, maker, norm).ofRows().map((s) => rootOf(s, norm))
  for (const { node, kind, shuffles } of places) {
    if (kind !== 'depthwise') continue
    const taps = new Sums(graph, norms, node, norm).ofRows()
    orderBehind(channels, shuffles).forEach((c, p) => {
      made[c] = at(made, c) * rootOf(at(taps, p), norm)
    })
  }
  return made
}

/** Sums of the magnitudes of a layer's weights, to the power of the norm, with the batch norm behind it folded in. */
class Sums {
  private readonly data: ArrayLike<number>
  private readonly rows: number
  private readonly length: number
  private readonly factor: Float64Array | undefined

  constructor(
    graph: Graph,
    norms: ReadonlyMap<NodeId, Node>,
    private readonly node: Node,
    private readonly norm: Norm,
  ) {
    const weight = constantOf(graph, node.inputs[1] ?? NONE)
    this.data = weight?.data ?? []
    this.rows = weight?.shape[0] ?? 1
    this.length = this.data.length / this.rows
    this.factor = factorOf(graph, norms.get(node.id))
  }

  private term(i: number, row: number): number {
    return Math.abs((this.data[i] ?? 0) * (this.factor?.[row] ?? 1)) ** powerOf(this.norm)
  }

  /** For each output channel. */
  ofRows(): Float64Array {
    const sums = new Float64Array(this.rows)
    for (let i = 0; i < this.data.length; i++) {
      const row = Math.floor(i / this.length)
      sums[row] = at(sums, row) + this.term(i, row)
    }
    return sums
  }

  /** For each of so many input channels, in the order in which they are read. */
  ofColumns(channels: number): Float64Array {
    const sums = new Float64Array(channels)
    const groups = groupsOf(this.node)
    const perGroup = channels / groups
    const each = this.length / perGroup
    for (let i = 0; i < this.data.length; i++) {
      const row = Math.floor(i / this.length)
      const p = Math.floor((row * groups) / this.rows) * perGroup + Math.floor((i % this.length) / each)
      sums[p] = at(sums, p) + this.term(i, row)
    }
    return sums
  }
}
