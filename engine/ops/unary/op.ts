/** Elementwise functions of one tensor that are not activations. */
import { z } from 'zod'
import { NONE } from '../../ir/graph.ts'
import { allocate, fact, sizeOf } from '../../ir/tensor.ts'
import { activationArgs, erf, NO_ACTIVATION } from '../activationFunction.ts'
import { pixelsOf } from '../lowering.ts'
import { defineOp, type LowerContext, type View } from '../op.ts'
import { costOf, elementsOf, elementwiseFlow, need } from '../shared.ts'

const FUNCTIONS = ['sqrt', 'floor', 'ceil', 'neg', 'exp', 'abs', 'reciprocal', 'log', 'erf', 'round'] as const
const attributes = z.object({ function: z.enum(FUNCTIONS) })
export type UnaryAttributes = z.infer<typeof attributes>

const SCALAR: Record<UnaryAttributes['function'], (x: number) => number> = {
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  neg: (x) => -x,
  exp: Math.exp,
  abs: Math.abs,
  reciprocal: (x) => 1 / x,
  log: Math.log,
  erf,
  round: roundHalfEven,
}

/** Source: ONNX operator specification, Round. */
function roundHalfEven(x: number): number {
  const down = Math.floor(x)
  const rest = x - down
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1
}

/** Codes of the activation kernel; see `kernels/inline/activate.ts`. */
const CODES: Partial<Record<UnaryAttributes['function'], number>> = { sqrt: 16, floor: 17, ceil: 18, exp: 19, log: 20, erf: 21, round: 22 }

/** As a function of the binary kernel with a constant on its left: code of that kernel, and the constant. */
const WITH_CONSTANT: Partial<Record<UnaryAttributes['function'], { code: number; constant: number }>> = {
  neg: { code: 1, constant: 0 },
  reciprocal: { code: 3, constant: 1 },
}

/** Any tensor as a feature map: what is not one is a single pixel. */
function pixelsView(context: LowerContext, id: number): View {
  const { shape } = context.fact(id)
  if (shape.length === 4 || shape.length === 2) return context.view(id)
  const size = sizeOf(shape)
  return { ref: context.flat(id), batch: 1, height: 1, width: 1, channels: size, pixelStride: size, bytes: 4 }
}

export const unary = defineOp<UnaryAttributes>({
  kind: 'unary',
  title: 'Elementwise function',
  attributes,
  foldsEarly: true,
  readsStrided: true,
  storesStrided: true,
  infer(_attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    return [fact(x.shape, x.dtype, x.layout)]
  },
  cost: (_attrs, facts) => costOf(facts, { elementOps: elementsOf(facts) }),
  flow: (_attrs, facts, input, output) => (input === 0 ? elementwiseFlow(facts, 0, output) : { kind: 'none' }),
  evaluate(attrs, [x]) {
    if (!x) return []
    const f = SCALAR[attrs.function]
    const data = allocate(x.dtype, x.data.length)
    for (let i = 0; i < data.length; i++) data[i] = x.dtype === 'f32' ? f(x.data[i] ?? 0) : Math.trunc(f(x.data[i] ?? 0))
    return [{ dtype: x.dtype, shape: x.shape, data }]
  },
  /** Through the binary and activation kernels, whose arguments their own ops describe. */
  lower(context, node, attrs) {
    const src = pixelsView(context, node.inputs[0] ?? NONE)
    const dst = pixelsView(context, node.outputs[0] ?? NONE)
    const pixels = pixelsOf(dst)
    const how = WITH_CONSTANT[attrs.function]
    if (!how) {
      // |x| is the leaky ReLU of slope -1.
      const code = CODES[attrs.function]
      const epilogue = code === undefined ? activationArgs({ kind: 'leakyRelu', alpha: -1 }) : [code, { f32: 0 }, { f32: 0 }]
      context.emit('activation', pixels, [src.ref, dst.ref, src.pixelStride, dst.pixelStride, src.channels, ...epilogue])
      return
    }
    const constant = context.weights(Float32Array.of(how.constant))
    const right = [pixels * src.pixelStride, src.pixelStride, 1]
    const target = [pixels * dst.pixelStride, dst.pixelStride]
    const epilogue = activationArgs(NO_ACTIVATION)
    context.emit('binary', pixels, [constant, src.ref, dst.ref, how.code, pixels, dst.channels, 0, 0, 0, ...right, ...target, ...epilogue])
  },
})
