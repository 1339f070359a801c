/** An addition whose one side is a convolution becomes that convolution's epilogue. */

import type { GraphEdit } from '../../ir/edit.ts'
import { NONE, type Node } from '../../ir/graph.ts'
import { type BinaryAttributes, binary } from '../../ops/binary/op.ts'
import { type Conv2dAttributes, conv2d } from '../../ops/conv2d/op.ts'
import { attrsOf } from '../../ops/op.ts'
import type { Pass } from '../pass.ts'

export const fuseResidual: Pass = {
  name: 'fuse residual',
  run(edit) {
    for (const add of edit) if (add.op === 'binary') fuse(edit, add)
  },
}

function fuse(edit: GraphEdit, add: Node): void {
  const { function: kind, activation }: BinaryAttributes = attrsOf(binary, add.attrs)
  const [a = NONE, b = NONE] = add.inputs
  if (kind !== 'add' || a === b) return
  if (edit.tensor(a).fact.shape.join() !== edit.tensor(b).fact.shape.join()) return
  for (const [own, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const conv = edit.producer(own)
    if (conv?.op !== 'conv2d' || edit.soleConsumer(own)?.id !== add.id || edit.tensor(other).data) continue
    const attrs: Conv2dAttributes = attrsOf(conv2d, conv.attrs)
    if (attrs.residual || attrs.shuffle || attrs.activation.kind !== 'none') continue
    const [x = NONE, w = NONE, bias = NONE] = conv.inputs
    const fused = { ...conv.attrs, residual: true, activation }
    edit.replace([conv, add], { op: 'conv2d', name: conv.name, attrs: fused, inputs: [x, w, bias, other], outputs: add.outputs })
    return
  }
}
