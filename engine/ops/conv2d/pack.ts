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
  const packed = new Float32Array(tilesLength(groups, perOut, perIn, taps))
  packSteps(packed, 1, weight, groups, perOut, perIn, taps)
  return packed
}

/** The same in 8 bits, four input channels of an output channel side by side: [groups][tiles][kh][kw][ceil(perIn/4)][width][4]. */
export function packByteTiles(weight: ArrayLike<number>, groups: number, perOut: number, perIn: number, taps: number): Int32Array {
  const packed = new Int8Array(groups * tilingOf(perOut).padded * taps * quadsOf(perIn) * 4)
  packSteps(packed, 4, weight, groups, perOut, perIn, taps)
  return new Int32Array(packed.buffer)
}

/** Steps of four channels. */
export function quadsOf(channels: number): number {
  return Math.ceil(channels / 4)
}

/** `lanes`: input channels of one step. */
function packSteps(
  packed: Float32Array | Int8Array,
  lanes: number,
  weight: ArrayLike<number>,
  groups: number,
  perOut: number,
  perIn: number,
  taps: number,
): void {
  const { tiles, lastWidth, padded } = tilingOf(perOut)
  const perTap = Math.ceil(perIn / lanes)
  for (let g = 0; g < groups; g++)
    for (let n = 0; n < perOut; n++) {
      const at = Math.min(tiles - 1, n >> 3)
      const width = at === tiles - 1 ? lastWidth : 8
      const from = (g * perOut + n) * taps * perIn
      const to = lanes * ((g * padded + 8 * at) * taps * perTap + (n - 8 * at))
      for (let k = 0; k < perIn; k++)
        for (let t = 0; t < taps; t++)
          packed[to + lanes * (t * perTap + Math.floor(k / lanes)) * width + (k % lanes)] = weight[from + k * taps + t] ?? 0
    }
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

export const DEPTHWISE8_LANES = 8

/** [C, 1, kh, kw] in 8 bits -> [ceil(C/8)][ceil(kh*kw/4)][8][4 taps], zero-filled. */
export function packDepthwise8(weight: ArrayLike<number>, channels: number, taps: number): Int32Array {
  return packTaps(
    weight,
    channels,
    Array.from({ length: 4 * Math.ceil(taps / 4) }, (_, t) => (t < taps ? t : -1)),
    taps,
  )
}

/** [C, 1, 3, 3] in 8 bits -> [ceil(C/8)][3 columns][8][3 rows and a zero]. */
export function packColumns8(weight: ArrayLike<number>, channels: number): Int32Array {
  return packTaps(weight, channels, [0, 3, 6, -1, 1, 4, 7, -1, 2, 5, 8, -1], 9)
}

/** `order`: which tap, or none (-1), lies where; four of a channel are neighbours, then come the other channels of a block. */
function packTaps(weight: ArrayLike<number>, channels: number, order: readonly number[], taps: number): Int32Array {
  const packed = new Int8Array(Math.ceil(channels / DEPTHWISE8_LANES) * DEPTHWISE8_LANES * order.length)
  for (let c = 0; c < channels; c++) {
    const block = Math.floor(c / DEPTHWISE8_LANES) * DEPTHWISE8_LANES * order.length
    order.forEach((tap, t) => {
      if (tap >= 0) packed[block + (Math.floor(t / 4) * DEPTHWISE8_LANES + (c % DEPTHWISE8_LANES)) * 4 + (t % 4)] = weight[c * taps + tap] ?? 0
    })
  }
  return new Int32Array(packed.buffer)
}

/** Of each output channel. */
export interface Sums {
  /** What a sum starts from: the bias, less what the inputs' zeros add. */
  readonly start: ArrayLike<number>
  /** What it is multiplied by. */
  readonly factors: ArrayLike<number>
  /** What it gets of each step of the residual, where that joins the sums. */
  readonly residual: ArrayLike<number> | undefined
}

/** One block: starts, then factors, then what the residual counts, each [groups][padded channels]. */
export function packSums({ start, factors, residual }: Sums, groups: number, perOut: number, padded: number): Int32Array {
  const size = groups * padded
  const block = new Int32Array((residual ? 3 : 2) * size)
  const scales = new Float32Array(block.buffer, 4 * size)
  for (let g = 0; g < groups; g++)
    for (let n = 0; n < perOut; n++) {
      const [from, to] = [g * perOut + n, g * padded + n]
      block[to] = start[from] ?? 0
      scales[to] = factors[from] ?? 0
      if (residual) block[2 * size + to] = residual[from] ?? 0
    }
  return block
}
