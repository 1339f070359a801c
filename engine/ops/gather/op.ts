/** Gather: entries of one axis by index. Source: ONNX operator specification, Gather. */
import { z } from 'zod'
import { allocate, fact, type HostTensor, sizeOf, stridesOf } from '../../ir/tensor.ts'
import { addressOf, advance, emitCopy } from '../copyAxes.ts'
import { type ChannelFlow, defineOp, type NodeFacts } from '../op.ts'
import { checkedFact, costOf, denseFlow, elementwiseFlow, identityFlow, integer, integersOf, misfit, need, normalAxis } from '../shared.ts'

const attributes = z.object({ axis: integer.default(0) })
export type GatherAttributes = z.infer<typeof attributes>

/** Indices counted from the front. Throws `misfit` where one is outside the axis. */
function indicesOf(value: HostTensor, extent: number, where: string): number[] {
  return integersOf(value).map((i) => {
    const index = i < 0 ? i + extent : i
    if (!Number.isInteger(index) || index < 0 || index >= extent) throw misfit(where, `index ${i} is outside an axis of extent ${extent}`)
    return index
  })
}

function gatherFlow(attrs: GatherAttributes, facts: NodeFacts, input: number): ChannelFlow {
  const [x, indices] = facts.inputs
  const to = facts.outputs[0]
  if (!x || !indices || !to) return { kind: 'none' }
  if (input === 1 || x.value) return denseFlow(facts, input, 0)
  const axis = normalAxis(attrs.axis, x.shape.length, 'gather')
  if (x.shape.length < 2 || to.shape.length < 2) return denseFlow(facts, 0, 0)
  if (axis > 1 || (axis === 0 && indices.shape.length === 1)) return elementwiseFlow(facts, 0, 0)
  if (axis === 0 || indices.shape.length !== 1) return denseFlow(facts, 0, 0)
  const channels = x.shape[1] ?? 1
  if (!indices.value) return denseFlow(facts, 0, 0)
  const source = Int32Array.from(indicesOf(indices.value, channels, 'gather'))
  return source.every((c, i) => c === i) && source.length === channels ? identityFlow(channels) : { kind: 'map', source }
}

/** Indices as runs of equal steps: each run is one strided copy. */
export function evenRuns(indices: readonly number[]): { first: number; step: number; count: number }[] {
  const runs: { first: number; step: number; count: number }[] = []
  for (const index of indices) {
    const run = runs.at(-1)
    const last = run && run.first + run.step * (run.count - 1)
    if (run && last !== undefined && (run.count === 1 || last + run.step === index)) {
      if (run.count === 1) run.step = index - run.first
      run.count++
    } else runs.push({ first: index, step: 0, count: 1 })
  }
  return runs
}

/** Inputs: data, indices (i64 or i32, any shape). Output: data's shape with `axis` replaced by the indices' shape. */
export const gather = defineOp<GatherAttributes>({
  kind: 'gather',
  title: 'Gather',
  attributes,
  foldsEarly: true,
  readsStrided: true,
  storesStrided: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'data', where)
    const indices = need(inputs, 1, 'indices', where)
    const axis = normalAxis(attrs.axis, x.shape.length, where)
    if (indices.value) indicesOf(indices.value, x.shape[axis] ?? 0, where)
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
    if (shape.length > 16) throw misfit(where, `its output would have ${shape.length} axes`)
    return [checkedFact(fact(shape, x.dtype), where)]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: gatherFlow,
  evaluate(attrs, [x, indices]) {
    if (!x || !indices) return []
    const axis = normalAxis(attrs.axis, x.shape.length, 'gather')
    const extent = x.shape[axis] ?? 0
    const list = indicesOf(indices, extent, 'gather')
    const inner = sizeOf(x.shape.slice(axis + 1))
    const outer = sizeOf(x.shape.slice(0, axis))
    const data = allocate(x.dtype, outer * list.length * inner)
    for (let o = 0; o < outer; o++)
      for (const [i, index] of list.entries()) {
        const from = (o * extent + index) * inner
        data.set(x.data.subarray(from, from + inner), (o * list.length + i) * inner)
      }
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], data }]
  },
  lower(context, node, attrs) {
    const [from = -1, indices = -1] = node.inputs
    const to = node.outputs[0] ?? -1
    const x = context.fact(from).shape
    const axis = normalAxis(attrs.axis, x.length, node.name)
    const value = context.constant(indices, 'indices')
    const src = addressOf(context, from)
    const dst = addressOf(context, to)
    const rank = value.shape.length
    // Along the indices' own axes the copy goes element by element only where their last axis does not step evenly.
    const row = value.shape[rank - 1] ?? 1
    const list = indicesOf(value, x[axis] ?? 0, node.name)
    const rest = (strides: readonly number[], width: number): number[] => [...strides.slice(0, axis), ...strides.slice(axis + width)]
    const outerShape = value.shape.slice(0, -1)
    const rows = sizeOf(outerShape)
    const outerSteps = stridesOf(outerShape)
    const lastStride = rank === 0 ? 0 : (dst.strides[axis + rank - 1] ?? 0)
    for (let r = 0; r < rows; r++) {
      const base = outerSteps.reduce((sum, step, i) => sum + (Math.floor(r / step) % (outerShape[i] ?? 1)) * (dst.strides[axis + i] ?? 0), 0)
      let done = 0
      for (const run of evenRuns(list.slice(r * row, (r + 1) * row))) {
        emitCopy(
          context,
          [run.count, ...rest(x, 1)],
          { ref: advance(src.ref, run.first * (src.strides[axis] ?? 0)), strides: [run.step * (src.strides[axis] ?? 0), ...rest(src.strides, 1)] },
          { ref: advance(dst.ref, base + done * lastStride), strides: [lastStride, ...rest(dst.strides, rank)] },
        )
        done += run.count
      }
    }
  },
})
