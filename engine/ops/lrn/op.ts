/** Local response normalisation across channels: x / (bias + alpha / size * sum of squares)^beta. Source: ONNX operator specification, LRN. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { fact, hostTensor, sizeOf } from '../../ir/tensor.ts'
import { pixelsOf } from '../lowering.ts'
import { type ChannelFlow, defineOp, type NodeFacts } from '../op.ts'
import { channelsOf, costOf, elementsOf, need, needRank, positive } from '../shared.ts'

const attributes = z.object({
  /** Channels whose squares are added up: the channel itself, and as many on either side; of an even size one more after it. */
  size: positive.max(1024),
  alpha: z.number().default(1e-4),
  beta: z.number().default(0.75),
  bias: z.number().default(1),
})
export type LrnAttributes = z.infer<typeof attributes>

const before = (size: number): number => Math.floor((size - 1) / 2)

function windowFlow(size: number, facts: NodeFacts, input: number): ChannelFlow {
  const x = facts.inputs[0]
  if (input !== 0 || !x || x.value) return { kind: 'none' }
  const channels = channelsOf(x)
  const runs: { out: readonly [number, number]; in: readonly [number, number] }[] = []
  for (let c = 0; c < channels; c++) {
    const first = c - before(size)
    runs.push({ out: [c, c + 1], in: [Math.max(first, 0), Math.min(first + size, channels)] })
  }
  return { kind: 'groups', runs }
}

/** Input and output [N, C, H, W]. */
export const lrn = defineOp<LrnAttributes>({
  kind: 'lrn',
  title: 'Local response norm',
  attributes,
  readsStrided: true,
  storesStrided: true,
  infer(_attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    needRank(x, 4, 'input', where)
    return [fact(x.shape, x.dtype, x.layout)]
  },
  cost: (attrs, facts) => costOf(facts, { elementOps: elementsOf(facts) * (attrs.size + 2) }),
  flow: (attrs, facts, input) => windowFlow(attrs.size, facts, input),
  evaluate(attrs, [x]) {
    assert(x, 'a normalisation needs an input')
    const [n = 0, c = 0] = x.shape
    const pixels = sizeOf(x.shape.slice(2))
    const out = new Float32Array(x.data.length)
    for (let b = 0; b < n; b++)
      for (let k = 0; k < c; k++) {
        const first = k - before(attrs.size)
        for (let p = 0; p < pixels; p++) {
          let sum = 0
          for (let i = Math.max(first, 0); i < Math.min(first + attrs.size, c); i++) sum += (x.data[(b * c + i) * pixels + p] ?? 0) ** 2
          const at = (b * c + k) * pixels + p
          out[at] = (x.data[at] ?? 0) / (attrs.bias + (attrs.alpha / attrs.size) * sum) ** attrs.beta
        }
      }
    return [hostTensor(x.shape, out)]
  },
  /** Kernel arguments: src, dst, pixel strides (src, dst), channels, size, channels before, alpha / size, beta, bias. One unit: one pixel. */
  lower(context, node, attrs) {
    const src = context.view(node.inputs[0] ?? NONE)
    const dst = context.view(node.outputs[0] ?? NONE)
    const numbers = [{ f32: attrs.alpha / attrs.size }, { f32: attrs.beta }, { f32: attrs.bias }]
    const window = [src.channels, attrs.size, before(attrs.size)]
    context.emit('lrn', pixelsOf(dst), [src.ref, dst.ref, src.pixelStride, dst.pixelStride, ...window, ...numbers])
  },
})
