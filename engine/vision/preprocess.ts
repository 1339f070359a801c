/** From a photo to the input tensor of a network: resize and crop the centre, stretch or letterbox; normalise. */
import { assert } from '../base/assert.ts'
import { badInput } from '../base/errors.ts'
import { type HostTensor, hostTensor } from '../ir/tensor.ts'
import type { Preprocess } from '../model.ts'
import { checkPixels, type Pixels } from './pixels.ts'
import { resizeBilinear, resizeWindow } from './resize.ts'

type Rounding = NonNullable<Preprocess['rounding']>

/** Width and height after the short side became `short` pixels and the long side a whole number as `rounding` says. */
export function shortSideSize(width: number, height: number, short: number, rounding: Rounding = 'torchvision'): { width: number; height: number } {
  const whole = rounding === 'nearest' ? Math.round : Math.trunc
  return width <= height ? { width: short, height: whole((short * height) / width) } : { width: whole((short * width) / height), height: short }
}

/** Resizes so that the short side is `short` pixels and the aspect is kept. Source: torchvision `Resize(int)` on a Pillow image. */
export function resizeShortSide(image: Pixels, short: number): Pixels {
  const size = shortSideSize(image.width, image.height, short)
  return resizeBilinear(image, size.width, size.height)
}

/** Half of `n`, halves rounded to even as Python's `round` does. */
function roundedHalf(n: number): number {
  const floor = Math.floor(n / 2)
  return n % 2 === 0 || floor % 2 === 0 ? floor : floor + 1
}

/** Where a centre crop of `crop` pixels lies along an axis of `size`: `start` in the image, `before` pixels of padding ahead of it. */
export function centreSpan(size: number, crop: number, rounding: Rounding = 'torchvision'): { start: number; count: number; before: number } {
  if (crop > size) return { start: 0, count: size, before: Math.floor((crop - size) / 2) }
  const spare = size - crop
  return { start: rounding === 'nearest' ? Math.floor(spare / 2) : roundedHalf(spare), count: crop, before: 0 }
}

/** The centre `width` x `height` pixels, black where the image is smaller. Source: torchvision `CenterCrop`. */
export function centreCrop(image: Pixels, width: number, height: number): Pixels {
  checkPixels(image)
  const x = centreSpan(image.width, width)
  const y = centreSpan(image.height, height)
  const data = new Uint8Array(width * height * 3)
  for (let row = 0; row < y.count; row++) {
    const from = ((y.start + row) * image.width + x.start) * 3
    data.set(image.data.subarray(from, from + x.count * 3), ((y.before + row) * width + x.before) * 3)
  }
  return { width, height, data }
}

/** Width and height of the whole photo as it is resized, before the crop or the padding. */
function resizedSize(width: number, height: number, { fit, crop, resize, rounding }: Preprocess): { width: number; height: number } {
  const [high, wide] = crop
  if (fit === 'stretch') return { width: wide, height: high }
  if (fit !== 'letterbox') return shortSideSize(width, height, resize, rounding)
  const scale = Math.min(wide / width, high / height)
  const whole = (side: number, limit: number) => Math.min(Math.max(Math.round(side * scale), 1), limit)
  return { width: whole(width, wide), height: whole(height, high) }
}

/**
 * Where the network looks, in the photo's own pixels: what `cropForNetwork` makes of a photo of this size. It reaches
 * beyond the photo where the crop is padded.
 */
export function cropWindow(width: number, height: number, preprocess: Preprocess): { x: number; y: number; width: number; height: number } {
  const size = resizedSize(width, height, preprocess)
  const along = (photo: number, resized: number, crop: number) => {
    const { start, before } = centreSpan(resized, crop, preprocess.rounding)
    return { from: ((start - before) * photo) / resized, length: (crop * photo) / resized }
  }
  const [cropHeight, cropWidth] = preprocess.crop
  const x = along(width, size.width, cropWidth)
  const y = along(height, size.height, cropHeight)
  return { x: x.from, y: y.from, width: x.length, height: y.length }
}

/**
 * The photo as the network sees it, before normalising: RGB bytes of the crop, black where the image is smaller. Equal to
 * resizing all of it and cropping, but only the crop is computed, so a photo of any aspect costs the same.
 */
export function cropForNetwork(image: Pixels, preprocess: Preprocess): Pixels {
  checkPixels(image)
  const [height, width] = preprocess.crop
  const size = resizedSize(image.width, image.height, preprocess)
  const x = centreSpan(size.width, width, preprocess.rounding)
  const y = centreSpan(size.height, height, preprocess.rounding)
  const seen = resizeWindow(image, size.width, size.height, { left: x.start, top: y.start, width: x.count, height: y.count })
  return seen.width === width && seen.height === height ? seen : centreCrop(seen, width, height)
}

/**
 * A photo as the network's input: f32 [1, 3, H, W] with H, W = `preprocess.crop`, channels in `preprocess.channelOrder`,
 * value (byte * scale - mean) / std. Throws ScopeError `bad-input` where the pixels are not what they claim to be.
 */
export function preprocessImage(image: Pixels, preprocess: Preprocess): HostTensor {
  const { data, width, height } = cropForNetwork(image, preprocess)
  const plane = width * height
  const out = new Float32Array(3 * plane)
  for (let c = 0; c < 3; c++) {
    const table = normalisedBytes(preprocess, c)
    const base = c * plane
    let from = preprocess.channelOrder === 'RGB' ? c : 2 - c
    for (let p = 0; p < plane; p++) {
      out[base + p] = table[data[from] as number] as number
      from += 3
    }
  }
  return hostTensor([1, 3, height, width], out)
}

/** A byte has 256 values, so each channel's normalisation is a table. */
function normalisedBytes(preprocess: Preprocess, channel: number): Float32Array {
  const mean = preprocess.mean[channel]
  const std = preprocess.std[channel]
  assert(mean !== undefined && std !== undefined, 'a preprocess has three means and deviations')
  const table = Float32Array.from({ length: 256 }, (_, byte) => (byte * preprocess.scale - mean) / std)
  if (!table.every(Number.isFinite)) throw badInput('Preprocessing', 'it gives values that are not finite', 'Check its scale, mean and std')
  return table
}
