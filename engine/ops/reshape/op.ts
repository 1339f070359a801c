/** Reshape: the same elements, row-major, in another shape. Source: ONNX operator specification, Reshape. */
import { z } from 'zod'
import { sizeOf } from '../../ir/tensor.ts'
import { defineOp } from '../op.ts'
import { integersFrom, integersOfValue, lowerReshape, reshaped, reshapedFact, reshapeFlow, reshapePlacement } from '../reshaping.ts'
import { costOf, integer, misfit, need } from '../shared.ts'

const attributes = z.object({
  /** 0 copies the input's extent, one -1 is inferred. null: input 1 holds it. */
  shape: z.array(integer).max(16).readonly().nullable().default(null),
  /** 0 means an extent of 0. */
  allowZero: z.boolean().default(false),
})
export type ReshapeAttributes = z.infer<typeof attributes>

/** The shape that `target` asks for. Throws `misfit` where it does not fit the input. */
export function reshapeTarget(from: readonly number[], target: readonly number[], allowZero: boolean, where: string): number[] {
  if (target.length > 16) throw misfit(where, `its target shape has ${target.length} axes`)
  const shape = target.map((n, i) => (n === 0 && !allowZero ? (from[i] ?? Number.NaN) : n))
  const unknown = shape.indexOf(-1)
  if (unknown >= 0) {
    const known = shape.reduce((product, n, i) => (i === unknown ? product : product * n), 1)
    shape[unknown] = known === 0 ? 0 : sizeOf(from) / known
  }
  if (shape.some((n) => !Number.isInteger(n) || n < 0))
    throw misfit(where, `its input of shape [${from.join(', ')}] cannot take the shape [${target.join(', ')}]`)
  return shape
}

/** Inputs: x, and the target shape as a constant where the attribute is null. */
export const reshape = defineOp<ReshapeAttributes>({
  kind: 'reshape',
  title: 'Reshape',
  attributes,
  foldsEarly: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    const target = integersFrom(attrs.shape, inputs[1], 'target shape', where)
    if (!target) throw misfit(where, 'its target shape is missing')
    return [reshapedFact(x, reshapeTarget(x.shape, target, attrs.allowZero, where), where)]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: (_attrs, facts, input) => reshapeFlow(facts, input),
  evaluate: (attrs, inputs) => [
    reshaped(inputs[0], reshapeTarget(inputs[0]?.shape ?? [], integersOfValue(attrs.shape, inputs[1]) ?? [], attrs.allowZero, 'reshape')),
  ],
  placement: (_attrs, facts) => reshapePlacement(facts),
  lower: lowerReshape,
})
