/** Weight layout of the fully connected kernel. */

/** Outputs of one tile: eight vectors of four, enough independent sums to hide the latency of an addition. */
export const LINEAR_TILE = 32

/** Elements that `packLinear` makes. */
export function linearLength(o: number, k: number): number {
  return Math.ceil(o / LINEAR_TILE) * k * LINEAR_TILE
}

/** [O, K], or [K, O] where it is transposed, -> [ceil(O/32)][K][32], zero-filled. */
export function packLinear(weight: ArrayLike<number>, o: number, k: number, transposed = false): Float32Array {
  const packed = new Float32Array(linearLength(o, k))
  if (transposed) {
    // Rows of both lie in order: read along them.
    for (let i = 0; i < k; i++)
      for (let j = 0; j < o; j++) packed[(Math.floor(j / LINEAR_TILE) * k + i) * LINEAR_TILE + (j % LINEAR_TILE)] = weight[i * o + j] ?? 0
    return packed
  }
  for (let j = 0; j < o; j++) {
    const to = Math.floor(j / LINEAR_TILE) * k * LINEAR_TILE + (j % LINEAR_TILE)
    for (let i = 0; i < k; i++) packed[to + i * LINEAR_TILE] = weight[j * k + i] ?? 0
  }
  return packed
}

/** The same in 8 bits: [O, K] -> [ceil(O/32)][ceil(K/4)][32][4], zero-filled. */
export function packLinear8(weight: ArrayLike<number>, o: number, k: number): Int32Array {
  const quads = Math.ceil(k / 4)
  const packed = new Int8Array(Math.ceil(o / LINEAR_TILE) * quads * LINEAR_TILE * 4)
  for (let j = 0; j < o; j++) {
    const to = 4 * (Math.floor(j / LINEAR_TILE) * quads * LINEAR_TILE + (j % LINEAR_TILE))
    for (let i = 0; i < k; i++) packed[to + 4 * Math.floor(i / 4) * LINEAR_TILE + (i % 4)] = weight[j * k + i] ?? 0
  }
  return new Int32Array(packed.buffer)
}
