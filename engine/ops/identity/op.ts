/** Identity: passes its input on (dropout while not training, no-ops of exporters). */
import { z } from 'zod'
import { fact } from '../../ir/tensor.ts'
import { defineOp } from '../op.ts'
import { lowerReshape, reshapePlacement } from '../reshaping.ts'
import { costOf, elementwiseFlow, need } from '../shared.ts'

const attributes = z.object({})
export type IdentityAttributes = z.infer<typeof attributes>

export const identity = defineOp<IdentityAttributes>({
  kind: 'identity',
  title: 'Identity',
  attributes,
  foldsEarly: true,
  infer(_attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    return [fact(x.shape, x.dtype, x.layout)]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: (_attrs, facts, input, output) => (input === 0 ? elementwiseFlow(facts, 0, output) : { kind: 'none' }),
  evaluate: (_attrs, inputs) => inputs.slice(0, 1).flatMap((x) => (x ? [x] : [])),
  placement: (_attrs, facts) => reshapePlacement(facts),
  lower: lowerReshape,
})
