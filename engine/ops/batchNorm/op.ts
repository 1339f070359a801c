/** Batch normalisation with running statistics: scale * (x - mean) / sqrt(variance + epsilon) + bias, per channel. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { hostTensor } from '../../ir/tensor.ts'
import { pixelsOf } from '../lowering.ts'
import { defineOp } from '../op.ts'
import { channelsOf, costOf, elementsOf, elementwiseFlow, misfit, need } from '../shared.ts'

const attributes = z.object({ epsilon: z.number().positive().default(1e-5) })
export type BatchNormAttributes = z.infer<typeof attributes>

/** Per-channel factor and offset that do the same as the normalisation; computed in double precision. */
export function affineOf(parts: readonly ArrayLike<number>[], epsilon: number): { factor: Float64Array; offset: Float64Array } {
  const [scale, bias, mean, variance] = parts
  assert(scale && bias && mean && variance, 'batch norm needs scale, bias, mean and variance')
  const factor = Float64Array.from({ length: scale.length }, (_, c) => (scale[c] ?? 0) / Math.sqrt((variance[c] ?? 0) + epsilon))
  const offset = factor.map((f, c) => (bias[c] ?? 0) - (mean[c] ?? 0) * f)
  return { factor, offset }
}

/** Inputs: x [N, C, ...], scale, bias, mean, variance, each [C]. */
export const batchNorm = defineOp<BatchNormAttributes>({
  kind: 'batchNorm',
  title: 'Batch norm',
  attributes,
  readsStrided: true,
  storesStrided: true,

  infer(_attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    const c = channelsOf(x)
    for (const [i, role] of ['scale', 'bias', 'mean', 'variance'].entries()) {
      const f = need(inputs, i + 1, role, where)
      if (f.shape.length !== 1 || f.shape[0] !== c) throw misfit(where, `its ${role} has shape [${f.shape.join(', ')}] where [${c}] is needed`)
    }
    return [{ dtype: x.dtype, shape: x.shape, layout: x.layout }]
  },

  cost: (_attrs, facts) => costOf(facts, { params: 2 * (facts.outputs[0] ? channelsOf(facts.outputs[0]) : 0), elementOps: elementsOf(facts) }),
  flow: (_attrs, facts, input, output) => (input === 0 ? elementwiseFlow(facts, input, output) : { kind: 'none' }),

  evaluate(attrs, inputs) {
    const [x, ...parts] = inputs
    assert(x, 'batch norm needs an input')
    const { factor, offset } = affineOf(
      parts.map((p) => p?.data ?? []),
      attrs.epsilon,
    )
    const c = channelsOf(x)
    const inner = x.data.length / ((x.shape[0] ?? 1) * c)
    return [
      hostTensor(
        x.shape,
        Float32Array.from(x.data, (v, i) => v * (factor[Math.floor(i / inner) % c] ?? 0) + (offset[Math.floor(i / inner) % c] ?? 0)),
      ),
    ]
  },

  lower(context, node, attrs) {
    const [x = NONE, ...parts] = node.inputs
    const { factor, offset } = affineOf(
      parts.map((id) => context.constant(id, 'statistics').data),
      attrs.epsilon,
    )
    const src = context.view(x)
    const dst = context.view(node.outputs[0] ?? NONE)
    const lanes = Math.ceil(src.channels / 4) * 4
    const packed = new Float32Array(2 * lanes)
    packed.set(factor)
    packed.set(offset, lanes)
    context.emit('affine', pixelsOf(dst), [src.ref, dst.ref, context.weights(packed), src.pixelStride, dst.pixelStride, src.channels])
  },
})
