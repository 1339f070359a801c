import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Preprocess } from '../../../engine/model.ts'
import type { Pixels } from '../../../engine/vision/pixels.ts'
import {
  centreCrop,
  centreSpan,
  cropForNetwork,
  cropWindow,
  preprocessImage,
  resizeShortSide,
  shortSideSize,
} from '../../../engine/vision/preprocess.ts'
import { resizeBilinear, resizeWindow } from '../../../engine/vision/resize.ts'

const bytes = z.string().transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
const sized = z.object({ width: z.number(), height: z.number(), data: bytes })
const fixture = z
  .object({
    images: z.array(sized.extend({ name: z.string(), resized: z.array(sized) })),
    crops: z.array(z.object({ image: z.string(), resize: z.number(), crop: z.tuple([z.number(), z.number()]), data: bytes })),
  })
  .parse(JSON.parse(readFileSync(resolve(import.meta.dirname, '../../fixtures/pillow_resize.json'), 'utf8')))

const PLAIN: Preprocess = { resize: 1, crop: [1, 1], channelOrder: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] }

function noise(width: number, height: number): Pixels {
  let state = 1
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state >>> 24
  })
  return { width, height, data }
}

describe('resizeBilinear against Pillow', () => {
  for (const image of fixture.images)
    for (const expected of image.resized)
      it(`${image.name} ${image.width}x${image.height} to ${expected.width}x${expected.height}`, () => {
        const made = resizeBilinear(image, expected.width, expected.height)
        expect([made.width, made.height]).toEqual([expected.width, expected.height])
        expect(made.data).toEqual(expected.data)
      })

  it('computes a window as part of the whole', () => {
    const image = noise(57, 43)
    for (const [width, height] of [
      [20, 15],
      [57, 80],
      [90, 43],
    ] as const) {
      const whole = resizeBilinear(image, width, height)
      const window = { left: 3, top: 4, width: width - 7, height: height - 9 }
      const part = resizeWindow(image, width, height, window)
      for (let y = 0; y < window.height; y++) {
        const from = ((y + window.top) * width + window.left) * 3
        expect(part.data.subarray(y * window.width * 3, (y + 1) * window.width * 3)).toEqual(whole.data.subarray(from, from + window.width * 3))
      }
    }
  })

  it('refuses bytes that are not the size they claim', () => {
    expect(() => resizeBilinear({ width: 2, height: 2, data: new Uint8Array(11) }, 1, 1)).toThrow(/11 bytes where 2 x 2 RGB pixels need 12/)
    expect(() => resizeBilinear({ width: 0, height: 2, data: new Uint8Array(0) }, 1, 1)).toThrow(/size is 0 x 2/)
    expect(() => resizeBilinear({ width: 1.5, height: 2, data: new Uint8Array(9) }, 1, 1)).toThrow(/size is 1.5 x 2/)
  })
})

describe('resize and centre crop against torchvision', () => {
  for (const expected of fixture.crops)
    it(`${expected.image}: short side ${expected.resize}, crop ${expected.crop.join('x')}`, () => {
      const image = fixture.images.find((i) => i.name === expected.image)
      if (!image) throw new Error(`no image ${expected.image}`)
      const [height, width] = expected.crop
      const made = cropForNetwork(image, { ...PLAIN, resize: expected.resize, crop: [height, width] })
      expect(made).toEqual({ width, height, data: expected.data })
      expect(centreCrop(resizeShortSide(image, expected.resize), width, height)).toEqual(made)
    })

  it('rounds the long side down and halves to even', () => {
    expect(shortSideSize(500, 375, 256)).toEqual({ width: 341, height: 256 })
    expect(shortSideSize(375, 500, 256)).toEqual({ width: 256, height: 341 })
    expect(centreSpan(341, 224)).toEqual({ start: 58, count: 224, before: 0 })
    expect(centreSpan(227, 224)).toEqual({ start: 2, count: 224, before: 0 })
    expect(centreSpan(225, 224)).toEqual({ start: 0, count: 224, before: 0 })
    expect(centreSpan(5, 8)).toEqual({ start: 0, count: 5, before: 1 })
  })

  it('rounds to the nearest where the model was trained so', () => {
    expect(shortSideSize(500, 349, 256, 'nearest')).toEqual({ width: 367, height: 256 })
    expect(shortSideSize(500, 334, 256, 'nearest')).toEqual({ width: 383, height: 256 })
    expect(centreSpan(383, 224, 'nearest')).toEqual({ start: 79, count: 224, before: 0 })
    const image = noise(50, 35)
    const made = cropForNetwork(image, { ...PLAIN, resize: 26, crop: [23, 22], rounding: 'nearest' })
    expect(made).toEqual(resizeWindow(image, 37, 26, { left: 7, top: 1, width: 22, height: 23 }))
  })

  it('stretches to the input, or puts the whole photo on black, and knows where each pixel came from', () => {
    const photo = noise(60, 20)
    const stretch = { ...PLAIN, crop: [24, 30], fit: 'stretch' } as const
    expect(cropForNetwork(photo, stretch)).toEqual(resizeBilinear(photo, 30, 24))
    expect(cropWindow(60, 20, stretch)).toEqual({ x: 0, y: 0, width: 60, height: 20 })
    const letterbox = { ...stretch, fit: 'letterbox' } as const
    const made = cropForNetwork(photo, letterbox)
    const inner = resizeBilinear(photo, 30, 10)
    expect(made.data.subarray(7 * 90, 17 * 90)).toEqual(inner.data)
    expect([...made.data.subarray(0, 7 * 90), ...made.data.subarray(17 * 90)].every((v) => v === 0)).toBe(true)
    expect(cropWindow(60, 20, letterbox)).toEqual({ x: 0, y: -14, width: 60, height: 48 })
  })

  it('gives the crop of an extreme panorama without computing the rest', () => {
    const made = cropForNetwork(noise(60_000, 1), { ...PLAIN, resize: 256, crop: [224, 224] })
    expect(made.data.length).toBe(224 * 224 * 3)
  })
})

describe('preprocessImage', () => {
  const image: Pixels = { width: 2, height: 1, data: Uint8Array.of(10, 20, 30, 40, 50, 60) }

  it('gives planes in the channel order of the network', () => {
    const rgb = preprocessImage(image, { ...PLAIN, resize: 1, crop: [1, 2] })
    expect(rgb.shape).toEqual([1, 3, 1, 2])
    expect([...rgb.data]).toEqual([10, 40, 20, 50, 30, 60])
    expect([...preprocessImage(image, { ...PLAIN, resize: 1, crop: [1, 2], channelOrder: 'BGR' }).data]).toEqual([30, 60, 20, 50, 10, 40])
  })

  it('scales, then subtracts the mean, then divides', () => {
    const made = preprocessImage(image, { resize: 1, crop: [1, 2], channelOrder: 'RGB', scale: 0.1, mean: [1, 2, 3], std: [1, 2, 4] })
    expect([...made.data]).toEqual([0, 3, 0, 1.5, 0, 0.75])
  })

  it('refuses a normalisation that is not finite', () => {
    expect(() => preprocessImage(image, { ...PLAIN, crop: [1, 2], std: [1e-320, 1, 1] })).toThrow(/not finite/)
  })
})
