// Convolution, f32 NHWC.
//
// `conv`: tiles of up to 6 pixels by 8 output channels; 12 sums of 4 lanes, 2 weight vectors and 1 splat fill the 16
// vector registers of x86-64. Weights: see pack.ts. Each group reads its own run of channels of a pixel, and every
// output channel may be stored at a position of its own, which makes a channel shuffle free.
// `depthwise`: 4 channels of 4 pixels at a time.
import { activate, lowerBound, upperBound } from '../../kernels/inline/activate'
import { arg, argF32, madd, storeChannels } from '../../kernels/inline/simd'

/** One vector of a tile: add the residual, activate, store `n` lanes side by side or at `positions`. */
// @ts-ignore: decorator
@inline
function finish(v: v128, to: usize, residual: usize, positions: usize, n: i32, code: i32, lo: v128, hi: v128, a: f32, b: f32): void {
  if (n <= 0) return
  if (residual) v = f32x4.add(v, v128.load(residual))
  v = activate(v, code, lo, hi, a, b)
  storeChannels(to, positions, v, n)
}

/** Both vectors of one pixel. */
// @ts-ignore: decorator
@inline
function finishPixel(v0: v128, v1: v128, to: usize, residual: usize, positions: usize, n: i32, code: i32, lo: v128, hi: v128, a: f32, b: f32): void {
  finish(v0, to, residual, positions, n, code, lo, hi, a, b)
  finish(v1, positions ? to : to + 16, residual ? residual + 16 : 0, positions ? positions + 16 : 0, n - 4, code, lo, hi, a, b)
}

/**
 * `tiles` tiles of `px` neighbouring pixels (px is a constant: the branches on it vanish). A window is `rows` rows of
 * `runs` runs of `count` neighbouring floats; steps are in bytes. Returns nothing; sums start at the bias.
 */
// @ts-ignore: decorator
@inline
function strip(
  px: i32, tiles: i32, s: usize, step: i32, w: usize, bias: usize,
  rows: i32, rowStep: i32, wRowStep: i32, runs: i32, runStep: i32, wRunStep: i32, count: i32,
  dst: usize, dstStep: i32, residual: usize, resStep: i32, positions: usize, n: i32, code: i32, a: f32, b: f32,
): void {
  const lo = lowerBound(code, a)
  const hi = upperBound(code, b)
  for (let tile = 0; tile < tiles; tile++) {
    const bias0 = v128.load(bias)
    const bias1 = v128.load(bias, 16)
    let a00 = bias0, a01 = bias1, a10 = bias0, a11 = bias1, a20 = bias0, a21 = bias1
    let a30 = bias0, a31 = bias1, a40 = bias0, a41 = bias1, a50 = bias0, a51 = bias1
    for (let row = 0; row < rows; row++) {
      for (let run = 0; run < runs; run++) {
        let wp = w + row * wRowStep + run * wRunStep
        const end = wp + (<usize>count << 5)
        let p0 = s + row * rowStep + run * runStep
        let p1 = p0 + step
        let p2 = p1 + step
        let p3 = p2 + step
        let p4 = p3 + step
        let p5 = p4 + step
        while (wp < end) {
          const w0 = v128.load(wp)
          const w1 = v128.load(wp, 16)
          wp += 32
          const x0 = v128.load_splat<f32>(p0)
          a00 = madd(x0, w0, a00)
          a01 = madd(x0, w1, a01)
          p0 += 4
          if (px > 1) {
            const x1 = v128.load_splat<f32>(p1)
            a10 = madd(x1, w0, a10)
            a11 = madd(x1, w1, a11)
            p1 += 4
          }
          if (px > 2) {
            const x2 = v128.load_splat<f32>(p2)
            a20 = madd(x2, w0, a20)
            a21 = madd(x2, w1, a21)
            p2 += 4
          }
          if (px > 3) {
            const x3 = v128.load_splat<f32>(p3)
            a30 = madd(x3, w0, a30)
            a31 = madd(x3, w1, a31)
            p3 += 4
          }
          if (px > 4) {
            const x4 = v128.load_splat<f32>(p4)
            a40 = madd(x4, w0, a40)
            a41 = madd(x4, w1, a41)
            p4 += 4
          }
          if (px > 5) {
            const x5 = v128.load_splat<f32>(p5)
            a50 = madd(x5, w0, a50)
            a51 = madd(x5, w1, a51)
            p5 += 4
          }
        }
      }
    }
    finishPixel(a00, a01, dst, residual, positions, n, code, lo, hi, a, b)
    if (px > 1) finishPixel(a10, a11, dst + dstStep, residual ? residual + resStep : 0, positions, n, code, lo, hi, a, b)
    if (px > 2) finishPixel(a20, a21, dst + 2 * dstStep, residual ? residual + 2 * resStep : 0, positions, n, code, lo, hi, a, b)
    if (px > 3) finishPixel(a30, a31, dst + 3 * dstStep, residual ? residual + 3 * resStep : 0, positions, n, code, lo, hi, a, b)
    if (px > 4) finishPixel(a40, a41, dst + 4 * dstStep, residual ? residual + 4 * resStep : 0, positions, n, code, lo, hi, a, b)
    if (px > 5) finishPixel(a50, a51, dst + 5 * dstStep, residual ? residual + 5 * resStep : 0, positions, n, code, lo, hi, a, b)
    s += px * step
    dst += px * dstStep
    if (residual) residual += px * resStep
  }
}

// One function per tile width, so that each has the registers to itself.
function strip6(tiles: i32, s: usize, step: i32, w: usize, bias: usize, rows: i32, rowStep: i32, wRowStep: i32, runs: i32, runStep: i32, wRunStep: i32, count: i32, dst: usize, dstStep: i32, residual: usize, resStep: i32, positions: usize, n: i32, code: i32, a: f32, b: f32): void {
  strip(6, tiles, s, step, w, bias, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, dst, dstStep, residual, resStep, positions, n, code, a, b)
}
function strip5(tiles: i32, s: usize, step: i32, w: usize, bias: usize, rows: i32, rowStep: i32, wRowStep: i32, runs: i32, runStep: i32, wRunStep: i32, count: i32, dst: usize, dstStep: i32, residual: usize, resStep: i32, positions: usize, n: i32, code: i32, a: f32, b: f32): void {
  strip(5, tiles, s, step, w, bias, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, dst, dstStep, residual, resStep, positions, n, code, a, b)
}
function strip4(tiles: i32, s: usize, step: i32, w: usize, bias: usize, rows: i32, rowStep: i32, wRowStep: i32, runs: i32, runStep: i32, wRunStep: i32, count: i32, dst: usize, dstStep: i32, residual: usize, resStep: i32, positions: usize, n: i32, code: i32, a: f32, b: f32): void {
  strip(4, tiles, s, step, w, bias, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, dst, dstStep, residual, resStep, positions, n, code, a, b)
}
function strip3(tiles: i32, s: usize, step: i32, w: usize, bias: usize, rows: i32, rowStep: i32, wRowStep: i32, runs: i32, runStep: i32, wRunStep: i32, count: i32, dst: usize, dstStep: i32, residual: usize, resStep: i32, positions: usize, n: i32, code: i32, a: f32, b: f32): void {
  strip(3, tiles, s, step, w, bias, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, dst, dstStep, residual, resStep, positions, n, code, a, b)
}
function strip2(tiles: i32, s: usize, step: i32, w: usize, bias: usize, rows: i32, rowStep: i32, wRowStep: i32, runs: i32, runStep: i32, wRunStep: i32, count: i32, dst: usize, dstStep: i32, residual: usize, resStep: i32, positions: usize, n: i32, code: i32, a: f32, b: f32): void {
  strip(2, tiles, s, step, w, bias, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, dst, dstStep, residual, resStep, positions, n, code, a, b)
}
function strip1(tiles: i32, s: usize, step: i32, w: usize, bias: usize, rows: i32, rowStep: i32, wRowStep: i32, runs: i32, runStep: i32, wRunStep: i32, count: i32, dst: usize, dstStep: i32, residual: usize, resStep: i32, positions: usize, n: i32, code: i32, a: f32, b: f32): void {
  strip(1, tiles, s, step, w, bias, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, dst, dstStep, residual, resStep, positions, n, code, a, b)
}

// @ts-ignore: decorator
@inline
function ceilDiv(a: i32, b: i32): i32 {
  return (a + b - 1) / b
}

/**
 * Arguments: src, dst, weights, bias, residual, pixel strides (src, dst, residual), input height and width, output
 * height and width, groups, input channels per group, output channels per group, pixels per block, kernel (2),
 * stride (2), padding top and left, dilation (2), activation (3), positions. One unit: one tile of 8 channels of one
 * block of pixels (pointwise) or of one output row.
 */
export function conv(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const weights: usize = arg(args, 2)
  const bias: usize = arg(args, 3)
  const residual: usize = arg(args, 4)
  const srcStep = arg(args, 5) << 2
  const dstStep = arg(args, 6) << 2
  const resStep = arg(args, 7) << 2
  const inH = arg(args, 8)
  const inW = arg(args, 9)
  const outH = arg(args, 10)
  const outW = arg(args, 11)
  const groups = arg(args, 12)
  const perIn = arg(args, 13)
  const perOut = arg(args, 14)
  const block = arg(args, 15)
  const kh = arg(args, 16)
  const kw = arg(args, 17)
  const strideH = arg(args, 18)
  const strideW = arg(args, 19)
  const padTop = arg(args, 20)
  const padLeft = arg(args, 21)
  const dilationH = arg(args, 22)
  const dilationW = arg(args, 23)
  const code = arg(args, 24)
  const a = argF32(args, 25)
  const b = argF32(args, 26)
  const positions: usize = arg(args, 27)

  const tilesPerGroup = (perOut + 7) >> 3
  const tiles = groups * tilesPerGroup
  const blocksPerRow = ceilDiv(outW, block)
  const wRunStep = perIn << 5
  const wRowStep = kw * wRunStep
  // Neighbouring taps of a row are neighbours in memory where one group owns whole pixels: one long run.
  const joined = groups == 1 && dilationW == 1 && srcStep == perIn << 2
  const step = strideW * srcStep
  // Output columns whose window lies inside the input.
  const inner = min(outW, max(0, ceilDiv(padLeft, strideW)))
  const span = inW - 1 - (kw - 1) * dilationW + padLeft
  const outer = max(inner, min(outW, span < 0 ? 0 : span / strideW + 1))

  for (let unit = begin; unit < end; unit++) {
    const tile = unit % tiles
    const place = unit / tiles
    const row = place / blocksPerRow
    const first = (place % blocksPerRow) * block
    const last = min(outW, first + block)
    const group = tile / tilesPerGroup
    const start = (tile % tilesPerGroup) << 3
    const n = min(8, perOut - start)
    const channel = group * perOut + start
    const w = weights + tile * kh * wRowStep
    const bi = bias + (tile << 5)
    const table = positions ? positions + (channel << 2) : 0
    const photo = row / outH
    const top = (row % outH) * strideH - padTop
    const ky0 = top < 0 ? ceilDiv(-top, dilationH) : 0
    const ky1 = min(kh, top >= inH ? 0 : ceilDiv(inH - top, dilationH))
    const rows = max(0, ky1 - ky0)
    const s0 = src + (photo * inH + top + ky0 * dilationH) * inW * srcStep + ((group * perIn) << 2)
    const wr = w + ky0 * wRowStep
    const d0 = dst + row * outW * dstStep + (positions ? 0 : channel << 2)
    const r0: usize = residual ? residual + row * outW * resStep + (channel << 2) : 0
    const rowStep = dilationH * inW * srcStep
    let x = first

    for (; x < min(last, inner); x++) edge(x, s0, srcStep, wr, bi, rows, rowStep, wRowStep, wRunStep, perIn, joined, inW, kw, strideW, padLeft, dilationW, d0, dstStep, r0, resStep, table, n, code, a, b)

    const stop = min(last, outer)
    if (x < stop) {
      const runs = joined ? 1 : kw
      const runStep = dilationW * srcStep
      const count = joined ? kw * perIn : perIn
      const pixels = stop - x
      const parts = ceilDiv(pixels, 6)
      // Tiles of nearly equal width: 49 pixels are 4 tiles of 6 and 5 of 5, not 8 of 6 and a lone one.
      const width = pixels / parts
      const wide = pixels - width * parts
      for (let pass = 0; pass < 2; pass++) {
        const px = pass == 0 ? width + 1 : width
        const many = pass == 0 ? wide : parts - wide
        if (many == 0) continue
        const s = s0 + (x * strideW - padLeft) * srcStep
        const d = d0 + x * dstStep
        const r: usize = r0 ? r0 + x * resStep : 0
        if (px == 6) strip6(many, s, step, wr, bi, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, d, dstStep, r, resStep, table, n, code, a, b)
        else if (px == 5) strip5(many, s, step, wr, bi, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, d, dstStep, r, resStep, table, n, code, a, b)
        else if (px == 4) strip4(many, s, step, wr, bi, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, d, dstStep, r, resStep, table, n, code, a, b)
        else if (px == 3) strip3(many, s, step, wr, bi, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, d, dstStep, r, resStep, table, n, code, a, b)
        else if (px == 2) strip2(many, s, step, wr, bi, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, d, dstStep, r, resStep, table, n, code, a, b)
        else strip1(many, s, step, wr, bi, rows, rowStep, wRowStep, runs, runStep, wRunStep, count, d, dstStep, r, resStep, table, n, code, a, b)
        x += many * px
      }
    }

    for (; x < last; x++) edge(x, s0, srcStep, wr, bi, rows, rowStep, wRowStep, wRunStep, perIn, joined, inW, kw, strideW, padLeft, dilationW, d0, dstStep, r0, resStep, table, n, code, a, b)
  }
}

/** One pixel whose window reaches into the padding: only the taps inside the input count. */
function edge(x: i32, s0: usize, srcStep: i32, w: usize, bias: usize, rows: i32, rowStep: i32, wRowStep: i32, wRunStep: i32, perIn: i32, joined: bool, inW: i32, kw: i32, strideW: i32, padLeft: i32, dilationW: i32, d0: usize, dstStep: i32, r0: usize, resStep: i32, positions: usize, n: i32, code: i32, a: f32, b: f32): void {
  const left = x * strideW - padLeft
  const kx0 = left < 0 ? min(kw, ceilDiv(-left, dilationW)) : 0
  const kx1 = max(kx0, min(kw, left >= inW ? 0 : ceilDiv(inW - left, dilationW)))
  const taps = kx1 - kx0
  const s = s0 + (left + kx0 * dilationW) * srcStep
  const runs = taps == 0 ? 0 : joined ? 1 : taps
  const count = joined ? taps * perIn : perIn
  strip1(1, s, 0, w + kx0 * wRunStep, bias, rows, rowStep, wRowStep, runs, dilationW * srcStep, wRunStep, count, d0 + x * dstStep, dstStep, r0 ? r0 + x * resStep : 0, resStep, positions, n, code, a, b)
}

/**
 * Arguments: src, dst, weights, bias, residual, pixel strides (src, dst, residual), input height and width, output
 * height and width, channels, kernel (2), stride (2), padding top and left, dilation (2), activation (3), positions.
 * One unit: one output row.
 */
export function depthwise(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const weights: usize = arg(args, 2)
  const bias: usize = arg(args, 3)
  const residual: usize = arg(args, 4)
  const srcStep = arg(args, 5) << 2
  const dstStep = arg(args, 6) << 2
  const resStep = arg(args, 7) << 2
  const inH = arg(args, 8)
  const inW = arg(args, 9)
  const outH = arg(args, 10)
  const outW = arg(args, 11)
  const channels = arg(args, 12)
  const kh = arg(args, 13)
  const kw = arg(args, 14)
  const strideH = arg(args, 15)
  const strideW = arg(args, 16)
  const padTop = arg(args, 17)
  const padLeft = arg(args, 18)
  const dilationH = arg(args, 19)
  const dilationW = arg(args, 20)
  const code = arg(args, 21)
  const a = argF32(args, 22)
  const b = argF32(args, 23)
  const positions: usize = arg(args, 24)
  const lo = lowerBound(code, a)
  const hi = upperBound(code, b)
  const inner = min(outW, max(0, ceilDiv(padLeft, strideW)))
  const span = inW - 1 - (kw - 1) * dilationW + padLeft
  const outer = max(inner, min(outW, span < 0 ? 0 : span / strideW + 1))
  const rowStep = dilationH * inW * srcStep
  const tapStep = dilationW * srcStep
  const step = strideW * srcStep

  for (let row = begin; row < end; row++) {
    const photo = row / outH
    const top = (row % outH) * strideH - padTop
    const ky0 = top < 0 ? ceilDiv(-top, dilationH) : 0
    const ky1 = min(kh, top >= inH ? 0 : ceilDiv(inH - top, dilationH))
    const s0 = src + (photo * inH + top) * inW * srcStep
    for (let c = 0; c < channels; c += 4) {
      const n = min(4, channels - c)
      const w = weights + kh * kw * (c << 2)
      const bi = v128.load(bias + (c << 2))
      const table: usize = positions ? positions + (c << 2) : 0
      const sc = s0 + (c << 2)
      const d0 = dst + row * outW * dstStep + (positions ? 0 : c << 2)
      const r0: usize = residual ? residual + row * outW * resStep + (c << 2) : 0
      let x = 0
      while (x < outW) {
        const left = x * strideW - padLeft
        if (x >= inner && x + 4 <= outer) {
          let v0 = bi, v1 = bi, v2 = bi, v3 = bi
          for (let ky = ky0; ky < ky1; ky++) {
            let p = sc + ky * rowStep + left * srcStep
            let wp = w + ky * (kw << 4)
            for (let kx = 0; kx < kw; kx++) {
              const t = v128.load(wp)
              v0 = madd(v128.load(p), t, v0)
              v1 = madd(v128.load(p + step), t, v1)
              v2 = madd(v128.load(p + 2 * step), t, v2)
              v3 = madd(v128.load(p + 3 * step), t, v3)
              p += tapStep
              wp += 16
            }
          }
          const d = d0 + x * dstStep
          const r: usize = r0 ? r0 + x * resStep : 0
          finish(v0, d, r, table, n, code, lo, hi, a, b)
          finish(v1, d + dstStep, r ? r + resStep : 0, table, n, code, lo, hi, a, b)
          finish(v2, d + 2 * dstStep, r ? r + 2 * resStep : 0, table, n, code, lo, hi, a, b)
          finish(v3, d + 3 * dstStep, r ? r + 3 * resStep : 0, table, n, code, lo, hi, a, b)
          x += 4
        } else {
          const kx0 = left < 0 ? min(kw, ceilDiv(-left, dilationW)) : 0
          const kx1 = min(kw, left >= inW ? 0 : ceilDiv(inW - left, dilationW))
          let v = bi
          for (let ky = ky0; ky < ky1; ky++)
            for (let kx = kx0; kx < kx1; kx++) v = madd(v128.load(sc + ky * rowStep + left * srcStep + kx * tapStep), v128.load(w + ((ky * kw + kx) << 4)), v)
          finish(v, d0 + x * dstStep, r0 ? r0 + x * resStep : 0, table, n, code, lo, hi, a, b)
          x++
        }
      }
    }
  }
}
