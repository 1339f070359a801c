/** Maximum and average pooling over windows. Source: ONNX operator specification, MaxPool and AveragePool. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { allocate, asNchw, fact, type HostTensor, hostTensor } from '../../ir/tensor.ts'
import { activationArgs, activationOf, activationSchema, NO_ACTIVATION } from '../activationFunction.ts'
import { positionsArg } from '../lowering.ts'
import { type Bands, defineOp, type LowerContext, type View } from '../op.ts'
import { type Affine, affineSchema, boundsOf, factorOf, LARGEST, rounded } from '../quantized.ts'
import { checkedFact, costOf, elementsOf, elementwiseFlow, misfit, need, needRank, padding, pair, windowOutput } from '../shared.ts'

const attributes = z.object({
  mode: z.enum(['max', 'average']),
  kernel: pair,
  stride: pair.default([1, 1]),
  pad: padding.default([0, 0, 0, 0]),
  /** Round the output size up. */
  ceil: z.boolean().default(false),
  /** Average: divide by the window with its padding, or by what lies inside the input. */
  countIncludePad: z.boolean().default(false),
  /** Fused stage. */
  activation: activationSchema.default(NO_ACTIVATION),
  /** Quantized stage: input and output are 8-bit. */
  quantized: z.object({ input: affineSchema, output: affineSchema }).nullable().default(null),
})
export type Pool2dAttributes = z.infer<typeof attributes>

export const pool2d = defineOp<Pool2dAttributes>({
  kind: 'pool2d',
  title: 'Pooling',
  attributes,
  readsStrided: true,
  storesStrided: true,
  storesPositions: true,

  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    needRank(x, 4, 'input', where)
    const { kernel, stride, pad, ceil } = attrs
    if (pad[0] >= kernel[0] || pad[2] >= kernel[0] || pad[1] >= kernel[1] || pad[3] >= kernel[1])
      throw misfit(where, 'its padding is as large as its window, so a window could lie outside the input')
    const [n = 0, c = 0, h = 0, w = 0] = x.shape
    const oh = windowOutput(h, kernel[0], stride[0], pad[0], pad[2], 1, ceil, where)
    const ow = windowOutput(w, kernel[1], stride[1], pad[1], pad[3], 1, ceil, where)
    const dtype = attrs.quantized ? 'u8' : 'f32'
    if (x.dtype !== dtype) throw misfit(where, `its input is ${x.dtype} where ${dtype} is needed`)
    return [checkedFact(fact([n, c, oh, ow], dtype), where)]
  },

  cost: (attrs, facts) => costOf(facts, { elementOps: elementsOf(facts) * attrs.kernel[0] * attrs.kernel[1] }),
  flow: (_attrs, facts, input, output) => elementwiseFlow(facts, input, output),
  evaluate: (attrs, [x]) => [evaluatePool(attrs, x)],

  lower(context, node, attrs) {
    const { quantized } = attrs
    const src = context.view(node.inputs[0] ?? NONE, quantized ? 'u8' : 'f32')
    const dst = context.view(node.outputs[0] ?? NONE, quantized ? 'u8' : 'f32')
    const mode = attrs.mode === 'max' ? 0 : attrs.countIncludePad ? 2 : 1
    const bands = { count: dst.batch * dst.height, map: dst, own: false }
    const sizes = [src.height, src.width, dst.height, dst.width, src.channels]
    if (quantized) {
      lowerQuantized(context, src, dst, attrs, quantized, sizes, mode, bands)
      return
    }
    const activation = activationArgs(attrs.activation)
    if (fits3x3(attrs) && !dst.positions) {
      const units = dst.batch * dst.height * Math.ceil(dst.channels / 4)
      const rest = [...attrs.pad, mode, ...activation, context.weights(new Float32Array(4))]
      context.emit('pool3x3', units, [src.ref, dst.ref, src.pixelStride, dst.pixelStride, ...sizes, ...rest], bands)
      return
    }
    const window = [...attrs.kernel, ...attrs.stride, ...attrs.pad, mode]
    const epilogue = [...activation, positionsArg(context, dst)]
    context.emit('pool', dst.batch * dst.height, [src.ref, dst.ref, src.pixelStride, dst.pixelStride, ...sizes, ...window, ...epilogue], bands)
  },
})

/** Of a window whose sums fit 16 bits. */
const WIDE_WINDOW = 256

function lowerQuantized(
  context: LowerContext,
  src: View,
  dst: View,
  attrs: Pool2dAttributes,
  quantized: { readonly input: Affine; readonly output: Affine },
  sizes: readonly number[],
  mode: number,
  bands: Bands,
): void {
  const { input, output } = quantized
  const [lo, hi] = boundsOf(attrs.activation, output)
  const wide = !dst.positions && attrs.kernel[0] * attrs.kernel[1] <= WIDE_WINDOW
  const asItIs =
    wide && mode === 0 && input.scale === output.scale && input.zero === output.zero && lo === -output.zero && hi === LARGEST - output.zero
  const values = [{ f32: asItIs ? 0 : factorOf(quantized) }, { f32: lo }, { f32: hi }, input.zero, output.zero]
  const window = [...attrs.kernel, ...attrs.stride, ...attrs.pad, mode]
  const args = [src.ref, dst.ref, src.pixelStride, dst.pixelStride, ...sizes, ...window, ...values]
  if (wide) context.emit('pool8wide', bands.count * Math.ceil(dst.channels / 16), args, bands)
  else context.emit('pool8', bands.count * Math.ceil(dst.channels / 4), [...args, positionsArg(context, dst)], bands)
}

/** What `pool3x3` can do: the windows of ShuffleNet's and ResNet's stems and of ShuffleNet's shortcuts. */
function fits3x3({ kernel, stride, pad, activation }: Pool2dAttributes): boolean {
  const simple = activation.kind === 'none' || activation.kind === 'clip'
  return kernel[0] === 3 && kernel[1] === 3 && stride[0] === 2 && stride[1] === 2 && pad[0] <= 1 && pad[1] <= 1 && simple
}

function evaluatePool(attrs: Pool2dAttributes, x: HostTensor | undefined): HostTensor {
  assert(x, 'a pooling needs an input')
  const [n, c, h, w] = asNchw(x.shape)
  const { kernel, stride, pad, ceil, mode, quantized } = attrs
  const oh = windowOutput(h, kernel[0], stride[0], pad[0], pad[2], 1, ceil, 'pool')
  const ow = windowOutput(w, kernel[1], stride[1], pad[1], pad[3], 1, ceil, 'pool')
  const finish = quantized ? finishIn8Bits(attrs, quantized) : finishInF32(attrs)
  const out = allocate(quantized ? 'u8' : 'f32', n * c * oh * ow)
  for (let plane = 0; plane < n * c; plane++)
    for (let y = 0; y < oh; y++)
      for (let xx = 0; xx < ow; xx++) {
        const top = y * stride[0] - pad[0]
        const left = xx * stride[1] - pad[1]
        const [y0, y1] = [Math.max(top, 0), Math.min(top + kernel[0], h)]
        const [x0, x1] = [Math.max(left, 0), Math.min(left + kernel[1], w)]
        let best = Number.NEGATIVE_INFINITY
        let sum = 0
        for (let iy = y0; iy < y1; iy++)
          for (let ix = x0; ix < x1; ix++) {
            const v = x.data[(plane * h + iy) * w + ix] ?? 0
            sum += v
            if (v > best) best = v
          }
        // A window that ceil mode pushed past the padding counts only up to the padding (PyTorch).
        const padded = (Math.min(top + kernel[0], h + pad[2]) - top) * (Math.min(left + kernel[1], w + pad[3]) - left)
        const inside = (y1 - y0) * (x1 - x0)
        const [value, many] = mode === 'max' ? [best, 1] : [sum, inside]
        out[(plane * oh + y) * ow + xx] = finish(value, many, mode === 'max' ? 1 : attrs.countIncludePad ? padded : inside)
      }
  return hostTensor([n, c, oh, ow], out, quantized ? 'u8' : 'f32')
}

/** From the sum of `many` values, and what divides it, to the result. */
type Finish = (sum: number, many: number, divisor: number) => number

function finishInF32({ activation }: Pool2dAttributes): Finish {
  const act = activationOf(activation)
  return (sum, _many, divisor) => act(sum / divisor)
}

function finishIn8Bits({ activation }: Pool2dAttributes, quantized: { readonly input: Affine; readonly output: Affine }): Finish {
  const { input, output } = quantized
  const bounds = boundsOf(activation, output)
  const factor = factorOf(quantized)
  return (sum, many, divisor) => rounded(Math.fround((sum - many * input.zero) * Math.fround(factor / divisor)), bounds, output)
}
