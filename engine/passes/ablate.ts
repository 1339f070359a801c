/** Ablation: channels of a chosen tensor are multiplied by a mask, so that what they carry can be taken away. */
import { assert } from '../base/assert.ts'
import { checkGraph } from '../ir/check.ts'
import { type Graph, type Node, type TensorId, tensorOf } from '../ir/graph.ts'
import { fact, type HostTensor, hostTensor } from '../ir/tensor.ts'
import { NO_ACTIVATION } from '../ops/activationFunction.ts'
import { OPS } from '../ops/registry.ts'
import { affineOfTensor } from './quantize/affineOf.ts'

/** A mask [1, C, 1, 1] (or [1, C] for a vector): 0 for each channel in `off`, 1 elsewhere. */
export function channelMask(graph: Graph, tensor: TensorId, off: Iterable<number>): HostTensor {
  const shape = maskShape(graph, tensor)
  const values = new Float32Array(shape[1] ?? 0).fill(1)
  for (const channel of off) {
    assert(Number.isInteger(channel) && channel >= 0 && channel < values.length, `channel ${channel} of ${values.length}`)
    values[channel] = 0
  }
  return hostTensor(shape, values)
}

/** Channels of group `group` of `groups`: groups are runs of equal length. */
export function channelsOfGroup(channels: number, groups: number, group: number): number[] {
  const size = channels / groups
  assert(Number.isInteger(size) && group >= 0 && group < groups, `group ${group} of ${groups} in ${channels} channels`)
  return Array.from({ length: size }, (_, i) => group * size + i)
}

/**
 * The graph with one more input, the mask of `tensor`: whoever reads the tensor reads its product with the mask, and a
 * mask of ones changes no bit. Another mask needs no other plan. The tensor keeps its id and its value. Takes a graph
 * before fusing; the tensor is a feature map f32 [N, C, H, W] or a vector [N, C].
 */
export function withMask(graph: Graph, tensor: TensorId): Graph {
  return masked(graph, tensor, undefined)
}

/** The graph with the channels in `off` zeroed for whoever reads the tensor. */
export function ablate(graph: Graph, tensor: TensorId, off: Iterable<number>): Graph {
  return masked(graph, tensor, channelMask(graph, tensor, off))
}

function maskShape(graph: Graph, tensor: TensorId): number[] {
  const { name, fact: f, data } = tensorOf(graph, tensor)
  assert(
    (f.dtype === 'f32' || f.dtype === 'u8') && (f.shape.length === 4 || f.shape.length === 2) && !data,
    `"${name}" is a feature map that is computed`,
  )
  return f.shape.map((extent, axis) => (axis === 1 ? extent : 1))
}

function masked(graph: Graph, tensor: TensorId, value: HostTensor | undefined): Graph {
  const { name, fact: own } = tensorOf(graph, tensor)
  const shape = maskShape(graph, tensor)
  const mask = Math.max(...graph.tensors.keys()) + 1
  const product = mask + 1
  const tensors = new Map(graph.tensors)
  tensors.set(mask, { id: mask, name: `${name}:mask`, fact: fact(shape), ...(value ? { data: value.data } : {}) })
  tensors.set(product, { id: product, name: `${name}:masked`, fact: own })
  const swap = (id: TensorId): TensorId => (id === tensor ? product : id)
  const maker = graph.nodes.findIndex((n) => n.outputs.includes(tensor))
  const first = Math.max(-1, ...graph.nodes.map((n) => n.id)) + 1
  const base = { sources: [], scope: graph.nodes[maker]?.scope ?? '' }
  const multiply = (x: TensorId, y: TensorId): Node => ({
    ...base,
    id: first,
    op: 'binary',
    name: `${name}:masked`,
    attrs: { function: 'mul', activation: NO_ACTIVATION },
    inputs: [x, mask],
    outputs: [y],
  })
  const steps: Node[] = []
  if (own.dtype === 'f32') steps.push(multiply(tensor, product))
  else {
    // 8-bit values are taken to real ones and back, which changes none but those that become 0.
    const affine = { ...affineOfTensor(graph, tensor) }
    const [real, zeroed] = [mask + 2, mask + 3]
    tensors.set(real, { id: real, name: `${name}:real`, fact: fact(own.shape) })
    tensors.set(zeroed, { id: zeroed, name: `${name}:zeroed`, fact: fact(own.shape) })
    steps.push(
      { ...base, id: first + 1, op: 'dequantize', name: `${name}:real`, attrs: affine, inputs: [tensor], outputs: [real] },
      multiply(real, zeroed),
      { ...base, id: first + 2, op: 'quantize', name: `${name}:bytes`, attrs: affine, inputs: [zeroed], outputs: [product] },
    )
  }
  const readers = graph.nodes.map((n) => (n.inputs.includes(tensor) ? { ...n, inputs: n.inputs.map(swap) } : n))
  const made: Graph = {
    ...graph,
    tensors,
    // After its producer, or first where it is the input of the network.
    nodes: [...readers.slice(0, maker + 1), ...steps, ...readers.slice(maker + 1)],
    inputs: value ? graph.inputs : [...graph.inputs, mask],
    outputs: graph.outputs.map(swap),
  }
  checkGraph(made, OPS, 'pass "ablate channels"')
  return made
}
