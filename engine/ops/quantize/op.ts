/** f32 to 8 bits, one scale for the whole tensor. Source: ONNX operator specification, QuantizeLinear; rounding as in ops/quantized.ts. */
import { NONE } from '../../ir/graph.ts'
import { fact, hostTensor, sizeOf } from '../../ir/tensor.ts'
import { pixelsOf } from '../lowering.ts'
import { defineOp } from '../op.ts'
import { type Affine, affineSchema, inverseOf, quantize as quantizeOne } from '../quantized.ts'
import { costOf, elementsOf, elementwiseFlow, misfit, need } from '../shared.ts'

export const quantize = defineOp<Affine>({
  kind: 'quantize',
  title: 'Quantization',
  attributes: affineSchema,
  readsStrided: true,
  readsPlanar: () => true,
  storesStrided: true,

  infer(_attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    if (x.dtype !== 'f32') throw misfit(where, `its input is ${x.dtype} where f32 is needed`)
    return [fact(x.shape, 'u8', x.layout)]
  },

  cost: (_attrs, facts) => costOf(facts, { elementOps: elementsOf(facts) }),
  flow: (_attrs, facts, input, output) => elementwiseFlow(facts, input, output),
  evaluate: (attrs, [x]) =>
    x
      ? [
          hostTensor(
            x.shape,
            Uint8Array.from(x.data, (v) => quantizeOne(v, attrs)),
            'u8',
          ),
        ]
      : [],

  /** Kernel arguments: src, dst, bytes from pixel to pixel (src, dst), channels, 1 / scale, zero, and in planes width and height. One unit: one pixel, in planes one row. */
  lower(context, node, attrs) {
    const { zero } = attrs
    const { shape } = context.fact(node.inputs[0] ?? NONE)
    if (shape.length !== 4 && shape.length !== 2) {
      const [from, to] = [context.flat(node.inputs[0] ?? NONE), context.flat(node.outputs[0] ?? NONE, 'u8')]
      context.emit('quantize', 1, [from, to, 0, 0, sizeOf(shape), { f32: inverseOf(attrs) }, zero])
      return
    }
    const src = context.view(node.inputs[0] ?? NONE)
    const dst = context.view(node.outputs[0] ?? NONE, 'u8')
    const places = [src.ref, dst.ref, 4 * src.pixelStride, dst.pixelStride, src.channels]
    const values = [{ f32: inverseOf(attrs) }, zero]
    if (src.planar) context.emit('quantizePlanes', src.batch * src.height, [...places, ...values, src.width, src.height])
    else context.emit('quantize', pixelsOf(dst), [...places, ...values])
  },
})
