/** A part of a tensor along some axes. Source: ONNX operator specification, Slice. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { allocate, sizeOf, stridesOf } from '../../ir/tensor.ts'
import { activationArgs, NO_ACTIVATION } from '../activationFunction.ts'
import { addressOf, advance, emitCopy } from '../copyAxes.ts'
import { emitChannelCopy, movedView } from '../lowering.ts'
import { defineOp } from '../op.ts'
import { channelsOf, costOf, denseFlow, identityFlow, integer, misfit, need, normalAxis, walk } from '../shared.ts'

const attributes = z.object({
  axes: z.array(z.number().int().min(-8).max(7)).max(8).readonly(),
  /** Negative: from the end; clamped to the extent. */
  starts: z.array(integer).max(8).readonly(),
  ends: z.array(integer).max(8).readonly(),
  steps: z.array(integer).max(8).readonly(),
})
export type SliceAttributes = z.infer<typeof attributes>

interface Cut {
  readonly start: number
  readonly step: number
  readonly count: number
}

/** One cut per axis of `shape`. */
export function cutsOf(attrs: SliceAttributes, shape: readonly number[], where: string): Cut[] {
  const cuts: Cut[] = shape.map((n) => ({ start: 0, step: 1, count: n }))
  if (attrs.starts.length !== attrs.axes.length || attrs.ends.length !== attrs.axes.length || attrs.steps.length !== attrs.axes.length)
    throw misfit(where, 'its axes, starts, ends and steps differ in number')
  attrs.axes.forEach((raw, i) => {
    const axis = normalAxis(raw, shape.length, where)
    const n = shape[axis] ?? 0
    const step = attrs.steps[i] ?? 1
    if (step === 0) throw misfit(where, 'its step is 0')
    const clamp = (v: number, lo: number, hi: number): number => Math.min(Math.max(v < 0 ? v + n : v, lo), hi)
    const start = step > 0 ? clamp(attrs.starts[i] ?? 0, 0, n) : clamp(attrs.starts[i] ?? 0, 0, n - 1)
    const end = step > 0 ? clamp(attrs.ends[i] ?? 0, 0, n) : clamp(attrs.ends[i] ?? 0, -1, n - 1)
    cuts[axis] = { start, step, count: Math.max(0, Math.ceil((end - start) / step)) }
  })
  return cuts
}

/** The run of channels that a slice of rank 4 takes when it touches channels alone, else undefined. */
function channelRun(attrs: SliceAttributes, shape: readonly number[]): Cut | undefined {
  const cuts = cutsOf(attrs, shape, 'slice')
  const whole = cuts.every((cut, axis) => axis === 1 || (cut.start === 0 && cut.step === 1 && cut.count === shape[axis]))
  return shape.length === 4 && whole && cuts[1]?.step === 1 ? cuts[1] : undefined
}

export const slice = defineOp<SliceAttributes>({
  kind: 'slice',
  title: 'Slice',
  attributes,
  foldsEarly: true,
  readsStrided: true,

  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    return [{ dtype: x.dtype, shape: cutsOf(attrs, x.shape, where).map((c) => c.count), layout: x.layout }]
  },

  cost: (_attrs, facts) => costOf(facts, {}),

  flow(attrs, facts, input, output) {
    const x = facts.inputs[0]
    const y = facts.outputs[0]
    if (!x || !y || input !== 0 || x.value) return { kind: 'none' }
    if (x.shape.length < 2) return denseFlow(facts, input, output)
    const cut = cutsOf(attrs, x.shape, 'slice')[1]
    if (!cut) return identityFlow(channelsOf(y))
    return { kind: 'map', source: Int32Array.from({ length: cut.count }, (_, i) => cut.start + i * cut.step) }
  },

  evaluate(attrs, [x]) {
    assert(x, 'a slice needs an input')
    const cuts = cutsOf(attrs, x.shape, 'slice')
    const strides = stridesOf(x.shape)
    const shape = cuts.map((c) => c.count)
    const out = allocate(x.dtype, sizeOf(shape))
    walk(
      shape,
      cuts.map((c, i) => c.step * (strides[i] ?? 0)),
      cuts.reduce((sum, c, i) => sum + c.start * (strides[i] ?? 0), 0),
      (to, from) => {
        out[to] = x.data[from] ?? 0
      },
    )
    return [{ dtype: x.dtype, shape, data: out }]
  },

  placement(attrs, facts) {
    const run = facts.inputs[0] && channelRun(attrs, facts.inputs[0].shape)
    return run ? { kind: 'slices', starts: [run.start] } : { kind: 'own' }
  },

  lower(context, node, attrs) {
    const x = node.inputs[0] ?? NONE
    const y = node.outputs[0] ?? NONE
    if (context.aliased(x, y)) return
    const { shape } = context.fact(x)
    const run = channelRun(attrs, shape)
    if (run) {
      const source = Int32Array.from({ length: run.count }, (_, c) => run.start + c)
      emitChannelCopy(context, movedView(context, x), movedView(context, y), source, activationArgs(NO_ACTIVATION))
      return
    }
    const cuts = cutsOf(attrs, shape, node.name)
    const from = addressOf(context, x)
    const start = cuts.reduce((sum, c, i) => sum + c.start * (from.strides[i] ?? 0), 0)
    const strides = cuts.map((c, i) => c.step * (from.strides[i] ?? 0))
    emitCopy(context, context.fact(y).shape, { ref: advance(from.ref, start), strides }, addressOf(context, y))
  },
})
