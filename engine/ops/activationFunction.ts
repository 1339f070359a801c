/** Activation functions: one schema, one scalar definition, one encoding for kernels. */
import { z } from 'zod'
import type { Arg } from './op.ts'

export const activationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  /** min(max(x, min), max); relu has no upper bound, relu6 has 6. null: unbounded. */
  z.object({ kind: z.literal('clip'), min: z.number().nullable(), max: z.number().nullable() }),
  z.object({ kind: z.literal('leakyRelu'), alpha: z.number() }),
  z.object({ kind: z.literal('sigmoid') }),
  /** clamp(alpha x + beta, 0, 1) */
  z.object({ kind: z.literal('hardSigmoid'), alpha: z.number(), beta: z.number() }),
  /** x * clamp(x / 6 + 1/2, 0, 1) */
  z.object({ kind: z.literal('hardSwish') }),
  /** x * sigmoid(x) */
  z.object({ kind: z.literal('silu') }),
])
export type Activation = z.infer<typeof activationSchema>

export const NO_ACTIVATION: Activation = { kind: 'none' }
export const RELU: Activation = { kind: 'clip', min: 0, max: null }
export const RELU6: Activation = { kind: 'clip', min: 0, max: 6 }

/** The scalar function. */
export function activationOf(a: Activation): (x: number) => number {
  switch (a.kind) {
    case 'none':
      return (x) => x
    case 'clip': {
      const lo = a.min ?? Number.NEGATIVE_INFINITY
      const hi = a.max ?? Number.POSITIVE_INFINITY
      return (x) => Math.min(Math.max(x, lo), hi)
    }
    case 'leakyRelu':
      return (x) => (x < 0 ? a.alpha * x : x)
    case 'sigmoid':
      return (x) => 1 / (1 + Math.exp(-x))
    case 'hardSigmoid':
      return (x) => Math.min(Math.max(a.alpha * x + a.beta, 0), 1)
    case 'hardSwish':
      return (x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1)
    case 'silu':
      return (x) => x / (1 + Math.exp(-x))
  }
}

/** Code and two parameters as kernels take them; see `kernels/inline/activate.ts`. */
export function activationArgs(a: Activation): [Arg, Arg, Arg] {
  const f32 = (x: number): Arg => ({ f32: x })
  switch (a.kind) {
    case 'none':
      return [0, f32(0), f32(0)]
    case 'clip':
      return [1, f32(a.min ?? Number.NEGATIVE_INFINITY), f32(a.max ?? Number.POSITIVE_INFINITY)]
    case 'leakyRelu':
      return [2, f32(a.alpha), f32(0)]
    case 'sigmoid':
      return [3, f32(0), f32(0)]
    case 'hardSigmoid':
      return [4, f32(a.alpha), f32(a.beta)]
    case 'hardSwish':
      return [5, f32(0), f32(0)]
    case 'silu':
      return [6, f32(0), f32(0)]
  }
}

/** In words, as tables show it. */
export function activationName(a: Activation): string {
  if (a.kind !== 'clip')
    return { none: '', leakyRelu: 'leaky ReLU', sigmoid: 'sigmoid', hardSigmoid: 'hard sigmoid', hardSwish: 'hard swish', silu: 'SiLU' }[a.kind]
  if (a.min === 0) return a.max === null ? 'ReLU' : `ReLU${a.max}`
  return `clip(${a.min ?? '-∞'}, ${a.max ?? '∞'})`
}
