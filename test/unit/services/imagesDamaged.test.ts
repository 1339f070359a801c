/** Damaged photos: always pixels or a typed error, soon, and without eating memory. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeImage } from '../../../electron/services/images.ts'

const photo = () => sharp(readFileSync(resolve(import.meta.dirname, '../../../assets/samples/cat.jpg'))).resize(96, 64)
const FORMATS = {
  jpeg: () => photo().jpeg(),
  progressive: () => photo().jpeg({ progressive: true }),
  png: () => photo().png(),
  palette: () => photo().png({ palette: true }),
  webp: () => photo().webp(),
  gif: () => photo().gif(),
  tiff: () => photo().tiff({ compression: 'lzw' }),
  avif: () => photo().avif({ effort: 0 }),
}
const RUNS = Number(process.env.FUZZ_RUNS ?? 40)

/** Bit flips, bytes set to extremes, cuts, and runs copied elsewhere: headers and lengths are hit as often as data. */
const mutation = fc.record({
  place: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.02, noNaN: true })),
  byte: fc.oneof(fc.constantFrom(0, 255, 127, 128), fc.nat(255)),
  run: fc.integer({ min: 1, max: 8 }),
})
const damage = fc.record({
  mutations: fc.array(mutation, { minLength: 1, maxLength: 6 }),
  keep: fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 1, noNaN: true })),
})

describe('decodeImage on damaged files', () => {
  it.each(Object.keys(FORMATS) as (keyof typeof FORMATS)[])('%s', async (format) => {
    const whole = await FORMATS[format]().toBuffer()
    await fc.assert(
      fc.asyncProperty(damage, async ({ mutations, keep }) => {
        const bytes = new Uint8Array(whole)
        for (const { place, byte, run } of mutations) bytes.fill(byte, Math.floor(place * bytes.length), Math.floor(place * bytes.length) + run)
        const begin = performance.now()
        try {
          const { width, height, data } = await decodeImage(bytes.subarray(0, Math.ceil(keep * bytes.length)), 'x')
          expect(data.length).toBe(3 * width * height)
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'ScopeError', what: 'Photo "x"' })
        }
        expect(performance.now() - begin).toBeLessThan(5000)
      }),
      { numRuns: RUNS },
    )
    expect(process.memoryUsage().rss).toBeLessThan(2 ** 30)
  })
})
