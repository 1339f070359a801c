/** Resize by nearest neighbour with whole factors: each pixel is repeated. Source: ONNX operator specification, Resize. */
import { z } from 'zod'
import { allocate, fact, stridesOf } from '../../ir/tensor.ts'
import { addressOf, emitCopy } from '../copyAxes.ts'
import { defineOp } from '../op.ts'
import { checkedFact, costOf, elementwiseFlow, need, needRank, pair, walk } from '../shared.ts'

/** Rows and columns that each pixel becomes. */
const attributes = z.object({ factors: pair })
export type ResizeAttributes = z.infer<typeof attributes>

const split = ([n, c, h, w]: readonly number[], [fh, fw]: readonly [number, number]): number[] => [n ?? 0, c ?? 0, h ?? 0, fh, w ?? 0, fw]

/** Input x [N, C, H, W]; output [N, C, H * factors[0], W * factors[1]]. */
export const resize = defineOp<ResizeAttributes>({
  kind: 'resize',
  title: 'Resize (nearest)',
  attributes,
  readsStrided: true,
  storesStrided: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    needRank(x, 4, 'input', where)
    const [n = 0, c = 0, h = 0, w = 0] = x.shape
    return [checkedFact(fact([n, c, h * attrs.factors[0], w * attrs.factors[1]], x.dtype), where)]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: (_attrs, facts, input, output) => (input === 0 ? elementwiseFlow(facts, 0, output) : { kind: 'none' }),
  evaluate(attrs, [x]) {
    if (!x) return []
    const [n = 0, c = 0, h = 0, w = 0] = x.shape
    const extents = split(x.shape, attrs.factors)
    const [sn = 0, sc = 0, sh = 0, sw = 0] = stridesOf(x.shape)
    const data = allocate(
      x.dtype,
      extents.reduce((a, b) => a * b, 1),
    )
    walk(extents, [sn, sc, sh, 0, sw, 0], 0, (to, from) => {
      data[to] = x.data[from] ?? 0
    })
    return [{ dtype: x.dtype, shape: [n, c, h * attrs.factors[0], w * attrs.factors[1]], data }]
  },
  lower(context, node, attrs) {
    const [from, to] = [node.inputs[0] ?? -1, node.outputs[0] ?? -1]
    const src = addressOf(context, from)
    const dst = addressOf(context, to)
    const [fh, fw] = attrs.factors
    const [sn = 0, sc = 0, sh = 0, sw = 0] = src.strides
    const [tn = 0, tc = 0, th = 0, tw = 0] = dst.strides
    emitCopy(
      context,
      split(context.fact(from).shape, attrs.factors),
      { ref: src.ref, strides: [sn, sc, sh, 0, sw, 0] },
      { ref: dst.ref, strides: [tn, tc, th * fh, th, tw * fw, tw] },
    )
  },
})
