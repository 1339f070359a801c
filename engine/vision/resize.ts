/** Bilinear resizing with antialiasing, bit for bit as Pillow's `Image.resize(size, BILINEAR)` does it on 8-bit RGB. */
import { assert } from '../base/assert.ts'
import { checkPixels, type Pixels } from './pixels.ts'

/** A rectangle of the resized image, in its pixels. */
export interface Window {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Fractional bits of a weight: 32 bits hold weight * 255 with a sign and one bit to spare (Pillow's choice). */
const PRECISION = 22
const HALF = 1 << (PRECISION - 1)

/** For output positions `from..from+count`: where the taps begin, how many there are, and their fixed-point weights. */
interface Taps {
  readonly first: Int32Array
  readonly length: Int32Array
  /** `stride` weights per output position, of which `length` are used; they sum to about 2^22. */
  readonly weights: Int32Array
  readonly stride: number
}

/**
 * Weights of a triangle filter that widens with the reduction, so that shrinking averages instead of skipping.
 * `size` input pixels become `target`; only the outputs `from..from+count` are wanted.
 */
function triangleTaps(size: number, target: number, from: number, count: number): Taps {
  const scale = size / target
  const support = Math.max(scale, 1)
  const stride = Math.min(Math.ceil(support) * 2 + 1, size)
  const first = new Int32Array(count)
  const length = new Int32Array(count)
  const weights = new Int32Array(count * stride)
  const raw = new Float64Array(stride)
  const inverse = 1 / support
  for (let i = 0; i < count; i++) {
    const centre = (from + i + 0.5) * scale
    // Truncation and clamping in the order Pillow has them: the ends decide which taps exist at all.
    const begin = Math.max(Math.trunc(centre - support + 0.5), 0)
    const taps = Math.min(Math.trunc(centre + support + 0.5), size) - begin
    let sum = 0
    for (let t = 0; t < taps; t++) {
      const w = Math.max(1 - Math.abs((t + begin - centre + 0.5) * inverse), 0)
      raw[t] = w
      sum += w
    }
    first[i] = begin
    length[i] = taps
    for (let t = 0; t < taps; t++) {
      const w = raw[t] as number
      weights[i * stride + t] = Math.trunc(0.5 + (sum === 0 ? w : w / sum) * (1 << PRECISION))
    }
  }
  return { first, length, weights, stride }
}

/** Columns of `rows` input rows from `firstRow`: [rows, taps.first.length, 3] bytes. */
function resizeColumns(image: Pixels, firstRow: number, rows: number, taps: Taps): Uint8Array {
  const { first, length, weights, stride } = taps
  const width = first.length
  const source = image.data
  const out = new Uint8Array(rows * width * 3)
  let to = 0
  for (let y = 0; y < rows; y++) {
    const row = (firstRow + y) * image.width * 3
    for (let x = 0; x < width; x++) {
      let r = HALF
      let g = HALF
      let b = HALF
      let at = row + (first[x] as number) * 3
      const base = x * stride
      const end = base + (length[x] as number)
      for (let k = base; k < end; k++) {
        const w = weights[k] as number
        r += Math.imul(source[at] as number, w)
        g += Math.imul(source[at + 1] as number, w)
        b += Math.imul(source[at + 2] as number, w)
        at += 3
      }
      out[to] = clip(r)
      out[to + 1] = clip(g)
      out[to + 2] = clip(b)
      to += 3
    }
  }
  return out
}

/** Rows of [*, width, 3] bytes, of which row 0 is row `firstRow` of the image: [taps.first.length, width, 3] bytes. */
function resizeRows(source: Uint8Array, width: number, firstRow: number, taps: Taps): Uint8Array {
  const { first, length, weights, stride } = taps
  const height = first.length
  const row = width * 3
  const out = new Uint8Array(height * row)
  const sums = new Int32Array(row)
  for (let y = 0; y < height; y++) {
    sums.fill(HALF)
    const base = y * stride
    const taken = length[y] as number
    for (let t = 0; t < taken; t++) {
      const w = weights[base + t] as number
      const from = ((first[y] as number) - firstRow + t) * row
      for (let x = 0; x < row; x++) sums[x] = (sums[x] as number) + Math.imul(source[from + x] as number, w)
    }
    const to = y * row
    for (let x = 0; x < row; x++) out[to + x] = clip(sums[x] as number)
  }
  return out
}

/** Weights are positive, so only rounding can leave the range, and only upwards. */
function clip(sum: number): number {
  return Math.min(sum >> PRECISION, 255)
}

/** The pixels of `window` as they come out of `resizeBilinear(image, width, height)`; nothing outside it is computed. */
export function resizeWindow(image: Pixels, width: number, height: number, window: Window): Pixels {
  checkPixels(image)
  const { left, top } = window
  assert(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0, `cannot resize to ${width} x ${height}`)
  assert(
    left >= 0 && top >= 0 && window.width > 0 && window.height > 0 && left + window.width <= width && top + window.height <= height,
    `window ${left},${top} ${window.width} x ${window.height} is outside ${width} x ${height}`,
  )
  const horizontal = triangleTaps(image.width, width, left, window.width)
  if (height === image.height) return { width: window.width, height: window.height, data: resizeColumns(image, top, window.height, horizontal) }
  const vertical = triangleTaps(image.height, height, top, window.height)
  const last = window.height - 1
  const firstRow = vertical.first[0] as number
  const rows = (vertical.first[last] as number) + (vertical.length[last] as number) - firstRow
  const data = resizeRows(resizeColumns(image, firstRow, rows, horizontal), window.width, firstRow, vertical)
  return { width: window.width, height: window.height, data }
}

/**
 * Resizes RGB bytes to `width` x `height` pixels: horizontally, rounded to 8 bits, then vertically.
 * Source: the algorithm of Pillow's convolution resampling (PRECISION_BITS = 22), equal to it on every pixel.
 */
export function resizeBilinear(image: Pixels, width: number, height: number): Pixels {
  return resizeWindow(image, width, height, { left: 0, top: 0, width, height })
}
