/** Fully connected layer: y = x W^T + b. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { fact, hostTensor } from '../../ir/tensor.ts'
import { activationArgs, activationOf, activationSchema, NO_ACTIVATION } from '../activationFunction.ts'
import { defineOp } from '../op.ts'
import { costOf, denseFlow, elementsOf, misfit, need, needRank } from '../shared.ts'
import { LINEAR_TILE, linearLength, packLinear } from './pack.ts'

const attributes = z.object({ activation: activationSchema.default(NO_ACTIVATION) })
export type LinearAttributes = z.infer<typeof attributes>

/** Inputs: x [N, K], weight [O, K], bias [O] or absent. */
export const linear = defineOp<LinearAttributes>({
  kind: 'linear',
  title: 'Fully connected',
  attributes,

  infer(_attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    const w = need(inputs, 1, 'weight', where)
    needRank(x, 2, 'input', where)
    needRank(w, 2, 'weight', where)
    const [n = 0, k = 0] = x.shape
    const [o = 0, wk = 0] = w.shape
    if (k !== wk) throw misfit(where, `its input has ${k} features where the weight needs ${wk}`)
    const bias = inputs[2]
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== o))
      throw misfit(where, `its bias has shape [${bias.shape.join(', ')}] where [${o}] is needed`)
    return [fact([n, o])]
  },

  cost(_attrs, facts) {
    const [o = 0, k = 0] = facts.inputs[1]?.shape ?? []
    const n = facts.inputs[0]?.shape[0] ?? 0
    return costOf(facts, { linearMacs: n * o * k, params: o * k + (facts.inputs[2] ? o : 0), elementOps: facts.inputs[2] ? elementsOf(facts) : 0 })
  },

  flow: (_attrs, facts, input, output) => (input === 0 ? denseFlow(facts, input, output) : { kind: 'none' }),

  evaluate(attrs, [x, w, bias]) {
    assert(x && w, 'a fully connected layer needs an input and a weight')
    const [n = 0, k = 0] = x.shape
    const o = w.shape[0] ?? 0
    const act = activationOf(attrs.activation)
    const out = new Float32Array(n * o)
    for (let row = 0; row < n; row++)
      for (let j = 0; j < o; j++) {
        let sum = bias ? Number(bias.data[j]) : 0
        for (let i = 0; i < k; i++) sum += (x.data[row * k + i] ?? 0) * (w.data[j * k + i] ?? 0)
        out[row * o + j] = act(sum)
      }
    return [hostTensor([n, o], out)]
  },

  /** Kernel arguments: src, dst, weights, bias, K, O, tiles, activation (3). One unit: one tile of one row. */
  lower(context, node, attrs) {
    const [x = NONE, w = NONE, b = NONE] = node.inputs
    const weight = context.constant(w, 'weight')
    const [o = 0, k = 0] = weight.shape
    const tiles = Math.ceil(o / LINEAR_TILE)
    const bias = new Float32Array(tiles * LINEAR_TILE)
    if (b !== NONE) bias.set(context.constant(b, 'bias').data)
    const rows = context.fact(x).shape[0] ?? 1
    const packed = context.packed(linearLength(o, k), () => packLinear(weight.data, o, k))
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
