/** Transpose: axes in another order. Source: ONNX operator specification, Transpose. */
import { z } from 'zod'
import { allocate, fact, stridesOf } from '../../ir/tensor.ts'
import { addressOf, emitCopy } from '../copyAxes.ts'
import { type ChannelFlow, defineOp, type NodeFacts } from '../op.ts'
import { checkedFact, costOf, denseFlow, extent, identityFlow, misfit, need, walk } from '../shared.ts'

/** Output axis i is input axis perm[i]; null reverses the axes. */
const attributes = z.object({ perm: z.array(extent).max(16).readonly().nullable().default(null) })
export type TransposeAttributes = z.infer<typeof attributes>

function permutation(perm: readonly number[] | null, rank: number, where: string): readonly number[] {
  if (!perm) return Array.from({ length: rank }, (_, i) => rank - 1 - i)
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((a) => a >= rank))
    throw misfit(where, `its permutation [${perm.join(', ')}] does not fit an input of rank ${rank}`)
  return perm
}

const pick = (list: readonly number[], perm: readonly number[]): number[] => perm.map((axis) => list[axis] ?? 1)

function transposeFlow(attrs: TransposeAttributes, facts: NodeFacts, input: number): ChannelFlow {
  const x = facts.inputs[0]
  if (input !== 0 || !x || x.value) return { kind: 'none' }
  if (x.shape.length < 2) return denseFlow(facts, 0, 0)
  return permutation(attrs.perm, x.shape.length, 'transpose')[1] === 1 ? identityFlow(x.shape[1] ?? 1) : denseFlow(facts, 0, 0)
}

export const transpose = defineOp<TransposeAttributes>({
  kind: 'transpose',
  title: 'Transpose',
  attributes,
  foldsEarly: true,
  readsStrided: true,
  storesStrided: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    return [checkedFact(fact(pick(x.shape, permutation(attrs.perm, x.shape.length, where)), x.dtype), where)]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: transposeFlow,
  evaluate(attrs, [x]) {
    if (!x) return []
    const perm = permutation(attrs.perm, x.shape.length, 'transpose')
    const shape = pick(x.shape, perm)
    const data = allocate(x.dtype, x.data.length)
    walk(shape, pick(stridesOf(x.shape), perm), 0, (to, from) => {
      data[to] = x.data[from] ?? 0
    })
    return [{ dtype: x.dtype, shape, data }]
  },
  lower(context, node, attrs) {
    const [from, to] = [node.inputs[0] ?? -1, node.outputs[0] ?? -1]
    const src = addressOf(context, from)
    const { shape } = context.fact(to)
    const perm = permutation(attrs.perm, shape.length, node.name)
    emitCopy(context, shape, { ref: src.ref, strides: pick(src.strides, perm) }, addressOf(context, to))
  },
})
