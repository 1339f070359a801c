/** Normalisation. Source: ONNX operator specification, the operators of these names. */

import type { TensorId } from '../../../ir/graph.ts'
import { type HostTensor, sizeOf } from '../../../ir/tensor.ts'
import { normalAxis } from '../../../ops/shared.ts'
import type { Converters, NodeContext } from '../context.ts'

function batchNormalization(node: NodeContext): number[] {
  const roles = ['input', 'scale', 'bias', 'mean', 'variance']
  return [
    node.emit(
      'batchNorm',
      { epsilon: node.float('epsilon', 1e-5) },
      roles.map((role, i) => node.input(i, role)),
    ),
  ]
}

interface Standardised {
  readonly value: TensorId
  readonly mean: TensorId
  readonly inverseDeviation: TensorId
}

/** (x - mean) / sqrt(variance + epsilon) over some axes, which stay with extent 1 in mean and deviation. */
function standardise(node: NodeContext, x: TensorId, axes: readonly number[], epsilon: number): Standardised {
  const average = (id: TensorId): TensorId => node.emit('reduce', { function: 'mean', axes, keepDims: true }, [id], false)
  const mean = average(x)
  const centred = node.combine('sub', x, mean)
  const variance = average(node.combine('mul', centred, centred))
  const deviation = node.emit('unary', { function: 'sqrt' }, [node.combine('add', variance, node.scalar('epsilon', epsilon))], false)
  const inverseDeviation = node.emit('unary', { function: 'reciprocal' }, [deviation], false)
  return { value: node.combine('mul', centred, inverseDeviation), mean, inverseDeviation }
}

/** A vector of channels as a tensor that broadcasts onto one of rank `rank` along axis 1. */
function alongChannels(node: NodeContext, id: TensorId, rank: number): TensorId {
  const { shape } = node.builder.factOf(id)
  if (shape.length !== 1) throw node.misuse(`its scale or bias has shape [${shape.join(', ')}] where one number per channel is needed`)
  return node.emit('reshape', { shape: [shape[0] ?? 1, ...new Array<number>(rank - 2).fill(1)] }, [id], false)
}

function affine(node: NodeContext, value: TensorId, scale: TensorId, bias: TensorId): TensorId {
  return node.combine('add', node.combine('mul', value, scale), bias, true)
}

function instanceNormalization(node: NodeContext): number[] {
  const { shape } = node.fact(0)
  if (shape.length < 3) throw node.misuse(`its input has rank ${shape.length} where at least 3 are needed`)
  const axes = shape.map((_, i) => i).slice(2)
  const { value } = standardise(node, node.input(0), axes, node.float('epsilon', 1e-5))
  return [affine(node, value, alongChannels(node, node.input(1, 'scale'), shape.length), alongChannels(node, node.input(2, 'bias'), shape.length))]
}

/** Outputs: the value, and where asked for the mean and the inverse deviation. */
function layerNormalization(node: NodeContext): number[] {
  const { shape } = node.fact(0)
  const first = normalAxis(node.int('axis', -1), shape.length, node.name)
  const axes = shape.map((_, i) => i).slice(first)
  const { value, mean, inverseDeviation } = standardise(node, node.input(0), axes, node.float('epsilon', 1e-5))
  const bias = node.optional(2)
  const scaled = node.combine('mul', value, node.input(1, 'scale'), bias < 0)
  return [bias < 0 ? scaled : node.combine('add', scaled, bias, true), mean, inverseDeviation]
}

/** Scale and bias are one number per group up to operator set 20, and one per channel from 21 on. */
function groupNormalization(node: NodeContext): number[] {
  const { shape } = node.fact(0)
  const groups = node.int('num_groups', 0)
  const [n = 1, channels = 0] = shape
  if (shape.length < 3 || groups < 1 || channels % groups !== 0) throw node.misuse(`its ${channels} channels do not divide into ${groups} groups`)
  const grouped = node.emit('reshape', { shape: [n, groups, sizeOf(shape) / (n * groups)] }, [node.input(0)], false)
  const { value } = standardise(node, grouped, [2], node.float('epsilon', 1e-5))
  const back = node.emit('reshape', { shape: [...shape] }, [value], false)
  const perChannel = (index: number, role: string): TensorId => {
    const constant = node.constantInput(index, role)
    if (!constant) throw node.misuse(`its ${role} is missing`)
    const needed = node.opset < 21 ? groups : channels
    if (constant.data.length !== needed) throw node.misuse(`its ${role} has ${constant.data.length} entries where ${needed} are needed`)
    const spread = node.opset < 21 ? repeated(constant, channels / groups) : constant
    return alongChannels(node, node.constant(role, spread), shape.length)
  }
  return [affine(node, back, perChannel(1, 'scale'), perChannel(2, 'bias'))]
}

function repeated({ dtype, data }: HostTensor, times: number): HostTensor {
  const spread = Float32Array.from({ length: data.length * times }, (_, i) => data[Math.floor(i / times)] ?? 0)
  return { dtype, shape: [spread.length], data: spread }
}

function localResponseNorm(node: NodeContext): number[] {
  const attrs = { size: node.int('size', 0), alpha: node.float('alpha', 1e-4), beta: node.float('beta', 0.75), bias: node.float('bias', 1) }
  return [node.emit('lrn', attrs, [node.input(0)])]
}

export const normalisation = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  LRN: localResponseNorm,
  /** Not training: its input as it is. */
  Dropout: (node) => [node.emit('identity', {}, [node.input(0)])],
} satisfies Converters
