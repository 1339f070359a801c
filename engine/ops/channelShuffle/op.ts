/** Channel shuffle. Source: the paper, section 3.1 (order "(g,n)"); its inverse is what some checkpoints were trained with. */
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { allocate, asNchw, hostTensor } from '../../ir/tensor.ts'
import { activationArgs, NO_ACTIVATION } from '../activationFunction.ts'
import { emitChannelCopy, movedView } from '../lowering.ts'
import { defineOp } from '../op.ts'
import { channelsOf, costOf, misfit, need, needRank } from '../shared.ts'
import { type ShuffleSpec, shuffleSchema, shuffleSource } from '../shuffle.ts'

export const channelShuffle = defineOp<ShuffleSpec>({
  kind: 'channelShuffle',
  title: 'Channel shuffle',
  attributes: shuffleSchema,
  readsStrided: true,
  storesStrided: true,
  storesPositions: true,

  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    needRank(x, 4, 'input', where)
    if (channelsOf(x) % attrs.groups !== 0) throw misfit(where, `${channelsOf(x)} channels do not divide into ${attrs.groups} groups`)
    return [{ dtype: x.dtype, shape: x.shape, layout: x.layout }]
  },

  cost: (_attrs, facts) => costOf(facts, {}),
  flow: (attrs, facts) => ({ kind: 'map', source: shuffleSource(facts.outputs[0] ? channelsOf(facts.outputs[0]) : 0, attrs) }),

  evaluate(attrs, [x]) {
    assert(x, 'a shuffle needs an input')
    const [n, c, h, w] = asNchw(x.shape)
    const source = shuffleSource(c, attrs)
    const out = allocate(x.dtype, x.data.length)
    for (let b = 0; b < n; b++)
      for (let k = 0; k < c; k++) {
        const from = (b * c + (source[k] ?? 0)) * h * w
        out.set(x.data.subarray(from, from + h * w), (b * c + k) * h * w)
      }
    return [hostTensor(x.shape, out, x.dtype)]
  },

  lower(context, node, attrs) {
    const src = movedView(context, node.inputs[0] ?? NONE)
    emitChannelCopy(context, src, movedView(context, node.outputs[0] ?? NONE), shuffleSource(src.channels, attrs), activationArgs(NO_ACTIVATION))
  },
})
