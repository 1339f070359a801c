/** Where a builder gets its weights: a checkpoint, a seeded generator, or zeros that only have the right shape. */
import { sizeOf } from '../ir/tensor.ts'

export interface WeightSource {
  /**
   * The weight that plays `role` (e.g. "stage2.unit1.compress.conv.weight"), row-major, convolutions OIHW.
   * Throws ScopeError where there is none of this shape.
   */
  get(role: string, shape: readonly number[]): Float32Array
}

/**
 * Seeded random weights: convolutions and linear layers He-normal, batch norms near the identity with mean and
 * variance that are not trivial, so that a test notices when one of them is dropped. The values of a role depend
 * on the seed and the role alone. Source: He et al., arXiv:1502.01852, section 2.2.
 */
export function randomWeights(seed: number): WeightSource {
  return {
    get(role, shape) {
      const normal = normals(hash(role) ^ Math.imul(seed, 0x9e3779b1))
      const [mean, deviation] = distribution(role, shape)
      const values = new Float32Array(sizeOf(shape))
      for (let i = 0; i < values.length; i++) values[i] = mean + deviation * normal()
      // A variance is positive; the fold keeps the spread around its mean.
      if (role.endsWith('.bn.variance')) for (let i = 0; i < values.length; i++) values[i] = 0.25 + Math.abs((values[i] ?? 0) - 0.25)
      return values
    },
  }
}

/** Zeros of the right size, all in one buffer: enough to count parameters and costs, and cheap. */
export function shapesOnly(): WeightSource {
  let zeros = new Float32Array(0)
  return {
    get(_role, shape) {
      const size = sizeOf(shape)
      if (size > zeros.length) zeros = new Float32Array(size)
      return zeros.subarray(0, size)
    },
  }
}

/** Mean and standard deviation of a role's values. */
function distribution(role: string, shape: readonly number[]): [number, number] {
  if (role.endsWith('.bn.weight') || role.endsWith('.bn.variance')) return [1, 0.15]
  if (shape.length === 1) return [0, 0.1]
  // As py-faster-rcnn begins: boxes that random weights move are still boxes.
  if (role.includes('.shifts.')) return [0, 0.01]
  const fanIn = Math.max(1, sizeOf(shape.slice(1)))
  // No ReLU follows these, so half the gain keeps the signal; a residual branch is damped, or sixteen of them add up.
  const gain = /^stage.*\.depthwise\./.test(role) || role.startsWith('fc.') ? 1 : /\.(expand|second)\./.test(role) ? 0.5 : 2
  return [0, Math.sqrt(gain / fanIn)]
}

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h
}

/** Values of mean 0 and deviation 1, near enough to normal: four bytes of the mulberry32 generator, summed. */
function normals(seed: number): () => number {
  let state = seed | 0
  // Deviation of a sum of four bytes, each uniform over 256 values.
  const deviation = Math.sqrt((4 * (256 ** 2 - 1)) / 12)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    t ^= t >>> 14
    return ((t & 255) + ((t >>> 8) & 255) + ((t >>> 16) & 255) + (t >>> 24) - 510) / deviation
  }
}
