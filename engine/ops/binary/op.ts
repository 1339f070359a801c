/** Elementwise functions of two tensors with broadcasting. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE, type TensorId } from '../../ir/graph.ts'
import { allocate, fact, sizeOf } from '../../ir/tensor.ts'
import { activationArgs, activationOf, activationSchema, NO_ACTIVATION } from '../activationFunction.ts'
import { addressOf, emitCopy, isRowMajor, rowMajor } from '../copyAxes.ts'
import { defineOp, type LowerContext, type Ref, type View } from '../op.ts'
import { broadcastShape, broadcastStrides, checkedFact, costOf, denseFlow, elementsOf, elementwiseFlow, misfit, need, walk } from '../shared.ts'

/** `prelu`: the first times the second where the first is negative. */
const FUNCTIONS = ['add', 'sub', 'mul', 'div', 'max', 'min', 'pow', 'prelu'] as const
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
  prelu: (a, b) => (a < 0 ? a * b : a),
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
  flow(_attrs, facts, input, output) {
    // Of an operand of lower rank, axis 1 is another axis of the result.
    const rank = facts.inputs[input]?.shape.length ?? 0
    const aligned = rank < 2 || rank === facts.outputs[0]?.shape.length
    return aligned ? elementwiseFlow(facts, input, output) : denseFlow(facts, input, output)
  },

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
  const channel = c === 1 ? 0 : 1
  // The kernel steps through rows and columns together; what has only one of them is spread over both.
  if (!flatPixel && (h !== target[2] || w !== target[3])) return spreadOperand(context, id, padded, target)
  // A row-major tensor of lower rank has its channels outermost.
  if (!flatPixel && c !== 1 && shape.length < 4 && !context.isConstant(id)) return spreadOperand(context, id, padded, target)
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

/** An operand of rank at most 4 copied to a feature map of its own channels and all of the target's pixels. */
function spreadOperand(
  context: LowerContext,
  id: TensorId,
  padded: readonly number[],
  target: readonly number[],
): { ref: Ref; strides: [number, number, number] } {
  const [n = 1, c = 1] = padded
  const [, , h = 1, w = 1] = target
  const src = addressOf(context, id)
  const own = [...new Array<number>(4 - src.strides.length).fill(0), ...src.strides].map((s, i) => (padded[i] === 1 ? 0 : s))
  const ref = context.scratch(n * c * h * w)
  emitCopy(context, [n, c, h, w], { ref: src.ref, strides: own }, { ref, strides: [h * w * c, 1, w * c, c] })
  return { ref, strides: [n === 1 ? 0 : h * w * c, c, c === 1 ? 0 : 1] }
}

/** An operand of a row-major tensor, spread to the full shape where it broadcasts or lies in another order. */
function flatOperand(context: LowerContext, id: TensorId, target: readonly number[]): Ref {
  const { shape } = context.fact(id)
  const src = addressOf(context, id)
  if (shape.join() === target.join() && isRowMajor(src, shape)) return src.ref
  const shift = target.length - shape.length
  const strides = target.map((_, i) => (i < shift || shape[i - shift] === 1 ? 0 : (src.strides[i - shift] ?? 0)))
  const spread = context.scratch(sizeOf(target))
  emitCopy(context, target, { ref: src.ref, strides }, rowMajor(spread, target))
  return spread
}
