/** The channel shuffle as a permutation. Source: the paper, section 3.1, and its inverse as some checkpoints have it. */
import { z } from 'zod'

export const shuffleSchema = z.object({
  groups: z.number().int().min(1).max(65536),
  /** "(g,n)": reshape to (g, n), transpose, flatten, as in the paper. "(n,g)": the inverse permutation. */
  order: z.enum(['(g,n)', '(n,g)']),
})
export type ShuffleSpec = z.infer<typeof shuffleSchema>

/** A shuffle into the store addresses of a convolution. */
export const storedShuffleSchema = shuffleSchema.extend({
  /**
   * Set by the planner: each of so many equal runs of the shuffled channels keeps the order they had before. Who reads a run
   * as a whole, as a grouped convolution does, sees the same channels; what is stored lies mostly side by side.
   */
  runs: z.number().int().min(1).max(65536).optional(),
})
export type StoredShuffle = z.infer<typeof storedShuffleSchema>

/** source[c] = the channel before the shuffle that ends up at position c. `channels` is a multiple of groups. */
export function shuffleSource(channels: number, { groups, order, runs }: StoredShuffle): Int32Array {
  const n = channels / groups
  const source = new Int32Array(channels)
  for (let g = 0; g < groups; g++)
    for (let j = 0; j < n; j++) {
      const grouped = g * n + j
      const mixed = j * groups + g
      if (order === '(g,n)') source[mixed] = grouped
      else source[grouped] = mixed
    }
  // Numbers of a typed array are sorted as such.
  if (runs) for (let at = 0; at < channels; at += channels / runs) source.subarray(at, at + channels / runs).sort()
  return source
}

/** The inverse permutation: where channel c goes. */
export function invert(source: Int32Array): Int32Array {
  const target = new Int32Array(source.length)
  for (let i = 0; i < source.length; i++) target[source[i] ?? 0] = i
  return target
}

export function shuffleTarget(channels: number, spec: StoredShuffle): Int32Array {
  return invert(shuffleSource(channels, spec))
}
