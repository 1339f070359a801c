/** Cast: the same values as another element type. Source: ONNX operator specification, Cast. */
import { z } from 'zod'
import { unsupported } from '../../base/errors.ts'
import { allocate, type DType, fact } from '../../ir/tensor.ts'
import { defineOp } from '../op.ts'
import { lowerReshape, reshapePlacement } from '../reshaping.ts'
import { costOf, elementwiseFlow, need } from '../shared.ts'

const attributes = z.object({ to: z.enum(['f32', 'i32', 'i64', 'u8', 'i8', 'bool']) })
export type CastAttributes = z.infer<typeof attributes>

function converter(to: DType): (x: number) => number {
  if (to === 'f32') return (x) => x
  if (to === 'bool') return (x) => (x === 0 ? 0 : 1)
  return (x) => Math.trunc(x)
}

export const cast = defineOp<CastAttributes>({
  kind: 'cast',
  title: 'Cast',
  attributes,
  foldsEarly: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    return [fact(x.shape, attrs.to, x.layout)]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: (_attrs, facts, input, output) => (input === 0 ? elementwiseFlow(facts, 0, output) : { kind: 'none' }),
  evaluate(attrs, [x]) {
    if (!x) return []
    const convert = converter(attrs.to)
    const data = allocate(attrs.to, x.data.length)
    for (let i = 0; i < data.length; i++) data[i] = convert(x.data[i] ?? 0)
    return [{ dtype: attrs.to, shape: x.shape, data }]
  },
  placement: (_attrs, facts) => reshapePlacement(facts),
  lower(context, node, attrs) {
    const from = context.fact(node.inputs[0] ?? -1).dtype
    if (from !== 'f32' || attrs.to !== 'f32')
      throw unsupported(
        `Node "${node.name}"`,
        `it casts run-time data from ${from} to ${attrs.to}, and kernels work on f32 alone`,
        'Export the model in float32',
        node.name,
      )
    lowerReshape(context, node)
  },
})
