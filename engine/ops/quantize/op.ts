/** f32 to 8 bits, one scale for the whole tensor. Source: ONNX operator specification, QuantizeLinear; rounding as in ops/quantized.ts. */
import { NONE } from '../../ir/graph.ts'
import { fact, hostTensor } from '../../ir/tensor.ts'
import { pixelsOf } from '../lowering.ts'
import { defineOp } from '../op.ts'
import { type Affine, affineSchema, quantize as quantizeOne } from '../quantized.ts'
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
  lower(context, node, { scale, zero }) {
    const src = context.view(node.inputs[0] ?? NONE)
    const dst = context.view(node.outputs[0] ?? NONE, 'u8')
    const places = [src.ref, dst.ref, 4 * src.pixelStride, dst.pixelStride, src.channels]
    const values = [{ f32: Math.fround(1 / scale) }, zero]
    if (src.planar) context.emit('quantizePlanes', src.batch * src.height, [...places, ...values, src.width, src.height])
    else context.emit('quantize', pixelsOf(dst), [...places, ...values])
  },
})
