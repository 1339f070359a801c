/** Mixing by weights: how much of each output group's squared weight mass comes from each input group of a unit. */
import { constantOf, type Graph, type Node, type TensorId, tensorOf } from '../ir/graph.ts'
import { channelsOf } from '../ops/shared.ts'
import type { ChannelGraph, ChannelLink } from './links.ts'
import type { FlowUnit } from './units.ts'

/** Row = output group, column = input group; each row sums to 1, or to 0 where nothing comes through. */
export type GroupMatrix = readonly (readonly number[])[]

/** Mass of every channel by input group: row-major [channels, groups]. */
type Mass = Float64Array

/**
 * Squared weight mass that goes from each input group of a unit to each output group, by `groups` equal runs of positions.
 * Every channel of input group j starts with mass 1 in column j, and mass is carried along the links of `graph`:
 * a convolution or fully connected layer multiplies it by the squared weights, summed over the window
 * (out[o] = sum over i of |w[o, i]|^2 * in[i]); batch norm by scale^2 / (variance + epsilon); a product with a constant
 * by its square; sums add it up (the shortcut counts with weight 1). Shuffles, splits and concatenations move it, activations and pools pass
 * it on unchanged, any other op averages over the channels it sees. This is the variance of the output where input channels are independent with
 * variance 1 and activations are the identity; rows are then divided by their sum.
 */
export function groupMass(graph: Graph, links: ChannelGraph, unit: FlowUnit, groups: number): GroupMatrix {
  const size = links.channels.get(unit.input) ?? 0
  const start = new Float64Array(size * groups)
  for (let c = 0; c < size; c++) start[c * groups + Math.floor((c * groups) / size)] = 1
  const mass = new Map<TensorId, Mass>([[unit.input, start]])
  const inside = new Set(unit.nodes.map((n) => n.id))
  for (const link of links.links) {
    const from = inside.has(link.node.id) ? mass.get(link.from) : undefined
    if (!from) continue
    const channels = links.channels.get(link.to) ?? 0
    const sum = mass.get(link.to) ?? new Float64Array(channels * groups)
    carry(graph, link, from, sum, groups)
    mass.set(link.to, sum)
  }
  const out = mass.get(unit.output) ?? new Float64Array(0)
  const channels = out.length / groups
  const matrix = Array.from({ length: groups }, () => new Array<number>(groups).fill(0))
  for (let c = 0; c < channels; c++) {
    const row = matrix[Math.floor((c * groups) / channels)]
    for (let j = 0; j < groups; j++) if (row) row[j] = (row[j] ?? 0) + (out[c * groups + j] ?? 0)
  }
  return matrix.map((row) => {
    const total = row.reduce((a, b) => a + b, 0)
    return total > 0 ? row.map((v) => v / total) : row
  })
}

/** Share of the mass that reaches an output group from other input groups, mean over output groups: 0 where groups keep apart, 1 - 1/g where all are even. */
export function crossingShare(matrix: GroupMatrix): number {
  const rows = matrix.filter((row) => row.some((v) => v > 0))
  if (rows.length === 0) return 0
  return matrix.reduce((sum, row, g) => sum + (row.some((v) => v > 0) ? 1 - (row[g] ?? 0) : 0), 0) / rows.length
}

function carry(graph: Graph, { node, from: source, flow }: ChannelLink, from: Mass, sum: Mass, groups: number): void {
  if (flow.kind === 'map') {
    const gain = gainOf(graph, node, source, flow.source.length)
    for (let c = 0; c < flow.source.length; c++) {
      const s = flow.source[c] ?? -1
      if (s >= 0) addRow(sum, c, from, s, gain(c), groups)
    }
    return
  }
  const weight = weightOf(graph, node, source)
  for (const { out, in: into } of flow.runs) {
    const count = into[1] - into[0]
    for (let o = out[0]; o < out[1]; o++)
      for (let i = 0; i < count; i++) addRow(sum, o, from, into[0] + i, weight?.(o, i, count) ?? 1 / count, groups)
  }
}

function addRow(to: Mass, row: number, from: Mass, source: number, gain: number, groups: number): void {
  for (let j = 0; j < groups; j++) to[row * groups + j] = (to[row * groups + j] ?? 0) + gain * (from[source * groups + j] ?? 0)
}

/** Squared weights [output channel, input channel of its group], summed over the window. Undefined for ops without weights. */
function weightOf(graph: Graph, node: Node, source: TensorId): ((o: number, i: number, count: number) => number) | undefined {
  if ((node.op !== 'conv2d' && node.op !== 'linear') || source !== node.inputs[0]) return undefined
  const value = constantOf(graph, node.inputs[1] ?? -1)
  if (!value) return undefined
  const [rows = 0, columns = 0, ...window] = value.shape
  const area = window.reduce((a, b) => a * b, 1)
  const turned = node.op === 'linear' && node.attrs.transposed === true
  const squares = new Float64Array(rows * columns)
  for (let k = 0; k < squares.length; k++) for (let p = k * area; p < (k + 1) * area; p++) squares[k] = (squares[k] ?? 0) + Number(value.data[p]) ** 2
  return (o, i) => squares[turned ? i * columns + o : o * columns + i] ?? 0
}

/** Factor on the mass of each output channel of an op that keeps channels apart. */
function gainOf(graph: Graph, node: Node, source: TensorId, channels: number): (c: number) => number {
  if (node.op === 'conv2d' && source === node.inputs[0]) {
    const weight = weightOf(graph, node, source)
    return (c) => weight?.(c, 0, 1) ?? 1
  }
  if (node.op === 'batchNorm') {
    const [scale, , , variance] = node.inputs.slice(1).map((id) => constantOf(graph, id)?.data)
    const epsilon = Number(node.attrs.epsilon ?? 0)
    return (c) => Number(scale?.[c] ?? 1) ** 2 / (Number(variance?.[c] ?? 1) + epsilon)
  }
  if (node.op === 'binary' && (node.attrs.function === 'mul' || node.attrs.function === 'div')) {
    const other = node.inputs.find((id) => id !== source)
    const value = other === undefined ? undefined : constantOf(graph, other)
    const perChannel = other !== undefined && value && channelsOf(tensorOf(graph, other).fact) === channels && value.data.length === channels
    if (!value || (!perChannel && value.data.length !== 1)) return () => 1
    const power = node.attrs.function === 'mul' ? 2 : -2
    return (c) => Math.abs(Number(value.data[perChannel ? c : 0] ?? 1)) ** power
  }
  return () => 1
}
