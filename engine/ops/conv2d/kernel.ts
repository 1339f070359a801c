// Convolution, NHWC, f32 or 8-bit: tiles of up to 6 pixels by 8 output channels, or 3 pixels by 12.
//
// The tiles themselves are generated: see scripts/strips.mjs. A tile's sums, one step's weights and one splat fill the 15
// vector registers that V8 gives out on x86-64. A window is one run of steps: `table` holds, for each tap and input channel, the byte offset from the window's first value, so a
// pointwise and a 7x7 convolution share one inner loop, an input may lie in planes (NCHW) as the host gives it, and the
// look-up costs nothing beside the multiplications.
// In 8 bits a step is four input channels, whose products the machine adds up in one instruction; sums stay integers until
// a tile is stored.
// Every output channel may be stored at a position of its own, which makes a channel shuffle free.
//
// The strips hold no call and no rare case: what they cannot finish (a curve as activation) they leave side by side in
// scratch memory, and `settle` moves it.
import { activate, lowerBound, upperBound } from '../../kernels/inline/activate'
import { arg, argF32, SCRATCH_BYTES, storeChannels } from '../../kernels/inline/simd'
import { tiles1x4, tiles1x8, tiles1x12, tiles2x8, tiles2x12, tiles3x12, tiles4x8, tiles5x8, tiles6x4, tiles6x8 } from '../../../dist/wasm/strips.kernel'

// Arguments of a step.
const SRC = 0, DST = 1, WEIGHTS = 2, BIAS = 3, RESIDUAL = 4
/** Bytes from one pixel to the next. */
const SRC_STEP = 5, DST_STEP = 6, RES_STEP = 7
const CODE = 8, A = 9, B = 10
/** Table of byte offsets per output channel, or 0. */
const POSITIONS = 11
/** Groups of output channels; bytes from the inputs of one to those of the next (0: all see the same); steps of one tap. */
const GROUPS = 12, GROUP_STEP = 13, PER_IN = 14, PER_OUT = 15
/** Tiles of a group: all are 8 channels wide but the last. */
const TILES = 16, LAST_WIDTH = 17
const TABLE = 18
const IN_H = 19, IN_W = 20, OUT_H = 21, OUT_W = 22
/** Bytes from one photo of the input to the next. */
const PHOTO_STEP = 23
/** Output pixels of one block, and into how many units four channels of it are cut. */
const BLOCK = 24, CHUNKS = 25
/** 1 where each four steps of a window, from its start, are neighbours in memory. */
const FOURS = 26
const KH = 27, KW = 28, STRIDE_H = 29, STRIDE_W = 30, PAD_TOP = 31, PAD_LEFT = 32, DILATION_H = 33, DILATION_W = 34
// From 35 on, what 8-bit strips need: see scripts/strips.mjs.

/** One pixel by `width` channels, its window `rows` runs of `count` steps. */
function single<T>(args: usize, width: i32, s: usize, w: usize, bias: usize, table: usize, count: i32, rows: i32, rowSteps: i32, to: usize, positions: usize, lanes: i32, residual: usize): void {
  if (width == 8) tiles1x8<T>(args, s, w, bias, table, count, rows, rowSteps, to, positions, lanes, residual)
  else if (width == 12) tiles1x12<T>(args, s, w, bias, table, count, rows, rowSteps, to, positions, lanes, residual)
  else tiles1x4<T>(args, s, w, bias, table, count, rows, rowSteps, to, positions, lanes, residual)
}

/** Steps of a window whose weights are worth drawing into the cache before they are used. */
const LONG = 64
/** Bytes drawn at once: enough tiles that the wait for the first line is shared, and little enough for any second-level cache. */
const DRAWN = 131072

/**
 * Reads one word of each cache line. Wasm has no prefetch; a run of loads with nothing else to do overlaps their waiting,
 * where the first tile would meet each line on its own.
 */
function draw(p: usize, bytes: i32): i32 {
  const end = p + bytes
  let a = 0, b = 0, c = 0, d = 0
  while (p < end) {
    a |= load<i32>(p)
    b |= load<i32>(p, 64)
    c |= load<i32>(p, 128)
    d |= load<i32>(p, 192)
    p += 256
  }
  return a | b | c | d
}

/** Any number of pixels by `width` channels: the widest tiles, and narrower ones for what does not divide. */
function sweep<T>(args: usize, width: i32, pixels: i32, s: usize, step: i32, w: usize, bias: usize, table: usize, count: i32, fours: i32, to: usize, toStep: i32, positions: usize, lanes: i32, residual: usize): void {
  const resStep: i32 = residual ? arg(args, RES_STEP) : 0
  while (pixels > 0) {
    let px = 1
    let tiles = 1
    if (width == 8) {
      // Tiles of nearly equal width: 49 pixels are 4 tiles of 6 and 5 of 5, not 8 of 6 and a lone one.
      const parts = (pixels + 5) / 6
      const sixes = pixels - 5 * parts
      if (sixes > 0) {
        px = 6
        tiles = sixes
      } else if (pixels >= 5) {
        px = 5
        tiles = pixels / 5
      } else px = pixels == 3 ? 2 : pixels
    } else if (width == 12) {
      const parts = (pixels + 2) / 3
      const threes = pixels - 2 * parts
      if (threes > 0) {
        px = 3
        tiles = threes
      } else if (pixels >= 2) {
        px = 2
        tiles = pixels >> 1
      }
    } else if (pixels >= 6) {
      px = 6
      tiles = pixels / 6
    }
    if (px == 1) single<T>(args, width, s, w, bias, table, count, 1, 0, to, positions, lanes, residual)
    else if (width == 12) {
      if (px == 3) tiles3x12<T>(args, tiles, s, step, w, bias, table, count, fours, to, toStep, positions, lanes, residual)
      else tiles2x12<T>(args, tiles, s, step, w, bias, table, count, fours, to, toStep, positions, lanes, residual)
    } else if (px == 6) {
      if (width == 8) tiles6x8<T>(args, tiles, s, step, w, bias, table, count, fours, to, toStep, positions, lanes, residual)
      else tiles6x4<T>(args, tiles, s, step, w, bias, table, count, fours, to, toStep, positions, lanes, residual)
    } else if (px == 5) tiles5x8<T>(args, tiles, s, step, w, bias, table, count, fours, to, toStep, positions, lanes, residual)
    else if (px == 4) tiles4x8<T>(args, tiles, s, step, w, bias, table, count, fours, to, toStep, positions, lanes, residual)
    else tiles2x8<T>(args, tiles, s, step, w, bias, table, count, fours, to, toStep, positions, lanes, residual)
    const done = px * tiles
    pixels -= done
    s += done * step
    to += done * toStep
    residual += done * resStep
  }
}

/** Moves `pixels` results of `n` channels from scratch memory to their places, and applies a curve on the way. */
function settle(args: usize, scratch: usize, width: i32, pixels: i32, n: i32, to: usize, positions: usize): void {
  const code = arg(args, CODE)
  const a = argF32(args, A)
  const b = argF32(args, B)
  const lo = lowerBound(code, a)
  const hi = upperBound(code, b)
  const toStep: i32 = arg(args, DST_STEP)
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < n; c += 4) {
      const v = activate(v128.load(scratch + (c << 2)), code, lo, hi, a, b)
      storeChannels(positions ? to : to + (c << 2), positions ? positions + (c << 2) : 0, v, min(4, n - c))
    }
    scratch += width << 2
    to += toStep
  }
}

/** Whether the places of `n` channels are side by side. */
function areNeighbours<T>(offsets: usize, n: i32): bool {
  const first = load<i32>(offsets)
  for (let i = 1; i < n; i++) if (load<i32>(offsets + (i << 2)) != first + (i << alignof<T>())) return false
  return true
}

// @ts-ignore: decorator
@inline
function ceilDiv(a: i32, b: i32): i32 {
  return (a + b - 1) / b
}

/**
 * Arguments: see above. One unit: a `CHUNKS`th of four output channels of one block of an output row (lower.ts says what
 * a row is). A thread's units of one tile are neighbouring pixels and are done in one sweep.
 */
// @ts-ignore: decorator
@inline
function convolve<T>(args: usize, begin: i32, end: i32, scratch: usize): void {
  const weights: usize = arg(args, WEIGHTS)
  const bias: usize = arg(args, BIAS)
  const table: usize = arg(args, TABLE)
  const residual: usize = arg(args, RESIDUAL)
  const srcStep = arg(args, SRC_STEP)
  const dstStep = arg(args, DST_STEP)
  const resStep = arg(args, RES_STEP)
  const positions: usize = arg(args, POSITIONS)
  const inH = arg(args, IN_H)
  const inW = arg(args, IN_W)
  const outH = arg(args, OUT_H)
  const outW = arg(args, OUT_W)
  const perIn = arg(args, PER_IN)
  const perOut = arg(args, PER_OUT)
  const tilesPerGroup = arg(args, TILES)
  const lastWidth = arg(args, LAST_WIDTH)
  const block = arg(args, BLOCK)
  const chunks = arg(args, CHUNKS)
  const fours = arg(args, FOURS)
  const kh = arg(args, KH)
  const kw = arg(args, KW)
  const strideW = arg(args, STRIDE_W)
  const padLeft = arg(args, PAD_LEFT)
  const dilationH = arg(args, DILATION_H)
  const dilationW = arg(args, DILATION_W)

  const paddedOut = ((tilesPerGroup - 1) << 3) + lastWidth
  const perGroup = (paddedOut >> 2) * chunks
  const perPlace = arg(args, GROUPS) * perGroup
  const blocksPerRow = ceilDiv(outW, block)
  const rowSteps = kw * perIn
  const steps = kh * rowSteps
  // Output columns whose window lies inside the input.
  const inner = min(outW, max(0, ceilDiv(padLeft, strideW)))
  const span = inW - 1 - (kw - 1) * dilationW + padLeft
  const outer = max(inner, min(outW, span < 0 ? 0 : span / strideW + 1))
  const step = strideW * srcStep

  const weightsEnd = weights + ((arg(args, GROUPS) * paddedOut * steps) << 2)

  /** The weights of all units before this one have been drawn. */
  let drawn = begin
  for (let unit = begin; unit < end; ) {
    const place = unit / perPlace
    const row = place / blocksPerRow
    const blockStart = (place % blocksPerRow) * block
    const length = min(outW, blockStart + block) - blockStart
    // The tile, and how much of it is this thread's.
    const inPlace = unit % perPlace
    const group = inPlace / perGroup
    const inGroup = inPlace % perGroup
    const index = min(tilesPerGroup - 1, inGroup / (2 * chunks))
    const width = index == tilesPerGroup - 1 ? lastWidth : 8
    const ofTile = (width >> 2) * chunks
    const from = inGroup - 2 * index * chunks
    const until = min(ofTile, from + end - unit)
    unit += until - from
    const first = blockStart + (length * from) / ofTile
    const last = blockStart + (length * until) / ofTile

    const n = min(width, perOut - (index << 3))
    const column = group * paddedOut + (index << 3)
    const channel = group * perOut + (index << 3)
    const w = weights + ((column * steps) << 2)
    const bi = bias + (column << 2)
    const top = (row % outH) * arg(args, STRIDE_H) - arg(args, PAD_TOP)
    const ky0 = top < 0 ? min(kh, ceilDiv(-top, dilationH)) : 0
    const ky1 = max(ky0, min(kh, top >= inH ? 0 : ceilDiv(inH - top, dilationH)))
    const s: usize = arg(args, SRC) + (row / outH) * arg(args, PHOTO_STEP) + (top * inW - padLeft) * srcStep + group * arg(args, GROUP_STEP)
    const wr = w + ((ky0 * rowSteps * width) << 2)
    const tr = table + ((ky0 * rowSteps) << 2)

    // Where results go: to their places, or where that takes a rare kind of store, to scratch memory first.
    const offsets: usize = positions ? positions + (channel << 2) : 0
    const rare = isFloat<T>() && arg(args, CODE) > 1
    const together = offsets != 0 && !rare && areNeighbours<T>(offsets, n)
    const scattered: usize = rare || together ? 0 : offsets
    const home: usize = arg(args, DST) + row * outW * dstStep + (together ? load<i32>(offsets) : positions ? 0 : channel << alignof<T>())
    const r: usize = residual ? residual + row * outW * resStep + (channel << alignof<T>()) : 0
    const lanes = rare ? 4 : n - width + 4
    const toStep = rare ? width << 2 : dstStep
    const most = rare ? SCRATCH_BYTES / toStep : length

    if (steps >= LONG && unit > drawn) {
      const tiles = min(max(1, DRAWN / (steps << 5)), 1 + (end - unit) / (2 * chunks))
      drawn = unit + (tiles - 1) * 2 * chunks
      // Tiles of all groups lie one after the other. Stored, so that no compiler leaves the reading out.
      store<i32>(scratch, draw(w, min(weightsEnd - w, tiles * (steps << 5))))
    }
    for (let x0 = first; x0 < last; x0 += most) {
      const x1 = min(last, x0 + most)
      const to: usize = rare ? scratch : home + x0 * dstStep
      let x = x0
      while (x < x1) {
        const at = s + x * step
        const t = to + (x - x0) * toStep
        const rx: usize = r ? r + x * resStep : 0
        if (x >= inner && x < outer) {
          const pixels = min(x1, outer) - x
          sweep<T>(args, width, pixels, at, step, wr, bi, tr, (ky1 - ky0) * rowSteps, fours, t, toStep, scattered, lanes, rx)
          x += pixels
        } else {
          // The window reaches into the padding: only the taps inside the input count.
          const left = x * strideW - padLeft
          const kx0 = left < 0 ? min(kw, ceilDiv(-left, dilationW)) : 0
          const kx1 = max(kx0, min(kw, left >= inW ? 0 : ceilDiv(inW - left, dilationW)))
          single<T>(args, width, at, wr + ((kx0 * perIn * width) << 2), bi, tr + ((kx0 * perIn) << 2), (kx1 - kx0) * perIn, ky1 - ky0, rowSteps, t, scattered, lanes, rx)
          x++
        }
      }
      if (rare) settle(args, scratch, width, x1 - x0, n, home + x0 * dstStep, offsets)
    }
  }
}

export function conv(args: usize, begin: i32, end: i32, scratch: usize): void {
  convolve<f32>(args, begin, end, scratch)
}

/** The same in 8 bits, without curves as activations. */
export function conv8(args: usize, begin: i32, end: i32, scratch: usize): void {
  convolve<u8>(args, begin, end, scratch)
}
