/** Shape: the extents of a tensor as integers. Source: ONNX operator specification, Shape. */
import { z } from 'zod'
import { fact } from '../../ir/tensor.ts'
import { defineOp } from '../op.ts'
import { costOf, integer, need } from '../shared.ts'

/** The part of the axes that is wanted, as in opset 15; negative counts from the end, null is the end. */
const attributes = z.object({ start: integer.default(0), end: integer.nullable().default(null) })
export type ShapeAttributes = z.infer<typeof attributes>

const part = (shape: readonly number[], { start, end }: ShapeAttributes): readonly number[] => shape.slice(start, end ?? shape.length)

/** Known as soon as the input's fact is; it is always computed while the graph is built. */
export const shape = defineOp<ShapeAttributes>({
  kind: 'shape',
  title: 'Shape',
  attributes,
  foldsEarly: true,
  infer(attrs, inputs, where) {
    return [fact([part(need(inputs, 0, 'input', where).shape, attrs).length], 'i64')]
  },
  cost: (_attrs, facts) => costOf(facts, { bytesRead: 0 }),
  flow: () => ({ kind: 'none' }),
  evaluate(attrs, [x]) {
    const extents = part(x?.shape ?? [], attrs)
    return [{ dtype: 'i64', shape: [extents.length], data: Float64Array.from(extents) }]
  },
})
