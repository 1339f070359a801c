/** 8 bits to f32, one scale for the whole tensor. Source: ONNX operator specification, DequantizeLinear. */
import { NONE } from '../../ir/graph.ts'
import { fact, hostTensor, sizeOf } from '../../ir/tensor.ts'
import { pixelsOf } from '../lowering.ts'
import { defineOp } from '../op.ts'
import { type Affine, affineSchema, dequantize as dequantizeOne } from '../quantized.ts'
import { costOf, elementsOf, elementwiseFlow, misfit, need } from '../shared.ts'

export const dequantize = defineOp<Affine>({
  kind: 'dequantize',
  title: 'Dequantization',
  attributes: affineSchema,
  readsStrided: true,
  storesStrided: true,

  infer(_attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    if (x.dtype !== 'u8') throw misfit(where, `its input is ${x.dtype} where u8 is needed`)
    return [fact(x.shape, 'f32', x.layout)]
  },

  cost: (_attrs, facts) => costOf(facts, { elementOps: elementsOf(facts) }),
  flow: (_attrs, facts, input, output) => elementwiseFlow(facts, input, output),
  evaluate: (attrs, [x]) =>
    x
      ? [
          hostTensor(
            x.shape,
            Float32Array.from(x.data, (q) => dequantizeOne(q, attrs)),
          ),
        ]
      : [],

  /** Kernel arguments: src, dst, bytes from pixel to pixel (src, dst), channels, scale, zero. One unit: one pixel. */
  lower(context, node, { scale, zero }) {
    const { shape } = context.fact(node.inputs[0] ?? NONE)
    if (shape.length !== 4 && shape.length !== 2) {
      const [from, to] = [context.flat(node.inputs[0] ?? NONE, 'u8'), context.flat(node.outputs[0] ?? NONE)]
      context.emit('dequantize', 1, [from, to, 0, 0, sizeOf(shape), { f32: Math.fround(scale) }, zero])
      return
    }
    const src = context.view(node.inputs[0] ?? NONE, 'u8')
    const dst = context.view(node.outputs[0] ?? NONE)
    context.emit('dequantize', pixelsOf(dst), [
      src.ref,
      dst.ref,
      src.pixelStride,
      4 * dst.pixelStride,
      src.channels,
      { f32: Math.fround(scale) },
      zero,
    ])
  },
})
