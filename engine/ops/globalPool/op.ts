/** Pooling over all positions of a feature map. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { asNchw, fact, hostTensor, sizeOf } from '../../ir/tensor.ts'
import { defineOp } from '../op.ts'
import { affineSchema } from '../quantized.ts'
import { costOf, elementwiseFlow, misfit, need, needRank } from '../shared.ts'

const attributes = z.object({
  mode: z.enum(['max', 'average']),
  /** true: [N, C, 1, 1]; false: [N, C]. */
  keepDims: z.boolean().default(true),
  /** Quantized stage: how the 8-bit input is read; the output is f32 all the same. */
  quantized: affineSchema.nullable().default(null),
})
export type GlobalPoolAttributes = z.infer<typeof attributes>

export const globalPool = defineOp<GlobalPoolAttributes>({
  kind: 'globalPool',
  title: 'Global pooling',
  attributes,
  readsStrided: true,

  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    needRank(x, 4, 'input', where)
    const dtype = attrs.quantized ? 'u8' : 'f32'
    if (x.dtype !== dtype) throw misfit(where, `its input is ${x.dtype} where ${dtype} is needed`)
    const [n = 0, c = 0] = x.shape
    return [fact(attrs.keepDims ? [n, c, 1, 1] : [n, c])]
  },

  cost: (_attrs, facts) => costOf(facts, { elementOps: facts.inputs[0] ? sizeOf(facts.inputs[0].shape) : 0 }),
  flow: (_attrs, facts, input, output) => elementwiseFlow(facts, input, output),

  evaluate(attrs, [x]) {
    assert(x, 'a pooling needs an input')
    const [n, c, h, w] = asNchw(x.shape)
    const out = new Float32Array(n * c)
    for (let plane = 0; plane < n * c; plane++) {
      const values = x.data.subarray(plane * h * w, (plane + 1) * h * w)
      let sum = 0
      let best = Number.NEGATIVE_INFINITY
      for (const v of values) {
        sum += v
        if (v > best) best = v
      }
      const [value, many] = attrs.mode === 'max' ? [best, 1] : [sum, h * w]
      const { quantized } = attrs
      out[plane] = quantized ? (value - many * quantized.zero) * Math.fround(Math.fround(quantized.scale) / many) : value / many
    }
    return [hostTensor(attrs.keepDims ? [n, c, 1, 1] : [n, c], out)]
  },

  /** Kernel arguments: src, dst, source pixel stride, pixels, channels, mode. One unit: four channels of one photo. */
  lower(context, node, attrs) {
    const { quantized } = attrs
    const src = context.view(node.inputs[0] ?? NONE, quantized ? 'u8' : 'f32')
    const lanes = Math.ceil(src.channels / 4)
    const mode = attrs.mode === 'max' ? 0 : 1
    if (quantized) {
      const pixels = src.height * src.width
      const scale = Math.fround(Math.fround(quantized.scale) / (mode === 0 ? 1 : pixels))
      const places = [src.ref, context.flat(node.outputs[0] ?? NONE), src.pixelStride, pixels, src.channels, mode]
      context.emit('globalPool8', src.batch * lanes, [...places, { f32: scale }, quantized.zero])
      return
    }
    context.emit('globalPool', src.batch * lanes, [
      src.ref,
      context.flat(node.outputs[0] ?? NONE),
      src.pixelStride,
      src.height * src.width,
      src.channels,
      mode,
    ])
  },
})
