/** Weight layouts of the convolution kernels. */

/** Output channels of one tile of the tiled kernel. */
export const TILE_CHANNELS = 8
export const DEPTHWISE_LANES = 4

/** OIHW -> [groups][ceil(perOut/8)][kh][kw][perIn][8], zero-filled where perOut is not a multiple of 8. */
export function packTiles(weight: ArrayLike<number>, groups: number, perOut: number, perIn: number, kh: number, kw: number): Float32Array {
  const tiles = Math.ceil(perOut / TILE_CHANNELS)
  const packed = new Float32Array(groups * tiles * kh * kw * perIn * TILE_CHANNELS)
  const taps = kh * kw
  for (let g = 0; g < groups; g++)
    for (let n = 0; n < perOut; n++) {
      const tile = g * tiles + Math.floor(n / TILE_CHANNELS)
      const from = (g * perOut + n) * perIn * taps
      const to = tile * taps * perIn * TILE_CHANNELS + (n % TILE_CHANNELS)
      for (let k = 0; k < perIn; k++) for (let t = 0; t < taps; t++) packed[to + (t * perIn + k) * TILE_CHANNELS] = weight[from + k * taps + t] ?? 0
    }
  return packed
}

/** Bias by group, each group padded with zeros to a multiple of `lanes`; all zero where there is none. */
export function packTiledBias(bias: ArrayLike<number> | undefined, groups: number, perOut: number, lanes: number): Float32Array {
  const padded = Math.ceil(perOut / lanes) * lanes
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
