/** Fully connected layer: y = x W^T + b, or x W + b. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { fact, type HostTensor, hostTensor } from '../../ir/tensor.ts'
import { activationArgs, activationOf, activationSchema, NO_ACTIVATION } from '../activationFunction.ts'
import { defineOp } from '../op.ts'
import { affineSchema, productOf, weightScales } from '../quantized.ts'
import { costOf, denseFlow, elementsOf, misfit, need, needRank } from '../shared.ts'
import { LINEAR_TILE, linearLength, packLinear, packLinear8 } from './pack.ts'

const attributes = z.object({
  activation: activationSchema.default(NO_ACTIVATION),
  /** The weight lies [K, O], as the matrix of a product does: it is packed from there, and never turned. Absent where it lies [O, K]. */
  transposed: z.literal(true).optional(),
  /** Quantized stage: how the 8-bit input is read, and each output's weights, which lie [O, K]; bias and output are f32 all the same. */
  quantized: z.object({ input: affineSchema, weights: weightScales }).nullable().default(null),
})
export type LinearAttributes = z.infer<typeof attributes>

/** Outputs and inputs of a weight of that shape. */
export function linearSizes([rows = 0, columns = 0]: readonly number[], transposed: unknown): [o: number, k: number] {
  return transposed === true ? [columns, rows] : [rows, columns]
}

/** Inputs: x [N, K], weight [O, K], or [K, O] where it is transposed, bias [O] or absent. */
export const linear = defineOp<LinearAttributes>({
  kind: 'linear',
  title: 'Fully connected',
  attributes,

  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    const w = need(inputs, 1, 'weight', where)
    needRank(x, 2, 'input', where)
    needRank(w, 2, 'weight', where)
    const [n = 0, k = 0] = x.shape
    const [o, wk] = linearSizes(w.shape, attrs.transposed)
    const { quantized, activation } = attrs
    const [xType, wType] = quantized ? (['u8', 'i8'] as const) : (['f32', 'f32'] as const)
    if (x.dtype !== xType || w.dtype !== wType)
      throw misfit(where, `its input and weight are ${x.dtype} and ${w.dtype} where ${xType} and ${wType} are needed`)
    if (quantized && attrs.transposed) throw misfit(where, 'its 8-bit weights lie the other way round')
    if (quantized && quantized.weights.length !== o) throw misfit(where, `it has ${quantized.weights.length} weight scales for ${o} outputs`)
    if (quantized && activation.kind !== 'none' && activation.kind !== 'clip') throw misfit(where, 'its activation has no 8-bit form')
    if (k !== wk) throw misfit(where, `its input has ${k} features where the weight needs ${wk}`)
    const bias = inputs[2]
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== o))
      throw misfit(where, `its bias has shape [${bias.shape.join(', ')}] where [${o}] is needed`)
    return [fact([n, o])]
  },

  cost(attrs, facts) {
    const [o, k] = linearSizes(facts.inputs[1]?.shape ?? [], attrs.transposed)
    const n = facts.inputs[0]?.shape[0] ?? 0
    return costOf(facts, { linearMacs: n * o * k, params: o * k + (facts.inputs[2] ? o : 0), elementOps: facts.inputs[2] ? elementsOf(facts) : 0 })
  },

  flow: (_attrs, facts, input, output) => (input === 0 ? denseFlow(facts, input, output) : { kind: 'none' }),

  evaluate(attrs, [x, w, bias]) {
    assert(x && w, 'a fully connected layer needs an input and a weight')
    const [n = 0, k = 0] = x.shape
    const [o] = linearSizes(w.shape, attrs.transposed)
    const [row, column] = attrs.transposed ? [1, o] : [k, 1]
    const act = activationOf(attrs.activation)
    const out = new Float32Array(n * o)
    if (attrs.quantized) {
      evaluateQuantized(out, attrs.quantized, act, x, w, bias)
      return [hostTensor([n, o], out)]
    }
    for (let sample = 0; sample < n; sample++)
      for (let j = 0; j < o; j++) {
        let sum = bias ? Number(bias.data[j]) : 0
        for (let i = 0; i < k; i++) sum += (x.data[sample * k + i] ?? 0) * (w.data[j * row + i * column] ?? 0)
        out[sample * o + j] = act(sum)
      }
    return [hostTensor([n, o], out)]
  },

  /** Kernel arguments: src, dst, weights, bias, K, O, tiles, activation (3). One unit: one tile of one row. */
  lower(context, node, attrs) {
    const [x = NONE, w = NONE, b = NONE] = node.inputs
    const weight = context.constant(w, 'weight')
    const [o, k] = linearSizes(weight.shape, attrs.transposed)
    const tiles = Math.ceil(o / LINEAR_TILE)
    const bias = new Float32Array(tiles * LINEAR_TILE)
    const { quantized } = attrs
    if (b !== NONE) bias.set(context.constant(b, 'bias').data)
    const rows = context.fact(x).shape[0] ?? 1
    if (quantized) {
      const src = context.view(x, 'u8')
      const start = new Int32Array(tiles * LINEAR_TILE)
      const factors = new Float32Array(tiles * LINEAR_TILE)
      quantized.weights.forEach((scale, j) => {
        start[j] = -quantized.input.zero * sumOf(weight.data, j * k, k)
        factors[j] = productOf(quantized.input, scale)
      })
      const constants = [context.weights(packLinear8(weight.data, o, k)), context.weights(start)]
      const results = [...activationArgs(attrs.activation), context.weights(factors), context.weights(bias), src.pixelStride]
      context.emit('linear8', rows * tiles, [src.ref, context.flat(node.outputs[0] ?? NONE), ...constants, k, o, tiles, ...results])
      return
    }
    const packed = context.packed(linearLength(o, k), () => packLinear(weight.data, o, k, attrs.transposed))
    context.emit('linear', rows * tiles, [
      context.flat(x),
      context.flat(node.outputs[0] ?? NONE),
      packed,
      context.weights(bias),
      k,
      o,
      tiles,
      ...activationArgs(attrs.activation),
    ])
  },
})

function sumOf(data: ArrayLike<number>, from: number, length: number): number {
  let sum = 0
  for (let i = from; i < from + length; i++) sum += data[i] ?? 0
  return sum
}

/** Sums are exact; their factor and the bias are one f32 rounding each, as in the kernel. */
function evaluateQuantized(
  out: Float32Array,
  { input, weights }: NonNullable<LinearAttributes['quantized']>,
  act: (x: number) => number,
  x: HostTensor,
  w: HostTensor,
  bias: HostTensor | undefined,
): void {
  const k = x.shape[1] ?? 0
  const o = weights.length
  for (let at = 0; at < out.length; at++) {
    const [row, j] = [Math.floor(at / o), at % o]
    let sum = 0
    for (let i = 0; i < k; i++) sum += ((x.data[row * k + i] ?? 0) - input.zero) * (w.data[j * k + i] ?? 0)
    const product = Math.fround(Math.fround(sum) * productOf(input, weights[j] ?? 1))
    out[at] = act(Math.fround(product + Math.fround(Number(bias?.data[j] ?? 0))))
  }
}
