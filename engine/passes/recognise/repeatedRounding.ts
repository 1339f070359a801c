/**
 * Rounding to 8 bits a second time: values that were on a scale's steps and have only been moved since are there still.
 * Tools that quantize write such a pair around every operator.
 */
import type { GraphEdit } from '../../ir/edit.ts'
import type { TensorId } from '../../ir/graph.ts'
import { activation } from '../../ops/activation/op.ts'
import type { Activation } from '../../ops/activationFunction.ts'
import { dequantize } from '../../ops/dequantize/op.ts'
import { pool2d } from '../../ops/pool2d/op.ts'
import { quantize } from '../../ops/quantize/op.ts'
import type { Affine } from '../../ops/quantized.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, output } from './match.ts'

/** Every element of their results is one of what they read. */
const MOVERS = new Set([
  'reshape',
  'flatten',
  'squeeze',
  'unsqueeze',
  'transpose',
  'channelShuffle',
  'slice',
  'split',
  'concat',
  'identity',
  'gather',
])
/** Nodes looked at behind one rounding. */
const MAX_LOOKED_AT = 64

export const repeatedRounding: Pass = {
  name: 'remove repeated rounding',
  run(edit) {
    for (const node of edit) {
      const to = asOp(quantize, node)
      if (!to || !isRounded(edit, input(node), to)) continue
      for (const reader of edit.consumers(output(node))) {
        const from = asOp(dequantize, reader)
        if (!from || !sameAffine(from, to) || edit.isOutput(output(reader))) continue
        edit.redirect(output(reader), input(node))
        edit.remove(reader)
      }
    }
  },
}

export function sameAffine(a: Affine, b: Affine): boolean {
  return a.scale === b.scale && a.zero === b.zero
}

/** Whether steps of a scale become steps of it; 0 is one of every scale. */
export function staysRounded(fn: Activation): boolean {
  return fn.kind === 'none' || (fn.kind === 'clip' && (fn.min === null || fn.min === 0) && fn.max === null)
}

function isRounded(edit: GraphEdit, start: TensorId, to: Affine): boolean {
  const seen = new Set([start])
  for (const id of seen) {
    const producer = edit.producer(id)
    const from = asOp(dequantize, producer)
    if (from && sameAffine(from, to)) continue
    const fn = asOp(activation, producer)?.function
    const keeps = fn ? staysRounded(fn) : producer && (MOVERS.has(producer.op) || asOp(pool2d, producer)?.mode === 'max')
    if (!producer || !keeps || seen.size > MAX_LOOKED_AT) return false
    for (const source of producer.op === 'concat' ? producer.inputs : producer.inputs.slice(0, 1)) seen.add(source)
  }
  return true
}
