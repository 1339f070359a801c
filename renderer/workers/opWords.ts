/** Nodes in the field's words: titles for tables, short labels for pictures, facts for the inspector. */
import { type Activation, activationName, type Graph, type Node, type ShuffleSpec, tensorOf } from '../../engine/index.ts'
import type { LayerKind } from './contract/index.ts'

export function pairOf(value: unknown): readonly [number, number] | undefined {
  return Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'number' ? [value[0], value[1]] : undefined
}

export function isDepthwise(graph: Graph, node: Node): boolean {
  const x = node.inputs[0]
  return node.op === 'conv2d' && Number(node.attrs.groups) > 1 && x !== undefined && tensorOf(graph, x).fact.shape[1] === node.attrs.groups
}

/** Null where the node does not multiply and accumulate. */
export function kindOf(graph: Graph, node: Node): LayerKind | null {
  if (node.op === 'linear' || node.op === 'matmul') return 'linear'
  if (node.op === 'convTranspose2d') return 'conv'
  if (node.op !== 'conv2d') return null
  if (isDepthwise(graph, node)) return 'depthwise'
  if (!pairOf(node.attrs.kernel)?.every((k) => k === 1)) return 'conv'
  return Number(node.attrs.groups ?? 1) > 1 ? 'pointwiseGrouped' : 'pointwise'
}

export function isShuffle(node: Node): boolean {
  return node.op === 'channelShuffle'
}

/** The shuffle of a node: its own, or the one fused into its stores. */
export function shuffleOf(node: Node): ShuffleSpec | null {
  if (isShuffle(node)) return { groups: Number(node.attrs.groups), order: node.attrs.order === '(n,g)' ? '(n,g)' : '(g,n)' }
  const fused = node.attrs.shuffle
  if (typeof fused !== 'object' || fused === null || Array.isArray(fused)) return null
  const { groups, order } = fused as { groups?: unknown; order?: unknown }
  return { groups: Number(groups), order: order === '(n,g)' ? '(n,g)' : '(g,n)' }
}

function activationWords(node: Node): string {
  const value = node.op === 'activation' ? node.attrs.function : node.attrs.activation
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'kind' in value ? activationName(value as unknown as Activation) : ''
}

const TITLES: Readonly<Record<string, string>> = {
  batchNorm: 'Batch norm',
  globalPool: 'Global pool',
  channelShuffle: 'Channel shuffle',
  concat: 'Concat',
  linear: 'Fully connected',
  matmul: 'Matrix product',
  softmax: 'Softmax',
  lrn: 'Local response norm',
  boxDecode: 'Box decoding',
  nonMaxSuppression: 'Non-maximum suppression',
  maxRoiPool: 'RoI pool',
  constantOfShape: 'Constant',
}
const LABELS: Readonly<Record<string, string>> = {
  batchNorm: 'BN',
  globalPool: 'GAP',
  channelShuffle: 'Shuffle',
  linear: 'FC',
  softmax: 'softmax',
  lrn: 'LRN',
  boxDecode: 'Boxes',
  nonMaxSuppression: 'NMS',
  maxRoiPool: 'RoI pool',
}

export function opTitle(graph: Graph, node: Node): string {
  const kernel = pairOf(node.attrs.kernel)
  const size = kernel ? `${kernel[0]}×${kernel[1]} ` : ''
  if (node.op === 'conv2d') {
    const groups = Number(node.attrs.groups ?? 1)
    return isDepthwise(graph, node) ? `${size}depthwise conv` : groups > 1 ? `${size}group conv` : `${size}conv`
  }
  if (node.op === 'convTranspose2d') return `${size}transposed conv`
  if (node.op === 'pool2d') return `${size}${node.attrs.mode === 'max' ? 'max' : 'average'} pool`
  if (node.op === 'activation') return activationWords(node) || 'Activation'
  if (node.op === 'binary' || node.op === 'unary' || node.op === 'reduce') {
    const name = String(node.attrs.function ?? node.op)
    return name.charAt(0).toUpperCase() + name.slice(1)
  }
  return TITLES[node.op] ?? node.op.charAt(0).toUpperCase() + node.op.slice(1)
}

export function opLabel(graph: Graph, node: Node): string {
  const kernel = pairOf(node.attrs.kernel)
  const size = kernel ? `${kernel[0]}×${kernel[1]}` : ''
  if (node.op === 'conv2d') return isDepthwise(graph, node) ? `DW ${size}` : Number(node.attrs.groups) > 1 ? `GConv ${size}` : `Conv ${size}`
  if (node.op === 'convTranspose2d') return `TConv ${size}`
  if (node.op === 'pool2d') return `${node.attrs.mode === 'max' ? 'max' : 'avg'} ${size}`
  return LABELS[node.op] ?? opTitle(graph, node)
}

/** Attributes worth reading, as pairs of a key (translated by the page) and a value. */
export function opFacts(node: Node): [string, string][] {
  const facts: [string, string][] = []
  const { attrs } = node
  const kernel = pairOf(attrs.kernel)
  const stride = pairOf(attrs.stride)
  const dilation = pairOf(attrs.dilation)
  if (kernel) facts.push(['kernel', `${kernel[0]} × ${kernel[1]}`])
  if (stride) facts.push(['stride', stride[0] === stride[1] ? String(stride[0]) : stride.join(' × ')])
  if (Array.isArray(attrs.pad) && attrs.pad.some((p) => p !== 0))
    facts.push(['padding', new Set(attrs.pad).size === 1 ? String(attrs.pad[0]) : attrs.pad.join(', ')])
  if (dilation?.some((d) => d !== 1)) facts.push(['dilation', dilation.join(' × ')])
  const activation = activationWords(node)
  if (activation) facts.push(['activation', activation])
  const shuffle = shuffleOf(node)
  if (shuffle) facts.push(['shuffle', `${shuffle.groups} groups, order ${shuffle.order}`])
  if (attrs.residual === true) facts.push(['residual', 'added before the activation'])
  return facts
}
