/** Local response normalisation across channels: y = x / (bias + alpha / size * sum of squares of the channels around)^beta. Source: ONNX operator specification, LRN; Krizhevsky et al. 2012, section 3.3. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { unsupported } from '../../base/errors.ts'
import { NONE } from '../../ir/graph.ts'
import { asNchw, hostTensor } from '../../ir/tensor.ts'
import { pixelsOf } from '../lowering.ts'
import { defineOp } from '../op.ts'
import { channelsOf, costOf, elementsOf, need, needRank, positive } from '../shared.ts'

const attributes = z.object({
  /** Channels of a window; of an even number, one more lies after than before. */
  size: positive,
  alpha: z.number().default(1e-4),
  beta: z.number().default(0.75),
  bias: z.number().default(1),
})
export type LrnAttributes = z.infer<typeof attributes>

/** The only exponent with a kernel, and the only one that published networks use. */
const BETA = 0.75

/** First channel of the window around `c`, and the one after its last. */
function windowOf(size: number, c: number, channels: number): [number, number] {
  return [Math.max(0, c - Math.floor((size - 1) / 2)), Math.min(channels, c + Math.ceil((size - 1) / 2) + 1)]
}

/** Input and output x [N, C, H, W]. */
export const lrn = defineOp<LrnAttributes>({
  kind: 'lrn',
  title: 'Local response normalisation',
  attributes,
  readsStrided: true,
  storesStrided: true,

  infer(_attrs, inputs, where) {
    const { dtype, shape, layout } = need(inputs, 0, 'input', where)
    needRank({ dtype, shape, layout }, 4, 'input', where)
    return [{ dtype, shape, layout }]
  },

  cost: (attrs, facts) => costOf(facts, { elementOps: elementsOf(facts) * attrs.size }),

  flow(attrs, facts, input) {
    const x = facts.inputs[0]
    if (!x || input !== 0) return { kind: 'none' }
    const channels = channelsOf(x)
    return { kind: 'groups', runs: Array.from({ length: channels }, (_, c) => ({ out: [c, c + 1], in: windowOf(attrs.size, c, channels) })) }
  },

  evaluate({ size, alpha, beta, bias }, [x]) {
    assert(x, 'a normalisation needs an input')
    const [n, channels, h, w] = asNchw(x.shape)
    const out = new Float32Array(x.data.length)
    for (let b = 0; b < n; b++)
      for (let c = 0; c < channels; c++) {
        const [first, end] = windowOf(size, c, channels)
        for (let p = 0; p < h * w; p++) {
          let sum = 0
          for (let k = first; k < end; k++) sum += (x.data[(b * channels + k) * h * w + p] ?? 0) ** 2
          const at = (b * channels + c) * h * w + p
          out[at] = (x.data[at] ?? 0) / (bias + (alpha / size) * sum) ** beta
        }
      }
    return [hostTensor(x.shape, out)]
  },

  /** Kernel arguments: src, dst, source and target pixel stride, channels, channels of a window before and after, alpha / size, bias. One unit: one pixel. */
  lower(context, node, { size, alpha, beta, bias }) {
    if (beta !== BETA)
      throw unsupported(`Node "${node.name}"`, `no kernel computes a local response normalisation with beta ${beta}`, `Use beta ${BETA}`, node.name)
    const src = context.view(node.inputs[0] ?? NONE)
    const dst = context.view(node.outputs[0] ?? NONE)
    const around = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)]
    const strides = [src.pixelStride, dst.pixelStride]
    context.emit('lrn', pixelsOf(dst), [src.ref, dst.ref, ...strides, src.channels, ...around, { f32: alpha / size }, { f32: bias }])
  },
})
