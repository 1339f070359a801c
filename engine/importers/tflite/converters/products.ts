/** Fully connected layers and reductions. Source: TensorFlow Lite operator specification (tfl dialect). */
import { sizeOf } from '../../../ir/tensor.ts'
import { normalAxis } from '../../../ops/shared.ts'
import { type Converter, type Converters, type Made, type NodeContext, plain } from '../context.ts'

/** Weight [O, K]; the input's elements are rows of K, whatever its shape. */
function fullyConnected(node: NodeContext): readonly Made[] {
  const shape = node.shape(0)
  const [outputs = 0, k = 0] = node.shape(1, 'weight')
  const rows = sizeOf(shape) / k
  if (node.shape(1).length !== 2 || !Number.isInteger(rows))
    throw node.misuse(`its input has shape [${shape.join(', ')}] where rows of ${k} are needed`)
  const matrix = shape.length === 2 && shape[1] === k
  const x = matrix ? node.plain(0) : node.emit('reshape', { shape: [rows, k], allowZero: true }, [node.plain(0)], false)
  node.constant(1, 'weight')
  const inputs = [x, node.plain(1), node.bias(2)]
  if (node.option('keepNumDims') === 0 || shape.length === 2) return node.finish('linear', {}, inputs, 'plain')
  const activation = node.fused(true)
  let y = node.emit('linear', {}, inputs, false)
  if (activation) y = node.emit('activation', { function: activation }, [y], false)
  return plain(node.emit('reshape', { shape: [...shape.slice(0, -1), outputs], allowZero: true }, [y]))
}

/** Along the axes of input 1. A map stays a map where its axes stay; rows and columns reduced away leave [N, C] in either order. */
const reduction =
  (fn: 'mean' | 'sum' | 'max'): Converter =>
  (node) => {
    const rank = node.shape(0).length
    const axes = [...new Set(node.integers(1, 'list of axes').map((a) => normalAxis(a, rank, node.name)))].sort((a, b) => a - b)
    const keepDims = node.option('keepDims') !== 0
    const held = node.inOrder(0)
    // No axes mean nothing at all.
    if (axes.length === 0) return [{ id: node.emit('identity', {}, [held.id]), order: held.order }]
    const attrs = { function: fn, keepDims }
    if (keepDims) return [{ id: node.emit('reduce', { ...attrs, axes: axes.map(held.axis) }, [held.id]), order: held.order }]
    if (rank === 4 && axes.join() === '1,2') return plain(node.emit('reduce', { ...attrs, axes: axes.map(held.axis) }, [held.id]))
    return plain(node.emit('reduce', { ...attrs, axes }, [node.plain(0)]))
  }

export const products = {
  FULLY_CONNECTED: fullyConnected,
  MEAN: reduction('mean'),
  SUM: reduction('sum'),
  REDUCE_MAX: reduction('max'),
} satisfies Converters
