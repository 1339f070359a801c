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
  /** gamma * x, or gamma * alpha * (e^x - 1) where x is negative; gamma is 1 for ELU, larger for SELU. */
  z.object({ kind: z.literal('elu'), alpha: z.number(), gamma: z.number() }),
  z.object({ kind: z.literal('tanh') }),
  /** log(1 + e^x) */
  z.object({ kind: z.literal('softplus') }),
  /** x * tanh(softplus(x)) */
  z.object({ kind: z.literal('mish') }),
  /** x/2 * (1 + erf(x / sqrt 2)) */
  z.object({ kind: z.literal('gelu') }),
  /** x/2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) */
  z.object({ kind: z.literal('geluTanh') }),
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
    case 'elu':
      return (x) => a.gamma * (x < 0 ? a.alpha * Math.expm1(x) : x)
    case 'tanh':
      return Math.tanh
    case 'softplus':
      return softplus
    case 'mish':
      return (x) => x * Math.tanh(softplus(x))
    case 'gelu':
      return (x) => 0.5 * x * (1 + erf(x / Math.SQRT2))
    case 'geluTanh':
      return (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
  }
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

/** Error function to double precision: its series near 0, the continued fraction of erfc beyond. Source: Abramowitz and Stegun, 7.1.6 and 7.1.14. */
export function erf(x: number): number {
  const z = Math.abs(x)
  if (!(z < 6)) return Number.isNaN(x) ? x : Math.sign(x)
  if (z < 2.5) {
    let term = z
    let sum = z
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= (2 * z * z) / (2 * n + 1)
      sum += term
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum
  }
  let fraction = z
  for (let k = 60; k > 0; k--) fraction = z + k / 2 / fraction
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction))
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
    case 'elu':
      return [7, f32(a.alpha * a.gamma), f32(a.gamma)]
    case 'tanh':
      return [8, f32(0), f32(0)]
    case 'softplus':
      return [9, f32(0), f32(0)]
    case 'mish':
      return [10, f32(0), f32(0)]
    case 'gelu':
      return [11, f32(0), f32(0)]
    case 'geluTanh':
      return [12, f32(0), f32(0)]
  }
}

const NAMES: Readonly<Record<Exclude<Activation['kind'], 'clip'>, string>> = {
  none: '',
  leakyRelu: 'leaky ReLU',
  sigmoid: 'sigmoid',
  hardSigmoid: 'hard sigmoid',
  hardSwish: 'hard swish',
  silu: 'SiLU',
  elu: 'ELU',
  tanh: 'tanh',
  softplus: 'softplus',
  mish: 'Mish',
  gelu: 'GELU',
  geluTanh: 'GELU (tanh)',
}

/** In words, as tables show it. */
export function activationName(a: Activation): string {
  if (a.kind !== 'clip') return a.kind === 'elu' && a.gamma !== 1 ? 'SELU' : NAMES[a.kind]
  if (a.min === 0) return a.max === null ? 'ReLU' : `ReLU${short(a.max)}`
  return `clip(${a.min === null ? '-∞' : short(a.min)}, ${a.max === null ? '∞' : short(a.max)})`
}

/** Bounds of quantised models have many digits. */
const short = (x: number): number => Number(x.toPrecision(4))
