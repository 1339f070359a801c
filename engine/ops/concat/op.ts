/** Concatenation. Along channels the planner lets the producers write into slices of the result. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE, type Node } from '../../ir/graph.ts'
import { allocate, fact, type HostTensor, sizeOf, stridesOf } from '../../ir/tensor.ts'
import { activationArgs, activationOf, activationSchema, NO_ACTIVATION } from '../activationFunction.ts'
import { addressOf, advance, emitCopy } from '../copyAxes.ts'
import { emitChannelCopy, movedView } from '../lowering.ts'
import { type ChannelFlow, defineOp, type LowerContext, type NodeFacts } from '../op.ts'
import { channelsOf, checkedFact, costOf, elementsOf, misfit, need, normalAxis, walk } from '../shared.ts'
import { shuffleSchema, shuffleSource, shuffleTarget } from '../shuffle.ts'

const attributes = z.object({
  axis: z.number().int().min(-8).max(7),
  /** Fused stage: the result is stored shuffled. */
  shuffle: shuffleSchema.nullable().default(null),
  activation: activationSchema.default(NO_ACTIVATION),
})
export type ConcatAttributes = z.infer<typeof attributes>

export const concat = defineOp<ConcatAttributes>({
  kind: 'concat',
  title: 'Concatenation',
  attributes,
  foldsEarly: true,
  readsStrided: true,
  storesStrided: true,
  storesPositions: true,

  infer(attrs, inputs, where) {
    const first = need(inputs, 0, 'first input', where)
    const axis = normalAxis(attrs.axis, first.shape.length, where)
    const shape = [...first.shape]
    for (let i = 1; i < inputs.length; i++) {
      const f = need(inputs, i, 'input', where)
      if (f.dtype !== first.dtype || f.shape.length !== shape.length || f.shape.some((n, a) => a !== axis && n !== shape[a]))
        throw misfit(where, `[${f.shape.join(', ')}] and [${first.shape.join(', ')}] cannot be joined along axis ${axis}`)
      shape[axis] = (shape[axis] ?? 0) + (f.shape[axis] ?? 0)
    }
    if (attrs.shuffle && (axis !== 1 || (shape[1] ?? 0) % attrs.shuffle.groups !== 0)) throw misfit(where, 'its fused shuffle does not fit')
    return [checkedFact({ dtype: first.dtype, shape, layout: first.layout }, where)]
  },

  cost: (attrs, facts) => costOf(facts, { elementOps: attrs.activation.kind === 'none' ? 0 : elementsOf(facts) }),

  flow(attrs, facts, input) {
    const out = facts.outputs[0]
    const from = facts.inputs[input]
    if (!out || !from || from.value) return { kind: 'none' }
    if (!alongChannels(attrs, out.shape.length)) return { kind: 'groups', runs: [{ out: [0, channelsOf(out)], in: [0, channelsOf(from)] }] }
    return channelMap(attrs, facts, input)
  },

  evaluate(attrs, inputs) {
    const parts = inputs.filter((t) => t !== undefined)
    const [first] = parts
    assert(first, 'a concatenation needs inputs')
    const axis = attrs.axis < 0 ? attrs.axis + first.shape.length : attrs.axis
    const shape = [...first.shape]
    shape[axis] = parts.reduce((sum, t) => sum + (t.shape[axis] ?? 0), 0)
    const out = allocate(first.dtype, sizeOf(shape))
    const strides = stridesOf(shape)
    let start = 0
    for (const part of parts) {
      walk(part.shape, strides, start, (i, at) => {
        out[at] = part.data[i] ?? 0
      })
      start += (part.shape[axis] ?? 0) * (strides[axis] ?? 0)
    }
    return [finish(attrs, { dtype: first.dtype, shape, data: out })]
  },

  placement(attrs, facts) {
    const out = facts.outputs[0]
    // An activation can be applied only while copying, so such a concatenation is not left to its producers.
    if (!out || !alongChannels(attrs, out.shape.length) || out.shape.length !== 4 || attrs.activation.kind !== 'none') return { kind: 'own' }
    const target = attrs.shuffle ? shuffleTarget(channelsOf(out), attrs.shuffle) : undefined
    let start = 0
    const positions = facts.inputs.map((f) => {
      const first = start
      start += f ? channelsOf(f) : 0
      return Int32Array.from({ length: f ? channelsOf(f) : 0 }, (_, c) => target?.[first + c] ?? first + c)
    })
    return { kind: 'gathers', positions }
  },

  lower(context, node, attrs) {
    const rank = context.fact(node.outputs[0] ?? NONE).shape.length
    if (rank === 4 && alongChannels(attrs, rank)) lowerChannels(context, node, attrs)
    else lowerStrided(context, node, attrs, rank)
  },
})

function alongChannels(attrs: ConcatAttributes, rank: number): boolean {
  return attrs.axis === 1 || attrs.axis + rank === 1
}

function channelMap(attrs: ConcatAttributes, facts: NodeFacts, input: number): ChannelFlow {
  const c = facts.outputs[0] ? channelsOf(facts.outputs[0]) : 0
  let start = 0
  for (let i = 0; i < input; i++) start += facts.inputs[i] ? channelsOf(facts.inputs[i] ?? fact([])) : 0
  const own = facts.inputs[input] ? channelsOf(facts.inputs[input] ?? fact([])) : 0
  const joined = Int32Array.from({ length: c }, (_, k) => (k >= start && k < start + own ? k - start : -1))
  const order = attrs.shuffle && shuffleSource(c, attrs.shuffle)
  return { kind: 'map', source: order ? order.map((k) => joined[k] ?? -1) : joined }
}

function finish(attrs: ConcatAttributes, joined: HostTensor): HostTensor {
  const act = activationOf(attrs.activation)
  const data = attrs.activation.kind === 'none' ? joined.data : joined.data.map(act)
  if (!attrs.shuffle) return { ...joined, data }
  const source = shuffleSource(channelsOf(joined), attrs.shuffle)
  const c = source.length
  const inner = data.length / ((joined.shape[0] ?? 1) * c)
  return {
    ...joined,
    data: data.map((_, i) => data[(Math.floor(i / inner / c) * c + (source[Math.floor(i / inner) % c] ?? 0)) * inner + (i % inner)] ?? 0),
  }
}

/** Copies the inputs that did not get written in place. */
function lowerChannels(context: LowerContext, node: Node, attrs: ConcatAttributes): void {
  const y = node.outputs[0] ?? NONE
  const whole = movedView(context, y)
  const target = attrs.shuffle ? shuffleTarget(whole.channels, attrs.shuffle) : undefined
  let start = 0
  for (const id of node.inputs) {
    const src = movedView(context, id)
    const first = start
    start += src.channels
    if (context.aliased(id, y)) continue
    const positions = Int32Array.from({ length: src.channels }, (_, c) => {
      const k = target?.[first + c] ?? first + c
      return whole.positions?.[k] ?? k
    })
    const source = Int32Array.from({ length: src.channels }, (_, c) => c)
    emitChannelCopy(context, src, { ...whole, channels: src.channels, positions }, source, activationArgs(attrs.activation))
  }
}

function lowerStrided(context: LowerContext, node: Node, attrs: ConcatAttributes, rank: number): void {
  const y = node.outputs[0] ?? NONE
  const axis = attrs.axis < 0 ? attrs.axis + rank : attrs.axis
  const to = addressOf(context, y)
  let start = 0
  for (const id of node.inputs) {
    const { shape } = context.fact(id)
    emitCopy(context, shape, addressOf(context, id), { ...to, ref: advance(to.ref, start * (to.strides[axis] ?? 0)) })
    start += shape[axis] ?? 0
  }
}
