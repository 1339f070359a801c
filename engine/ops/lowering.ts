/** Pieces that several ops' `lower` share. */
import type { TensorId } from '../ir/graph.ts'
import type { Arg, LowerContext, View } from './op.ts'

/** An absent address. Buffers never start at 0. */
export const NULL = 0

export function pixelsOf(view: View): number {
  return view.batch * view.height * view.width
}

/** View of a feature map that is moved as it is, f32 or 8-bit. */
export function movedView(context: LowerContext, id: TensorId): View {
  return context.view(id, context.fact(id).dtype === 'u8' ? 'u8' : 'f32')
}

/** Table of byte offsets per channel for kernels that store channels one by one, or NULL for a plain run. */
export function positionsArg(context: LowerContext, view: View): Arg {
  if (!view.positions) return NULL
  return context.weights(Int32Array.from(view.positions, (p) => view.bytes * p))
}

/** Contiguous runs of a channel copy as (source byte offset, target byte offset, channels) triples. `bytes`: of an element. */
export function copyRuns(from: ArrayLike<number>, to: ArrayLike<number>, bytes = 4): Int32Array {
  const runs: number[] = []
  let last = -1
  for (let c = 0; c < to.length; c++) {
    const source = from[c] ?? 0
    const target = to[c] ?? 0
    const length = last < 0 ? 0 : (runs[last + 2] ?? 0)
    if (last >= 0 && runs[last] === bytes * (source - length) && runs[last + 1] === bytes * (target - length)) runs[last + 2] = length + 1
    else {
      last = runs.length
      runs.push(bytes * source, bytes * target, 1)
    }
  }
  return Int32Array.from(runs)
}

/** Where each channel of a view lies, in floats from its pixel's start. */
export function channelPositions(view: View): Int32Array {
  return view.positions ?? Int32Array.from({ length: view.channels }, (_, c) => c)
}

/**
 * Copies channels: output channel c takes input channel `source[c]`.
 * Kernel arguments: src, dst, runs, number of runs, source and target pixel stride in bytes, activation code and its two parameters.
 */
export function emitChannelCopy(context: LowerContext, src: View, dst: View, source: ArrayLike<number>, activation: readonly [Arg, Arg, Arg]): void {
  const runs = copyRuns(source, channelPositions(dst), dst.bytes)
  const places = [src.ref, dst.ref, context.weights(runs), runs.length / 3, dst.bytes * src.pixelStride, dst.bytes * dst.pixelStride]
  if (dst.bytes === 4) context.emit('gatherChannels', pixelsOf(dst), [...places, ...activation])
  else context.emit('gatherBytes', pixelsOf(dst), places)
}
