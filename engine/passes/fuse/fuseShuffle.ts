/** A channel shuffle goes into the store addresses of the convolution or concatenation before it: it costs nothing. */

import { NONE, type Node } from '../../ir/graph.ts'
import type { ShuffleSpec } from '../../ops/shuffle.ts'
import type { Pass } from '../pass.ts'

function canStoreShuffled(node: Node): boolean {
  const attrs = node.attrs as { shuffle?: ShuffleSpec | null; residual?: boolean; axis?: number }
  if (attrs.shuffle !== null || attrs.residual === true) return false
  return node.op === 'conv2d' || (node.op === 'concat' && (attrs.axis === 1 || attrs.axis === -3))
}

export const fuseShuffle: Pass = {
  name: 'fuse channel shuffles',
  run(edit) {
    for (const shuffle of edit) {
      if (shuffle.op !== 'channelShuffle') continue
      const before = edit.producer(shuffle.inputs[0] ?? NONE)
      if (!before || !canStoreShuffled(before) || edit.soleConsumer(before.outputs[0] ?? NONE)?.id !== shuffle.id) continue
      edit.replace([before, shuffle], {
        op: before.op,
        name: before.name,
        attrs: { ...before.attrs, shuffle: shuffle.attrs },
        inputs: before.inputs,
        outputs: shuffle.outputs,
      })
    }
  },
}
