/** Copies between tensors whose axes lie in memory in different orders: addresses, axis merging, reshapes. */
import { assert } from '../base/assert.ts'
import type { TensorId } from '../ir/graph.ts'
import { sizeOf, stridesOf } from '../ir/tensor.ts'
import type { LowerContext, Ref } from './op.ts'

/** A tensor in memory: `ref` is its first element, `strides` the floats from one index to the next along each axis. */
export interface Addressed {
  readonly ref: Ref
  readonly strides: readonly number[]
}

const MAX_DIMS = 6

/** Feature maps lie NHWC (rank 4, or rank 2 as 1x1); everything else, and every constant, is row-major. */
export function addressOf(context: LowerContext, id: TensorId): Addressed {
  const { shape } = context.fact(id)
  if (context.isConstant(id)) return rowMajor(context.weights(Float32Array.from(context.constant(id, 'input').data)), shape)
  if (shape.length !== 4 && shape.length !== 2) return rowMajor(context.flat(id), shape)
  const { ref, pixelStride, height, width } = context.view(id)
  if (shape.length === 2) return { ref, strides: [pixelStride, 1] }
  return { ref, strides: [height * width * pixelStride, 1, width * pixelStride, pixelStride] }
}

export function rowMajor(ref: Ref, shape: readonly number[]): Addressed {
  return { ref, strides: stridesOf(shape) }
}

/** Whether a tensor lies without gaps in the order of its shape. */
export function isRowMajor({ strides }: Addressed, shape: readonly number[]): boolean {
  const own = stridesOf(shape)
  return shape.every((extent, i) => extent === 1 || strides[i] === own[i])
}

export function advance(ref: Ref, floats: number): Ref {
  return { ...ref, offset: ref.offset + 4 * floats }
}

/** Whether a tensor's elements lie in row-major order: all but feature maps that have both channels and pixels. */
export function liesRowMajor(shape: readonly number[]): boolean {
  return shape.length !== 4 || shape[1] === 1 || (shape[2] ?? 1) * (shape[3] ?? 1) === 1
}

/** Whether a reshape from one shape to another leaves every element where it is in memory. */
export function keepsMemory(from: readonly number[], to: readonly number[]): boolean {
  if (liesRowMajor(from) && liesRowMajor(to)) return true
  return from.length === 4 && from.join() === to.join()
}

interface Axis {
  extent: number
  source: number
  target: number
}

/**
 * dst[sum of i * dst.strides] = src[sum of i * src.strides] over the box of `extents`; source strides may be 0 or
 * negative. Axes are put in the order of the target's memory and merged where both sides allow; a step takes six of
 * them, and further ones become several steps.
 */
export function emitCopy(context: LowerContext, extents: readonly number[], src: Addressed, dst: Addressed): void {
  if (sizeOf(extents) === 0) return
  emitAxes(context, mergedAxes(extents, src.strides, dst.strides), src.ref, dst.ref)
}

/** Kernel arguments: src, dst, six extents, six source strides, six target strides (floats). Units: the first three extents. */
function emitAxes(context: LowerContext, axes: readonly Axis[], src: Ref, dst: Ref): void {
  const [outermost] = axes
  if (axes.length > MAX_DIMS && outermost) {
    for (let i = 0; i < outermost.extent; i++)
      emitAxes(context, axes.slice(1), advance(src, i * outermost.source), advance(dst, i * outermost.target))
    return
  }
  const unit: Axis = { extent: 1, source: 0, target: 0 }
  // The first three axes are what threads share out; at least one axis stays for the inner loop.
  const shared = Math.min(3, Math.max(0, axes.length - 1))
  const fill = (list: readonly Axis[]): Axis[] => [...new Array<Axis>(3 - list.length).fill(unit), ...list]
  const six = [...fill(axes.slice(0, shared)), ...fill(axes.slice(shared))]
  const units = six.slice(0, 3).reduce((n, a) => n * a.extent, 1)
  context.emit('copyStrided', units, [src, dst, ...six.map((a) => a.extent), ...six.map((a) => a.source), ...six.map((a) => a.target)])
}

/** Axes outermost first in the target's memory; neighbours that both sides step through evenly become one. */
export function mergedAxes(extents: readonly number[], source: readonly number[], target: readonly number[]): Axis[] {
  const axes = extents.map((extent, i) => ({ extent, source: source[i] ?? 0, target: target[i] ?? 0 })).filter((a) => a.extent !== 1)
  axes.sort((a, b) => b.target - a.target)
  const merged: Axis[] = []
  for (const axis of axes) {
    const outer = merged.at(-1)
    if (outer && outer.source === axis.source * axis.extent && outer.target === axis.target * axis.extent) {
      outer.extent *= axis.extent
      outer.source = axis.source
      outer.target = axis.target
    } else merged.push({ ...axis })
  }
  return merged
}

/** Copies a tensor into another of the same number of elements, in row-major order of each one's shape. */
export function emitReshape(context: LowerContext, from: TensorId, to: TensorId): void {
  copyReshaped(context, context.fact(from).shape, addressOf(context, from), context.fact(to).shape, addressOf(context, to))
}

export function copyReshaped(context: LowerContext, fromShape: readonly number[], src: Addressed, toShape: readonly number[], dst: Addressed): void {
  const total = sizeOf(fromShape)
  assert(total === sizeOf(toShape), `reshape of [${fromShape.join(', ')}] to [${toShape.join(', ')}]`)
  if (total === 0) return
  const common = commonExtents(fromShape, toShape)
  if (common) {
    const source = { ref: src.ref, strides: refined(common, fromShape, src.strides) }
    emitCopy(context, common, source, { ref: dst.ref, strides: refined(common, toShape, dst.strides) })
    return
  }
  // Axes of the two shapes cut across each other: go through a row-major copy.
  const between = context.scratch(total)
  emitCopy(context, fromShape, src, rowMajor(between, fromShape))
  emitCopy(context, toShape, rowMajor(between, toShape), dst)
}

/** The coarsest shape that both shapes are merges of, or undefined where their axes cut across each other. */
export function commonExtents(a: readonly number[], b: readonly number[]): number[] | undefined {
  const cuts = [...new Set([...suffixProducts(a), ...suffixProducts(b), sizeOf(a)])].sort((x, y) => x - y)
  const extents: number[] = []
  for (let i = 1; i < cuts.length; i++) {
    const ratio = (cuts[i] ?? 1) / (cuts[i - 1] ?? 1)
    if (!Number.isInteger(ratio)) return undefined
    extents.unshift(ratio)
  }
  return extents
}

function suffixProducts(shape: readonly number[]): number[] {
  const products = [1]
  for (let i = shape.length - 1; i > 0; i--) products.push((products.at(-1) ?? 1) * (shape[i] ?? 1))
  return products
}

/** Strides of a finer shape, given those of the shape it refines. */
function refined(common: readonly number[], shape: readonly number[], strides: readonly number[]): number[] {
  const steps = stridesOf(common)
  const own = stridesOf(shape)
  return steps.map((step) => {
    // A piece belongs to the outermost axis whose row-major step does not exceed its own; axes of extent 1 have none.
    const axis = shape.findIndex((extent, j) => extent !== 1 && (own[j] ?? 1) <= step)
    return axis < 0 ? 0 : ((strides[axis] ?? 0) * step) / (own[axis] ?? 1)
  })
}
