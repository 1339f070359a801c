/** Fully connected layers and matrix products. Source: ONNX operator specification, Gemm and MatMul. */
import { NONE, type TensorId } from '../../../ir/graph.ts'
import { sizeOf } from '../../../ir/tensor.ts'
import { linearSizes } from '../../../ops/linear/op.ts'
import type { Converters, NodeContext } from '../context.ts'

/** alpha * A' * B' + beta * C. With a constant B it is a fully connected layer, B as it lies in the file, alpha and beta folded into its weights. */
function gemm(node: NodeContext): number[] {
  const alpha = node.float('alpha', 1)
  const beta = node.float('beta', 1)
  const b = node.input(1, 'second matrix')
  const weight = node.valueOf(b)
  const rank = node.fact(0).shape.length
  if (rank !== 2) throw node.misuse(`its first input has rank ${rank} where a matrix is needed`)
  if (node.int('transA', 0) !== 0 || !weight || weight.shape.length !== 2 || weight.dtype !== 'f32') return general(node, alpha, beta)
  const attrs = node.int('transB', 0) !== 0 ? {} : { transposed: true }
  const matrix = alpha === 1 ? b : node.constant('weight', { ...weight, data: Float32Array.from(weight.data, (x) => x * alpha) })
  const [outputs] = linearSizes(weight.shape, attrs.transposed)
  const c = node.optional(2)
  const bias = biasOf(node, c, outputs, beta)
  if (c === NONE || bias !== undefined) return [node.emit('linear', attrs, [node.input(0), matrix, bias ?? NONE])]
  const product = node.emit('linear', attrs, [node.input(0), matrix, NONE], false)
  return [node.emit('binary', { function: 'add' }, [product, scaled(node, c, beta)])]
}

/** C as a bias [O], where it is a constant that is the same for every row. */
function biasOf(node: NodeContext, c: TensorId, outputs: number, beta: number): TensorId | undefined {
  const value = node.valueOf(c)
  if (value?.dtype !== 'f32') return undefined
  if (beta === 1 && value.shape.length === 1 && value.shape[0] === outputs) return c
  const single = value.data.length === 1
  const perOutput = value.shape.at(-1) === outputs && sizeOf(value.shape) === outputs
  if (value.shape.length > 2 || !(single || perOutput)) return undefined
  const data = Float32Array.from({ length: outputs }, (_, i) => (value.data[single ? 0 : i] ?? 0) * beta)
  return node.constant('bias', { dtype: 'f32', shape: [outputs], data })
}

function scaled(node: NodeContext, id: TensorId, factor: number): TensorId {
  if (factor === 1) return id
  const constant = node.constant('factor', { dtype: 'f32', shape: [1], data: Float32Array.of(factor) })
  return node.emit('binary', { function: 'mul' }, [id, constant], false)
}

function general(node: NodeContext, alpha: number, beta: number): number[] {
  const side = (index: number, role: string, flag: string): TensorId => {
    const id = node.input(index, role)
    return node.int(flag, 0) === 0 ? id : node.emit('transpose', { perm: [1, 0] }, [id], false)
  }
  const a = side(0, 'first matrix', 'transA')
  const b = side(1, 'second matrix', 'transB')
  const c = node.optional(2)
  if (c === NONE && alpha === 1) return [node.emit('matmul', {}, [a, b])]
  const product = scaled(node, node.emit('matmul', {}, [a, b], false), alpha)
  if (c === NONE) return [node.emit('identity', {}, [product])]
  return [node.emit('binary', { function: 'add' }, [product, scaled(node, c, beta)])]
}

export const products = {
  Gemm: gemm,
  MatMul: (node) => [node.emit('matmul', {}, [node.input(0), node.input(1)])],
} satisfies Converters
