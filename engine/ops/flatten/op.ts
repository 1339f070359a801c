/** Flatten: axes before `axis` become rows, the others columns. Source: ONNX operator specification, Flatten. */
import { z } from 'zod'
import { sizeOf } from '../../ir/tensor.ts'
import { defineOp } from '../op.ts'
import { lowerReshape, reshaped, reshapedFact, reshapeFlow, reshapePlacement } from '../reshaping.ts'
import { costOf, integer, misfit, need } from '../shared.ts'

const attributes = z.object({ axis: integer.default(1) })
export type FlattenAttributes = z.infer<typeof attributes>

function flattened(shape: readonly number[], axis: number, where: string): [number, number] {
  const a = axis < 0 ? axis + shape.length : axis
  if (a < 0 || a > shape.length) throw misfit(where, `axis ${axis} is outside a tensor of rank ${shape.length}`)
  return [sizeOf(shape.slice(0, a)), sizeOf(shape.slice(a))]
}

/** Input x; output [product of the axes before `axis`, product of the others]. */
export const flatten = defineOp<FlattenAttributes>({
  kind: 'flatten',
  title: 'Flatten',
  attributes,
  foldsEarly: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    return [reshapedFact(x, flattened(x.shape, attrs.axis, where), where)]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: (_attrs, facts, input) => reshapeFlow(facts, input),
  evaluate: (attrs, inputs) => [reshaped(inputs[0], flattened(inputs[0]?.shape ?? [], attrs.axis, 'flatten'))],
  placement: (_attrs, facts) => reshapePlacement(facts),
  lower: lowerReshape,
})
