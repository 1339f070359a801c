/**
 * 8-bit arithmetic. A value x of a quantized tensor stands for scale * (x - zero), x in 0..255; weights are -127..127 with a scale
 * for each output channel and zero at 0. Scales are taken as f32, which files of other formats hold. Products are summed as 32-bit
 * integers, exactly; what follows is done in f32, one rounding for each operation, so that kernels on any machine and the code
 * below give the same bits.
 * Source: Jacob et al., arXiv:1712.05877, with a multiplication in f32 where they shift.
 */
import { z } from 'zod'
import type { Activation } from './activationFunction.ts'

export const affineSchema = z.object({ scale: z.number().positive(), zero: z.number().int().min(0).max(255) })
export type Affine = z.infer<typeof affineSchema>

/** Scale of each output channel's weights. */
export const weightScales = z.array(z.number().positive()).max(65536).readonly()

/** How a convolution reads and writes 8-bit tensors. */
export const quantizedSchema = z.object({
  input: affineSchema,
  weights: weightScales,
  /** Of the fused sum's other side. */
  residual: affineSchema.nullable().default(null),
  output: affineSchema,
})
export type Quantized = z.infer<typeof quantizedSchema>

export const LARGEST = 255

/** Adding this to an f32 of less than 2^22 rounds it to an integer, halves to even, which its low bits then hold. */
export const ROUNDER = 12582912
/** The bits of ROUNDER. */
export const ROUNDER_BITS = 0x4b400000

/** The 8-bit value of a real value that was divided by `to.scale`: clipped to [lo, hi], rounded, shifted to `to.zero`. */
export function rounded(value: number, [lo, hi]: readonly [number, number], to: Affine): number {
  const clipped = Math.min(Math.max(value, lo), hi)
  return Math.fround(clipped + ROUNDER) - ROUNDER + to.zero
}

/** Bounds of a value over `to.scale` before `to.zero` is added: what 8 bits hold, and the activation's clip where it is narrower. */
export function boundsOf(activation: Activation, to: Affine): readonly [number, number] {
  const whole: readonly [number, number] = [-to.zero, LARGEST - to.zero]
  if (activation.kind !== 'clip') return whole
  const place = (x: number): number => Math.round(x / to.scale)
  const { min, max } = activation
  return [min === null ? whole[0] : Math.max(whole[0], place(min)), max === null ? whole[1] : Math.min(whole[1], place(max))]
}

/** f32 factor from sums of input times weight to real values, rounded as onnxruntime rounds it. */
export function productOf(input: Affine, weight: number): number {
  return Math.fround(Math.fround(input.scale) * Math.fround(weight))
}

/** The same to output steps. */
export function factorOf({ input, output }: { readonly input: Affine; readonly output: Affine }, weight = 1): number {
  return Math.fround(productOf(input, weight) / Math.fround(output.scale))
}

/** A factor of 16 bits, and the largest that one step of a residual may have. */
export const LARGEST_MULTIPLE = 32767
/** Relative error of a quotient of rounded scales that is meant to be a whole number. */
const NEARLY = 2 ** -21

/**
 * How many steps of each channel's sums one step of the residual is, where that is a whole number for all of them. The residual
 * then joins the sums as integers, before they are scaled; where this is undefined it is scaled by itself and added behind that.
 */
export function residualSteps({ input, weights, residual }: Quantized): Int32Array | undefined {
  if (!residual) return undefined
  const side = Math.fround(residual.scale)
  const steps = Int32Array.from(weights, (w) => Math.min(LARGEST_MULTIPLE, Math.round(side / productOf(input, w))))
  return weights.every((w, c) => Math.abs((steps[c] ?? 0) * productOf(input, w) - side) <= NEARLY * side) ? steps : undefined
}

/** f32 factor from real values to steps. */
export function inverseOf({ scale }: Affine): number {
  return Math.fround(1 / Math.fround(scale))
}

export function quantize(x: number, to: Affine): number {
  return rounded(Math.fround(Math.fround(x) * inverseOf(to)), [-to.zero, LARGEST - to.zero], to)
}

export function dequantize(q: number, from: Affine): number {
  return Math.fround((q - from.zero) * Math.fround(from.scale))
}
