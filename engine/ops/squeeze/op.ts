/** Squeeze: drops axes of extent 1. Source: ONNX operator specification, Squeeze. */
import { z } from 'zod'
import { defineOp } from '../op.ts'
import { integersFrom, integersOfValue, lowerReshape, reshaped, reshapedFact, reshapeFlow, reshapePlacement } from '../reshaping.ts'
import { costOf, integer, misfit, need, normalAxis } from '../shared.ts'

/** null: input 1 holds the axes, or without it every axis of extent 1 goes. */
const attributes = z.object({ axes: z.array(integer).max(16).readonly().nullable().default(null) })
export type SqueezeAttributes = z.infer<typeof attributes>

function squeezed(shape: readonly number[], axes: readonly number[] | undefined, where: string): number[] {
  const drop = new Set(axes?.map((a) => normalAxis(a, shape.length, where)) ?? shape.flatMap((n, i) => (n === 1 ? [i] : [])))
  for (const axis of drop) if (shape[axis] !== 1) throw misfit(where, `axis ${axis} of [${shape.join(', ')}] is not 1 and cannot be dropped`)
  return shape.filter((_, i) => !drop.has(i))
}

export const squeeze = defineOp<SqueezeAttributes>({
  kind: 'squeeze',
  title: 'Squeeze',
  attributes,
  foldsEarly: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    return [reshapedFact(x, squeezed(x.shape, integersFrom(attrs.axes, inputs[1], 'axes', where), where), where)]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: (_attrs, facts, input) => reshapeFlow(facts, input),
  evaluate: (attrs, inputs) => [reshaped(inputs[0], squeezed(inputs[0]?.shape ?? [], integersOfValue(attrs.axes, inputs[1]), 'squeeze'))],
  placement: (_attrs, facts) => reshapePlacement(facts),
  lower: lowerReshape,
})
