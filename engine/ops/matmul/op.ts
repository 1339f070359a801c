/** Matrix product with batches that broadcast, as in NumPy. Source: ONNX operator specification, MatMul. */
import { z } from 'zod'
import type { InputFact } from '../../ir/catalogue.ts'
import type { TensorId } from '../../ir/graph.ts'
import { fact, hostTensor, sizeOf, type TensorFact } from '../../ir/tensor.ts'
import { addressOf, emitCopy, isRowMajor, rowMajor } from '../copyAxes.ts'
import { type ChannelFlow, defineOp, type LowerContext, type NodeFacts, type Ref } from '../op.ts'
import { broadcastShape, broadcastStrides, channelsOf, checkedFact, costOf, denseFlow, identityFlow, misfit, need, walk } from '../shared.ts'

const attributes = z.object({})
export type MatmulAttributes = z.infer<typeof attributes>

interface Product {
  /** Shapes with vectors made into matrices. */
  readonly a: readonly number[]
  readonly b: readonly number[]
  readonly batch: readonly number[]
  readonly m: number
  readonly k: number
  readonly n: number
  readonly output: readonly number[]
}

function productOf(aShape: readonly number[], bShape: readonly number[], where: string): Product {
  if (aShape.length === 0 || bShape.length === 0) throw misfit(where, 'it multiplies a scalar')
  const a = aShape.length === 1 ? [1, ...aShape] : aShape
  const b = bShape.length === 1 ? [...bShape, 1] : bShape
  const [m = 0, k = 0] = a.slice(-2)
  const [inner = 0, n = 0] = b.slice(-2)
  if (k !== inner) throw misfit(where, `[${aShape.join(', ')}] and [${bShape.join(', ')}] cannot be multiplied`)
  const batch = broadcastShape(a.slice(0, -2), b.slice(0, -2), where)
  const output = [...batch, ...(aShape.length === 1 ? [] : [m]), ...(bShape.length === 1 ? [] : [n])]
  return { a, b, batch, m, k, n, output }
}

/** With two axes a column of the result needs a whole row; with more, axis 1 is a batch or a row and stays apart. */
function matmulFlow(facts: NodeFacts, input: number): ChannelFlow {
  const [a, b] = facts.inputs
  const out = facts.outputs[0]
  const from = facts.inputs[input]
  if (!a || !b || !out || !from || from.value) return { kind: 'none' }
  const rank = out.shape.length
  const aligned = from.shape.length === rank && channelsOf(from) === channelsOf(out)
  const isBatch = rank >= 4
  const isRow = rank === 3 && input === 0
  return aligned && (isBatch || isRow) ? identityFlow(channelsOf(out)) : denseFlow(facts, input, 0)
}

const needed = (facts: readonly (InputFact | undefined)[], where: string): [InputFact, InputFact] => [
  need(facts, 0, 'first input', where),
  need(facts, 1, 'second input', where),
]

/** Inputs: a [..., M, K], b [..., K, N]; output [..., M, N]. */
export const matmul = defineOp<MatmulAttributes>({
  kind: 'matmul',
  title: 'Matrix product',
  attributes,
  readsStrided: true,
  storesStrided: true,
  infer(_attrs, inputs, where) {
    const [a, b] = needed(inputs, where)
    if (a.dtype !== 'f32' || b.dtype !== 'f32') throw misfit(where, `it multiplies ${a.dtype} by ${b.dtype}, and only f32 matrices are multiplied`)
    return [checkedFact(fact(productOf(a.shape, b.shape, where).output, a.dtype), where)]
  },
  cost(_attrs, facts) {
    const [a, b] = needed(facts.inputs, 'matmul')
    const { batch, m, k, n } = productOf(a.shape, b.shape, 'matmul')
    const params = [a, b].reduce((sum, f) => sum + (f.value ? sizeOf(f.shape) : 0), 0)
    return costOf(facts, { linearMacs: sizeOf(batch) * m * k * n, params })
  },
  flow: (_attrs, facts, input) => matmulFlow(facts, input),
  evaluate(_attrs, [a, b]) {
    if (!a || !b) return []
    const product = productOf(a.shape, b.shape, 'matmul')
    const { batch, m, k, n } = product
    const out = new Float32Array(sizeOf(batch) * m * n)
    const starts = (shape: readonly number[]): number[] => {
      const list: number[] = []
      walk(batch, broadcastStrides(shape.slice(0, -2), batch), 0, (_, from) => list.push(from * sizeOf(shape.slice(-2))))
      return list
    }
    const [aStarts, bStarts] = [starts(product.a), starts(product.b)]
    for (const [i, aStart] of aStarts.entries())
      for (let row = 0; row < m; row++)
        for (let column = 0; column < n; column++) {
          let sum = 0
          for (let j = 0; j < k; j++) sum += (a.data[aStart + row * k + j] ?? 0) * (b.data[(bStarts[i] ?? 0) + j * n + column] ?? 0)
          out[(i * m + row) * n + column] = sum
        }
    return [hostTensor(product.output, out)]
  },
  /** Kernel arguments: a, b, out (row-major), batch, M, K, N, batch strides of a and b in floats. One unit: one row. */
  lower(context, node) {
    const [a = -1, b = -1] = node.inputs
    const to = node.outputs[0] ?? -1
    const product = productOf(context.fact(a).shape, context.fact(b).shape, node.name)
    const { batch, m, k, n, output } = product
    const left = operand(context, a, product.a, batch)
    const right = operand(context, b, product.b, batch)
    const count = sizeOf(batch)
    const dst = addressOf(context, to)
    const direct = isRowMajor(dst, output)
    const result = direct ? dst.ref : context.scratch(count * m * n)
    context.emit('matmul', count * m, [left.ref, right.ref, result, count, m, k, n, left.stride, right.stride])
    if (!direct) emitCopy(context, output, rowMajor(result, output), dst)
  },
})

/** A matrix or a stack of them, row-major; one matrix for all batches has stride 0. */
function operand(context: LowerContext, id: TensorId, shape: readonly number[], batch: readonly number[]): { ref: Ref; stride: number } {
  const own: Pick<TensorFact, 'shape'> = context.fact(id)
  const matrix = shape.slice(-2)
  const single = sizeOf(shape) === sizeOf(matrix)
  const src = addressOf(context, id)
  const full = single ? matrix : [...batch, ...matrix]
  if (isRowMajor(src, own.shape) && (single || sizeOf(full) === sizeOf(shape))) return { ref: src.ref, stride: single ? 0 : sizeOf(matrix) }
  // Vectors stand for matrices with an axis of 1, which has no stride; batches broadcast with stride 0.
  const strides = shape.map((extent, i) => (extent === 1 ? 0 : (src.strides[own.shape.length === 1 ? 0 : i] ?? 0)))
  const spread = [...new Array<number>(full.length - (single ? 2 : shape.length)).fill(0), ...(single ? strides.slice(-2) : strides)]
  const ref = context.scratch(sizeOf(full))
  emitCopy(context, full, { ref: src.ref, strides: spread }, rowMajor(ref, full))
  return { ref, stride: single ? 0 : sizeOf(matrix) }
}
