/** Weight layouts of the convolution kernels. */

export const DEPTHWISE_LANES = 4

/** How a group's output channels are cut into tiles: all are 8 wide but the last. */
export interface Tiling {
  readonly tiles: number
  /** 4, 8 or 12 channels, of which some may be missing. */
  readonly lastWidth: number
  /** Channels of all tiles. */
  readonly padded: number
}

/**
 * 12 channels take the last tile where 8 would leave 1 to 4 for a tile of their own: groups of 12, 20, 36 and 60
 * channels fill their tiles completely.
 */
export function tilingOf(perOut: number): Tiling {
  const rest = perOut % 8
  const lastWidth = perOut <= 4 ? 4 : rest >= 1 && rest <= 4 ? 12 : 8
  const tiles = lastWidth === 12 ? Math.floor(perOut / 8) : Math.ceil(perOut / 8)
  return { tiles, lastWidth, padded: 8 * (tiles - 1) + lastWidth }
}

/** Elements that `packTiles` makes. */
export function tilesLength(groups: number, perOut: number, perIn: number, taps: number): number {
  return groups * tilingOf(perOut).padded * taps * perIn
}

/** OIHW -> [groups][tiles][kh][kw][perIn][width of the tile], zero-filled. */
export function packTiles(weight: ArrayLike<number>, groups: number, perOut: number, perIn: number, taps: number): Float32Array {
  const { tiles, lastWidth, padded } = tilingOf(perOut)
  const steps = taps * perIn
  const packed = new Float32Array(tilesLength(groups, perOut, perIn, taps))
  for (let g = 0; g < groups; g++)
    for (let n = 0; n < perOut; n++) {
      const tile = Math.min(tiles - 1, n >> 3)
      const width = tile === tiles - 1 ? lastWidth : 8
      const from = (g * perOut + n) * steps
      const to = (g * padded + 8 * tile) * steps + (n - 8 * tile)
      for (let k = 0; k < perIn; k++) for (let t = 0; t < taps; t++) packed[to + (t * perIn + k) * width] = weight[from + k * taps + t] ?? 0
    }
  return packed
}

/** Bias by group, each group filled with zeros to `padded` channels; all zero where there is none. */
export function packBias(bias: ArrayLike<number> | undefined, groups: number, perOut: number, padded: number): Float32Array {
  const packed = new Float32Array(groups * padded)
  if (bias) for (let g = 0; g < groups; g++) for (let n = 0; n < perOut; n++) packed[g * padded + n] = bias[g * perOut + n] ?? 0
  return packed
}

/** [C, 1, kh, kw] -> [ceil(C/4)][kh*kw][4], zero-filled. */
export function packDepthwise(weight: ArrayLike<number>, channels: number, taps: number): Float32Array {
  const packed = new Float32Array(Math.ceil(channels / DEPTHWISE_LANES) * taps * DEPTHWISE_LANES)
  for (let c = 0; c < channels; c++) {
    const to = Math.floor(c / DEPTHWISE_LANES) * taps * DEPTHWISE_LANES + (c % DEPTHWISE_LANES)
    for (let t = 0; t < taps; t++) packed[to + t * DEPTHWISE_LANES] = weight[c * taps + t] ?? 0
  }
  return packed
}
