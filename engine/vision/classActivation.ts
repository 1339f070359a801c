/** Class activation maps: where on the feature map the evidence for a class lies. Source: Zhou et al. 2016, arXiv:1512.04150. */
import { assert } from '../base/assert.ts'
import { type ScopeError, unsupported } from '../base/errors.ts'
import { constantOf, type Graph, NONE, type Node, producers, type TensorId, tensorOf } from '../ir/graph.ts'
import { asNchw, type HostTensor, hostTensor, sizeOf } from '../ir/tensor.ts'

/** The end of a network that sums up a feature map linearly: global average pooling, then at most a fully connected layer. */
export interface ActivationHead {
  /** The feature map before the pooling, f32 [1, C, h, w]. */
  readonly map: TensorId
  /** Row-major [classes, C]; undefined where channel c of the map is class c. */
  readonly weight: ArrayLike<number> | undefined
  /** [classes]; undefined where there is none. */
  readonly bias: ArrayLike<number> | undefined
  readonly channels: number
  readonly classes: number
}

/** Ops that keep the elements and their order. */
const KEEPING = new Set(['identity', 'flatten', 'reshape', 'squeeze', 'unsqueeze'])

/**
 * Follows the first output back through softmax and reshapes to a fully connected layer (or a 1x1 convolution of one
 * pixel), and from there to a global average pooling. Throws ScopeError `unsupported` where the network does not end so:
 * then no map exists whose mean is the class's score.
 */
export function activationHead(graph: Graph): ActivationHead {
  const producerOf = producers(graph)
  const refuse = (why: string): ScopeError =>
    unsupported(
      `Class map of network "${graph.name}"`,
      why,
      'Occlusion works for any classifier; a class map needs global average pooling and one fully connected layer at the end',
    )
  const back = (id: TensorId): Node => {
    let node = producerOf.get(id)
    while (node && KEEPING.has(node.op)) node = producerOf.get(node.inputs[0] ?? NONE)
    if (!node) throw refuse('its output does not come from a layer')
    return node
  }
  const output = graph.outputs[0] ?? NONE
  let last = back(output)
  if (last.op === 'softmax') last = back(last.inputs[0] ?? NONE)
  const layer = scoringLayer(graph, last)
  const pool = layer ? back(last.inputs[0] ?? NONE) : last
  if (pool.op !== 'globalPool' || pool.attrs.mode !== 'average')
    throw refuse(`before its classes comes "${pool.name}", which is not a global average pooling${layer ? '' : ' or a fully connected layer'}`)
  const map = pool.inputs[0] ?? NONE
  const [batch, channels] = asNchw(tensorOf(graph, map).fact.shape)
  if (batch !== 1) throw refuse(`it takes ${batch} photos at once`)
  if (!layer) return { map, weight: undefined, bias: undefined, channels, classes: channels }
  if (layer.channels !== channels) throw refuse(`"${last.name}" reads ${layer.channels} values where the pooling gives ${channels}`)
  return { map, ...layer }
}

/** The fully connected layer that a node is, with nothing after its sum; undefined where it is something else. */
function scoringLayer(graph: Graph, node: Node): Omit<ActivationHead, 'map'> | undefined {
  const [, w = NONE, b = NONE] = node.inputs
  const weight = constantOf(graph, w)
  const bias = constantOf(graph, b)
  const { activation, groups, residual, shuffle } = node.attrs
  const isPlain = typeof activation === 'object' && activation !== null && 'kind' in activation && activation.kind === 'none'
  if (!isPlain || !weight || (b !== NONE && !bias)) return undefined
  const [rows = 0, columns = 0, ...window] = weight.shape
  const turned = node.op === 'linear' && node.attrs.transposed === true
  const isPixel = node.op === 'conv2d' && groups === 1 && !residual && !shuffle && [...window, ...outputPlane(graph, node)].every((n) => n === 1)
  if (node.op !== 'linear' && !isPixel) return undefined
  const [classes, channels] = turned ? [columns, rows] : [rows, columns]
  return { weight: turned ? transposed(weight.data, rows, columns) : weight.data, bias: bias?.data, channels, classes }
}

function transposed(matrix: ArrayLike<number>, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] ?? 0)
}

function outputPlane(graph: Graph, node: Node): readonly number[] {
  return tensorOf(graph, node.outputs[0] ?? NONE).fact.shape.slice(2)
}

/**
 * The map of one class, f32 [h, w], from the values of `head.map` [1, C, h, w]: at each position the sum of the class's
 * weights times the channels. Its mean plus the class's bias is the class's logit (section 2 of the source).
 */
export function classActivationMap(head: ActivationHead, map: HostTensor, index: number): HostTensor {
  const [, channels, height, width] = asNchw(map.shape)
  assert(channels === head.channels && map.data.length === sizeOf(map.shape), `a map of ${head.channels} channels`)
  assert(Number.isInteger(index) && index >= 0 && index < head.classes, `class ${index} of ${head.classes}`)
  const pixels = height * width
  const sums = new Float64Array(pixels)
  for (let c = 0; c < channels; c++) {
    const weight = head.weight ? (head.weight[index * channels + c] ?? 0) : c === index ? 1 : 0
    if (weight === 0) continue
    for (let p = 0; p < pixels; p++) sums[p] = (sums[p] ?? 0) + weight * (map.data[c * pixels + p] ?? 0)
  }
  return hostTensor([height, width], Float32Array.from(sums))
}
