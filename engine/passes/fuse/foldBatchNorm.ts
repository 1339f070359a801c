/** Batch norm after a convolution goes into its weights and bias; computed in double precision. */

import { constantIn, type GraphEdit } from '../../ir/edit.ts'
import { NONE, type Node } from '../../ir/graph.ts'
import type { HostTensor } from '../../ir/tensor.ts'
import { affineOf, type BatchNormAttributes, batchNorm } from '../../ops/batchNorm/op.ts'
import { type Conv2dAttributes, conv2d } from '../../ops/conv2d/op.ts'
import { attrsOf } from '../../ops/op.ts'
import type { Pass } from '../pass.ts'

/** Weights after folding: `factor` has one entry for each run of weights of an output channel. */
type Scale = (weight: HostTensor, factor: Float64Array) => Float32Array

const withScale = (scale: Scale): Pass => ({
  name: 'fold batch norm',
  run(edit) {
    for (const norm of edit) if (norm.op === 'batchNorm') fold(edit, norm, scale)
  },
})

export const foldBatchNorm: Pass = withScale((weight, factor) => {
  const perChannel = weight.data.length / factor.length
  // A plain loop: this runs over every weight of a model while its user waits for the first answer.
  const scaled = new Float32Array(weight.data.length)
  for (let c = 0, i = 0; c < factor.length; c++) {
    const by = factor[c] ?? 0
    for (const end = i + perChannel; i < end; i++) scaled[i] = (weight.data[i] ?? 0) * by
  }
  return scaled
})

/** The same graph with meaningless weights, for what asks for its structure alone: all views of one memory that nothing ever writes. */
export function foldBatchNormShapes(): Pass {
  let nothing = new Float32Array()
  return withScale(({ data }) => {
    if (nothing.length < data.length) nothing = new Float32Array(data.length)
    return nothing.subarray(0, data.length)
  })
}

function fold(edit: GraphEdit, norm: Node, scale: Scale): void {
  const conv = edit.producer(norm.inputs[0] ?? NONE)
  if (conv?.op !== 'conv2d' || edit.soleConsumer(conv.outputs[0] ?? NONE)?.id !== norm.id) return
  const attrs: Conv2dAttributes = attrsOf(conv2d, conv.attrs)
  if (attrs.residual || attrs.shuffle || attrs.activation.kind !== 'none') return
  const { epsilon }: BatchNormAttributes = attrsOf(batchNorm, norm.attrs)
  const [x = NONE, w = NONE, b = NONE] = conv.inputs
  const weight = constantIn(edit, w)
  const bias = constantIn(edit, b)
  const parts = norm.inputs.slice(1).map((id) => constantIn(edit, id))
  if (!weight || (b !== NONE && !bias) || !parts.every((p): p is HostTensor => p !== undefined)) return
  const { factor, offset } = affineOf(
    parts.map((p) => p.data),
    epsilon,
  )
  const shifted = Float32Array.from(offset, (o, c) => o + Number(bias?.data[c] ?? 0) * (factor[c] ?? 0))
  const newWeight = edit.constant(edit.tensor(w).name, { dtype: 'f32', shape: weight.shape, data: scale(weight, factor) }, 'OIHW')
  const newBias = edit.constant(`${conv.name}.bias`, { dtype: 'f32', shape: [shifted.length], data: shifted })
  edit.replace([conv, norm], { op: 'conv2d', name: conv.name, attrs: conv.attrs, inputs: [x, newWeight, newBias], outputs: norm.outputs })
}
