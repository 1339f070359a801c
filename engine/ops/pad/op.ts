/** Pad: a constant border, or a crop where pads are negative. Source: ONNX operator specification, Pad. */
import { z } from 'zod'
import type { InputFact } from '../../ir/catalogue.ts'
import { allocate, fact, type HostTensor, stridesOf } from '../../ir/tensor.ts'
import { addressOf, advance, emitCopy } from '../copyAxes.ts'
import { type ChannelFlow, defineOp, type LowerContext, type NodeFacts } from '../op.ts'
import { integersFrom, integersOfValue } from '../reshaping.ts'
import { channelsOf, checkedFact, costOf, denseFlow, integer, misfit, need, walk } from '../shared.ts'

const attributes = z.object({
  /** Before every axis, then after every axis, as in ONNX. null: input 1 holds them. */
  pads: z.array(integer).max(32).readonly().nullable().default(null),
  mode: z.literal('constant').default('constant'),
  /** null: input 2 holds it, or it is 0. */
  value: z.number().nullable().default(null),
})
export type PadAttributes = z.infer<typeof attributes>

interface Axis {
  readonly input: number
  readonly output: number
  /** First kept index of the input, its place in the output, and how many are kept. */
  readonly from: number
  readonly to: number
  readonly kept: number
  readonly before: number
}

function axesOf(shape: readonly number[], pads: readonly number[] | undefined, where: string): Axis[] {
  if (!pads) throw misfit(where, 'its pads are missing')
  const rank = shape.length
  if (pads.length !== 2 * rank) throw misfit(where, `its ${pads.length} pads do not fit an input of rank ${rank}`)
  return shape.map((input, i) => {
    const before = pads[i] ?? 0
    const after = pads[i + rank] ?? 0
    const kept = input + Math.min(before, 0) + Math.min(after, 0)
    if (kept < 0) throw misfit(where, `its pads ${before} and ${after} take more than axis ${i} of extent ${input} has`)
    return { input, output: input + before + after, from: Math.max(-before, 0), to: Math.max(before, 0), kept, before }
  })
}

const dot = (axes: readonly Axis[], key: 'from' | 'to', strides: readonly number[]): number =>
  axes.reduce((sum, a, i) => sum + a[key] * (strides[i] ?? 0), 0)

function padFlow(attrs: PadAttributes, facts: NodeFacts, input: number): ChannelFlow {
  const x = facts.inputs[0]
  const to = facts.outputs[0]
  if (input !== 0 || !x || !to || x.value) return { kind: 'none' }
  if (x.shape.length < 2) return denseFlow(facts, 0, 0)
  const axis = axesOf(x.shape, integersFrom(attrs.pads, facts.inputs[1], 'pads', 'pad'), 'pad')[1]
  const before = axis?.before ?? 0
  const inside = (c: number): boolean => c >= 0 && c < channelsOf(x)
  return { kind: 'map', source: Int32Array.from({ length: channelsOf(to) }, (_, c) => (inside(c - before) ? c - before : -1)) }
}

function fillValue(attrs: PadAttributes, value: HostTensor | undefined): number {
  return attrs.value ?? value?.data[0] ?? 0
}

/** A value that is computed from the data cannot be planned for; a missing one is 0. */
function needValue(attrs: PadAttributes, input: InputFact | undefined, where: string): void {
  if (attrs.value === null && input && input.value?.data.length !== 1) throw misfit(where, 'its fill value is not one constant')
}

/** Inputs: x; where the attributes are null, the pads and the fill value as constants. */
export const pad = defineOp<PadAttributes>({
  kind: 'pad',
  title: 'Pad',
  attributes,
  foldsEarly: true,
  readsStrided: true,
  storesStrided: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    needValue(attrs, inputs[2], where)
    const axes = axesOf(x.shape, integersFrom(attrs.pads, inputs[1], 'pads', where), where)
    return [
      checkedFact(
        fact(
          axes.map((a) => a.output),
          x.dtype,
        ),
        where,
      ),
    ]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: padFlow,
  evaluate(attrs, inputs) {
    const [x] = inputs
    if (!x) return []
    const axes = axesOf(x.shape, integersOfValue(attrs.pads, inputs[1]), 'pad')
    const shape = axes.map((a) => a.output)
    const data = allocate(
      x.dtype,
      shape.reduce((n, e) => n * e, 1),
    ).fill(fillValue(attrs, inputs[2]))
    const source = stridesOf(x.shape)
    const kept = axes.map((a) => a.kept)
    const targets: number[] = []
    walk(kept, stridesOf(shape), dot(axes, 'to', stridesOf(shape)), (_, to) => targets.push(to))
    walk(kept, source, dot(axes, 'from', source), (i, from) => {
      data[targets[i] ?? 0] = x.data[from] ?? 0
    })
    return [{ dtype: x.dtype, shape, data }]
  },
  lower(context: LowerContext, node, attrs) {
    const [from, pads, value] = node.inputs
    const to = node.outputs[0] ?? -1
    const constant = (id: number | undefined, role: string): HostTensor | undefined =>
      id === undefined || id < 0 ? undefined : context.constant(id, role)
    const { shape } = context.fact(from ?? -1)
    const axes = axesOf(shape, integersOfValue(attrs.pads, constant(pads, 'pads')), node.name)
    const src = addressOf(context, from ?? -1)
    const dst = addressOf(context, to)
    if (axes.some((a) => a.kept < a.output)) {
      const fill = context.weights(Float32Array.of(fillValue(attrs, constant(value, 'fill value'))))
      const still = { ref: fill, strides: axes.map(() => 0) }
      emitCopy(context, context.fact(to).shape, still, dst)
    }
    emitCopy(
      context,
      axes.map((a) => a.kept),
      { ref: advance(src.ref, dot(axes, 'from', src.strides)), strides: src.strides },
      { ref: advance(dst.ref, dot(axes, 'to', dst.strides)), strides: dst.strides },
    )
  },
})
