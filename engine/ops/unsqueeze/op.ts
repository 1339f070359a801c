/** Unsqueeze: adds axes of extent 1. Source: ONNX operator specification, Unsqueeze. */
import { z } from 'zod'
import { defineOp } from '../op.ts'
import { integersFrom, integersOfValue, lowerReshape, reshaped, reshapedFact, reshapeFlow, reshapePlacement } from '../reshaping.ts'
import { costOf, integer, misfit, need, normalAxis } from '../shared.ts'

/** Positions of the new axes in the output. null: input 1 holds them. */
const attributes = z.object({ axes: z.array(integer).max(16).readonly().nullable().default(null) })
export type UnsqueezeAttributes = z.infer<typeof attributes>

function unsqueezed(shape: readonly number[], axes: readonly number[] | undefined, where: string): number[] {
  if (!axes) throw misfit(where, 'its axes are missing')
  const rank = shape.length + axes.length
  if (rank > 16) throw misfit(where, `its output would have ${rank} axes`)
  const added = new Set(axes.map((a) => normalAxis(a, rank, where)))
  if (added.size !== axes.length) throw misfit(where, `its axes [${axes.join(', ')}] repeat`)
  const rest = shape[Symbol.iterator]()
  return Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : (rest.next().value ?? 1)))
}

export const unsqueeze = defineOp<UnsqueezeAttributes>({
  kind: 'unsqueeze',
  title: 'Unsqueeze',
  attributes,
  foldsEarly: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    return [reshapedFact(x, unsqueezed(x.shape, integersFrom(attrs.axes, inputs[1], 'axes', where), where), where)]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: (_attrs, facts, input) => reshapeFlow(facts, input),
  evaluate: (attrs, inputs) => [reshaped(inputs[0], unsqueezed(inputs[0]?.shape ?? [], integersOfValue(attrs.axes, inputs[1]), 'unsqueeze'))],
  placement: (_attrs, facts) => reshapePlacement(facts),
  lower: lowerReshape,
})
