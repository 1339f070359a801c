/** ConstantOfShape: one value everywhere. Source: ONNX operator specification, ConstantOfShape. */
import { z } from 'zod'
import { allocate, fact, sizeOf } from '../../ir/tensor.ts'
import { defineOp } from '../op.ts'
import { checkedFact, costOf, integersOf, misfit, need, needIntegers } from '../shared.ts'

const attributes = z.object({ value: z.number().default(0), dtype: z.enum(['f32', 'i32', 'i64', 'u8', 'i8', 'bool']).default('f32') })
export type ConstantOfShapeAttributes = z.infer<typeof attributes>

/** Input: the shape as a constant. It is always computed while the graph is built. */
export const constantOfShape = defineOp<ConstantOfShapeAttributes>({
  kind: 'constantOfShape',
  title: 'Constant of shape',
  attributes,
  foldsEarly: true,
  infer(attrs, inputs, where) {
    const shape = needIntegers(need(inputs, 0, 'shape', where), 'shape', where)
    if (shape.length > 16) throw misfit(where, `its output would have ${shape.length} axes`)
    return [checkedFact(fact(shape, attrs.dtype, shape.length === 4 ? 'OIHW' : undefined), where)]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: () => ({ kind: 'none' }),
  evaluate(attrs, [shapeValue]) {
    const shape = shapeValue ? integersOf(shapeValue) : []
    const data = allocate(attrs.dtype, sizeOf(shape))
    return [{ dtype: attrs.dtype, shape, data: attrs.value === 0 ? data : data.fill(attrs.value) }]
  },
})
