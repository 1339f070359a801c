/** Elementwise functions of two tensors with broadcasting. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { unsupported } from '../../base/errors.ts'
import { NONE, type TensorId } from '../../ir/graph.ts'
import { allocate, fact, sizeOf } from '../../ir/tensor.ts'
import { activationArgs, activationOf, activationSchema, NO_ACTIVATION } from '../activationFunction.ts'
import { emitCopy, rowMajor } from '../copyAxes.ts'
import { defineOp, type LowerContext, type Ref, type View } from '../op.ts'
import { broadcastShape, broadcastStrides, checkedFact, costOf, elementsOf, elementwiseFlow, misfit, need, walk } from '../shared.ts'

const FUNCTIONS = ['add', 'sub', 'mul', 'div', 'max', 'min', 'pow'] as const
const attributes = z.object({
  function: z.enum(FUNCTIONS),
  /** Fused stage. */
  activation: activationSchema.default(NO_ACTIVATION),
})
export type BinaryAttributes = z.infer<typeof attributes>

const SCALAR: Record<BinaryAttributes['function'], (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: Math.max,
  min: Math.min,
  pow: (a, b) => a ** b,
}

export const binary = defineOp<BinaryAttributes>({
  kind: 'binary',
  title: 'Elementwise',
  attributes,
  foldsEarly: true,
  readsStrided: true,
  storesStrided: true,

  infer(_attrs, inputs, where) {
    const a = need(inputs, 0, 'first input', where)
    const b = need(inputs, 1, 'second input', where)
    if (a.dtype !== b.dtype) throw misfit(where, `it joins ${a.dtype} with ${b.dtype}`)
    const shape = broadcastShape(a.shape, b.shape, where)
    return [checkedFact(fact(shape, a.dtype), where)]
  },

  cost: (attrs, facts) => costOf(facts, { elementOps: elementsOf(facts) * (attrs.activation.kind === 'none' ? 1 : 2) }),
  flow: (_attrs, facts, input, output) => elementwiseFlow(facts, input, output),

  evaluate(attrs, [a, b]) {
    assert(a && b, 'an elementwise function needs two inputs')
    const shape = broadcastShape(a.shape, b.shape, attrs.function)
    const out = allocate(a.dtype, sizeOf(shape))
    const act = activationOf(attrs.activation)
    const whole = a.dtype !== 'f32' && attrs.function === 'div' ? Math.trunc : (x: number) => x
    const right = new Int32Array(out.length)
    walk(shape, broadcastStrides(b.shape, shape), 0, (to, from) => {
      right[to] = from
    })
    walk(shape, broadcastStrides(a.shape, shape), 0, (to, from) => {
      out[to] = act(whole(SCALAR[attrs.function](a.data[from] ?? 0, b.data[right[to] ?? 0] ?? 0)))
    })
    return [{ dtype: a.dtype, shape, data: out }]
  },

  /**
   * Kernel arguments: a, b, dst, function, pixels of one photo, channels, then for a and b the strides in floats per
   * photo, pixel and channel (0 where broadcast), target photo and pixel stride, activation (3). One unit: one pixel.
   */
  lower(context, node, attrs) {
    const [a = NONE, b = NONE] = node.inputs
    const y = node.outputs[0] ?? NONE
    const { shape } = context.fact(y)
    if (attrs.function === 'pow')
      throw unsupported(`Node "${node.name}"`, 'a power of computed tensors has no kernel', 'Replace it by multiplications', node.name)
    const code = FUNCTIONS.indexOf(attrs.function)
    if (shape.length === 4) {
      const dst = context.view(y)
      const pixels = dst.height * dst.width
      const [left, right] = [a, b].map((id) => operand(context, id, shape))
      assert(left && right, 'two operands')
      const to = [pixels * dst.pixelStride, dst.pixelStride]
      context.emit('binary', dst.batch * pixels, [
        left.ref,
        right.ref,
        dst.ref,
        code,
        pixels,
        dst.channels,
        ...left.strides,
        ...right.strides,
        ...to,
        ...activationArgs(attrs.activation),
      ])
      return
    }
    const size = sizeOf(shape)
    const [left, right] = [a, b].map((id) => flatOperand(context, id, shape))
    assert(left && right, 'two operands')
    context.emit('binary', 1, [left, right, context.flat(y), code, 1, size, 0, 0, 1, 0, 0, 1, 0, 0, ...activationArgs(attrs.activation)])
  },
})

/** An operand of a feature map: itself, or a tensor that broadcasts onto it. */
function operand(context: LowerContext, id: TensorId, target: readonly number[]): { ref: Ref; strides: [number, number, number] } {
  const { shape } = context.fact(id)
  const padded = [...new Array<number>(4 - shape.length).fill(1), ...shape]
  const [n = 1, c = 1, h = 1, w = 1] = padded
  const flatPixel = h === 1 && w === 1
  if (!flatPixel && (h !== target[2] || w !== target[3]))
    throw misfit(`tensor ${id}`, 'it broadcasts along one spatial axis only, which the engine does not do')
  const channel = c === 1 ? 0 : 1
  if (context.isConstant(id)) {
    const data = context.constant(id, 'operand').data
    const nhwc = new Float32Array(data.length)
    for (let i = 0; i < data.length; i++) {
      const plane = Math.floor(i / (h * w))
      nhwc[(Math.floor(plane / c) * h * w + (i % (h * w))) * c + (plane % c)] = data[i] ?? 0
    }
    return { ref: context.weights(nhwc), strides: [n === 1 ? 0 : c * h * w, flatPixel ? 0 : c, channel] }
  }
  const view: Pick<View, 'ref' | 'pixelStride'> = shape.length === 4 ? context.view(id) : { ref: context.flat(id), pixelStride: c }
  return { ref: view.ref, strides: [n === 1 ? 0 : h * w * view.pixelStride, flatPixel ? 0 : view.pixelStride, channel] }
}

/** An operand of a row-major tensor, spread to the full shape where it broadcasts. */
function flatOperand(context: LowerContext, id: TensorId, target: readonly number[]): Ref {
  const { shape } = context.fact(id)
  const ref = context.isConstant(id) ? context.weights(Float32Array.from(context.constant(id, 'operand').data)) : context.flat(id)
  if (shape.join() === target.join()) return ref
  const spread = context.scratch(sizeOf(target))
  emitCopy(context, target, { ref, strides: broadcastStrides(shape, target) }, rowMajor(spread, target))
  return spread
}
