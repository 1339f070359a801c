/** Small things that several ops share: schema pieces, fact checks, costs, index walks. */
import { z } from 'zod'
import { badInput, type ScopeError } from '../base/errors.ts'
import type { InputFact } from '../ir/catalogue.ts'
import { bytesOf, type HostTensor, sizeOf, stridesOf, type TensorFact } from '../ir/tensor.ts'
import type { ChannelFlow, Cost, NodeFacts } from './op.ts'

export const extent = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1)
export const positive = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31 - 1)
export const integer = z
  .number()
  .int()
  .min(-(2 ** 53))
  .max(2 ** 53)
export const pair = z.tuple([positive, positive]).readonly()
/** Rows and columns added: [top, left, bottom, right], the order of ONNX. */
export const padding = z.tuple([extent, extent, extent, extent]).readonly()

/** No tensor of this engine has more elements; larger requests are refused before anything is allocated. */
export const MAX_ELEMENTS = 2 ** 28

export function misfit(where: string, why: string, hint = 'The model does not fit together; check how it was exported'): ScopeError {
  return badInput(`Node "${where}"`, why, hint, where)
}

export function need(inputs: readonly (InputFact | undefined)[], index: number, role: string, where: string): InputFact {
  const f = inputs[index]
  if (!f) throw misfit(where, `its ${role} (input ${index}) is missing`)
  return f
}

export function needRank(f: TensorFact, rank: number, role: string, where: string): void {
  if (f.shape.length !== rank) throw misfit(where, `its ${role} has shape [${f.shape.join(', ')}] where rank ${rank} is needed`)
}

export function checkedFact(result: TensorFact, where: string): TensorFact {
  for (const n of result.shape) if (!Number.isInteger(n) || n < 0) throw misfit(where, `its output would have shape [${result.shape.join(', ')}]`)
  if (sizeOf(result.shape) > MAX_ELEMENTS)
    throw misfit(where, `its output of shape [${result.shape.join(', ')}] is larger than ${MAX_ELEMENTS} elements`, 'Use a smaller input size')
  return result
}

export const NO_COST: Cost = { convMacs: 0, linearMacs: 0, elementOps: 0, params: 0, bytesRead: 0, bytesWritten: 0 }

/** A cost with the bytes of all inputs and outputs filled in, each counted once. */
export function costOf(facts: NodeFacts, parts: Partial<Cost>): Cost {
  let bytesRead = 0
  for (const f of facts.inputs) if (f) bytesRead += bytesOf(f)
  let bytesWritten = 0
  for (const f of facts.outputs) bytesWritten += bytesOf(f)
  return { ...NO_COST, bytesRead, bytesWritten, ...parts }
}

export function elementsOf(facts: NodeFacts): number {
  return facts.outputs.reduce((sum, f) => sum + sizeOf(f.shape), 0)
}

/** Channels of a tensor: axis 1, or 1 where there is no such axis. */
export function channelsOf(f: Pick<TensorFact, 'shape'>): number {
  return f.shape.length >= 2 ? (f.shape[1] ?? 1) : 1
}

export function identityFlow(channels: number): ChannelFlow {
  return { kind: 'map', source: Int32Array.from({ length: channels }, (_, i) => i) }
}

/** Every output channel sees every input channel. */
export function denseFlow(facts: NodeFacts, input: number, output: number): ChannelFlow {
  const from = facts.inputs[input]
  const to = facts.outputs[output]
  if (!from || !to || from.value) return { kind: 'none' }
  return { kind: 'groups', runs: [{ out: [0, channelsOf(to)], in: [0, channelsOf(from)] }] }
}

/** Output channel c sees channel c of the input, or the only channel of an input that broadcasts. */
export function elementwiseFlow(facts: NodeFacts, input: number, output: number): ChannelFlow {
  const from = facts.inputs[input]
  const to = facts.outputs[output]
  if (!from || !to || from.value) return { kind: 'none' }
  const c = channelsOf(to)
  return channelsOf(from) === c ? identityFlow(c) : { kind: 'map', source: new Int32Array(c) }
}

/** Calls `visit(outputIndex, inputOffset)` for each element of `shape`, where input strides may be 0 or negative. */
export function walk(shape: readonly number[], strides: readonly number[], start: number, visit: (to: number, from: number) => void): void {
  const rank = shape.length
  const total = sizeOf(shape)
  const index = new Array<number>(rank).fill(0)
  let from = start
  for (let to = 0; to < total; to++) {
    visit(to, from)
    for (let axis = rank - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0
      const next = (index[axis] ?? 0) + 1
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next
        from += stride
        break
      }
      from -= stride * (next - 1)
      index[axis] = 0
    }
  }
}

/** NumPy broadcasting. Throws `misfit` where the shapes do not go together. */
export function broadcastShape(a: readonly number[], b: readonly number[], where: string): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (x !== y && x !== 1 && y !== 1) throw misfit(where, `shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`)
    return x === 1 ? y : x
  })
}

/** Strides with which a tensor of `shape` is read as one of `target`: 0 along broadcast axes. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const own = stridesOf(shape)
  const shift = target.length - shape.length
  return target.map((_, i) => (i < shift || shape[i - shift] === 1 ? 0 : (own[i - shift] ?? 0)))
}

export function normalAxis(axis: number, rank: number, where: string): number {
  const a = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(a) || a < 0 || a >= rank) throw misfit(where, `axis ${axis} is outside a tensor of rank ${rank}`)
  return a
}

export function integersOf(value: HostTensor): number[] {
  return Array.from(value.data, Number)
}

/** The value of an input that must be known while the graph is built, as integers. */
export function needIntegers(f: InputFact, role: string, where: string): number[] {
  if (!f.value)
    throw misfit(where, `its ${role} is computed from the data, so shapes cannot be known before it runs`, 'Export the model with a fixed input size')
  return integersOf(f.value)
}

/** Output size of a window along one axis. Source: ONNX operator specification, Conv and MaxPool. */
export function windowOutput(
  size: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
  dilation: number,
  ceil: boolean,
  where: string,
): number {
  const span = size + before + after - dilation * (kernel - 1) - 1
  if (span < 0)
    throw misfit(where, `its ${kernel}-wide window does not fit an input of ${size} with padding ${before}+${after}`, 'Use a larger input size')
  let out = (ceil ? Math.ceil(span / stride) : Math.floor(span / stride)) + 1
  // As in PyTorch: the last window must start inside the input or its left padding.
  if (ceil && (out - 1) * stride >= size + before) out--
  return out
}
