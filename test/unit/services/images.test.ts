import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeImage } from '../../../electron/services/images.ts'

const SAMPLES = resolve(import.meta.dirname, '../../../assets/samples')
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'images-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

type Raw = { width: number; height: number; channels: 1 | 2 | 3 | 4 }
/** Two rows: red, green / blue, white. */
const FOUR = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255)
const four = () => sharp(FOUR, { raw: { width: 2, height: 2, channels: 3 } })
const raw = (data: Uint8Array, size: Raw) => sharp(data, { raw: size })

describe('decodeImage', () => {
  it.each(['png', 'webp', 'tiff', 'gif'] as const)('reads %s without loss', async (format) => {
    const options = { webp: { lossless: true }, tiff: { compression: 'lzw' as const }, png: {}, gif: {} }
    const file = await four().toFormat(format, options[format]).toBuffer()
    expect(await decodeImage(file)).toEqual({ width: 2, height: 2, data: FOUR })
  })

  it('reads JPEG and AVIF', async () => {
    const flat = raw(new Uint8Array(64 * 64 * 3).fill(120), { width: 64, height: 64, channels: 3 })
    for (const file of [await flat.jpeg().toBuffer(), await flat.avif().toBuffer()]) {
      const image = await decodeImage(file)
      expect([image.width, image.height, image.data.length]).toEqual([64, 64, 12288])
      expect(image.data.every((v) => Math.abs(v - 120) <= 2)).toBe(true)
    }
  })

  it('makes grey, 16-bit, palette and CMYK images RGB', async () => {
    const grey = await raw(Uint8Array.of(0, 128, 255), { width: 3, height: 1, channels: 1 })
      .toColourspace('b-w')
      .png()
      .toBuffer()
    expect([...(await decodeImage(grey)).data]).toEqual([0, 0, 0, 128, 128, 128, 255, 255, 255])
    const deep = await sharp(Uint16Array.of(0, 32896, 65535), { raw: { width: 1, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer()
    expect((await sharp(deep).metadata()).depth).toBe('ushort')
    expect([...(await decodeImage(deep)).data]).toEqual([0, 128, 255])
    const palette = await four().png({ palette: true }).toBuffer()
    expect((await decodeImage(palette)).data).toEqual(FOUR)
    const cmyk = await raw(new Uint8Array(48).fill(255), { width: 4, height: 4, channels: 3 }).toColourspace('cmyk').jpeg().toBuffer()
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
    const white = await decodeImage(cmyk)
    expect(white.data.length).toBe(48)
    expect(white.data.every((v) => v > 245)).toBe(true)
  })

  it('lays transparency over white', async () => {
    const file = await raw(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 128), { width: 3, height: 1, channels: 4 })
      .png()
      .toBuffer()
    const { data } = await decodeImage(file)
    expect([...data.subarray(0, 6)]).toEqual([255, 255, 255, 0, 0, 0])
    expect(Math.abs((data[6] ?? 0) - 127)).toBeLessThanOrEqual(1)
  })

  it('applies the EXIF orientation', async () => {
    const turned = await raw(new Uint8Array(40 * 20 * 3), { width: 40, height: 20, channels: 3 })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer()
    const image = await decodeImage(turned)
    expect([image.width, image.height]).toEqual([20, 40])
  })

  it('takes the first frame of an animation', async () => {
    const frames = new Uint8Array(2 * 4 * 3).fill(255, 12)
    const file = await sharp(frames, { raw: { width: 2, height: 4, channels: 3, pageHeight: 2 } })
      .gif({ delay: [100, 100] })
      .toBuffer()
    expect((await sharp(file, { animated: true }).metadata()).pages).toBe(2)
    expect(await decodeImage(file)).toEqual({ width: 2, height: 2, data: new Uint8Array(12) })
  })

  it('reads a path as it reads bytes', async () => {
    const image = await decodeImage(join(SAMPLES, 'coffee.jpg'))
    expect([image.width, image.height]).toEqual([600, 400])
  })
})

describe('decodeImage refuses, in words and with the name of the file', () => {
  const refusal = (source: Uint8Array | string, name?: string) =>
    decodeImage(source, name).then(
      () => {
        throw new Error('it was decoded')
      },
      (thrown: unknown) => thrown,
    )

  it('a truncated JPEG, PNG and WebP', async () => {
    const photo = sharp(join(SAMPLES, 'cat.jpg'))
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const whole = await photo.clone().toFormat(format).toBuffer()
      expect(await refusal(whole.subarray(0, whole.length / 2), 'cat')).toMatchObject({
        code: 'bad-input',
        what: 'Photo "cat"',
        why: expect.stringMatching(/cut off|damaged/),
      })
    }
  })

  it('what is not an image', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><image href="file:///etc/hostname"/></svg>'
    for (const text of ['hello', svg, '%PDF-1.4', 'P6 1 1 255 abc'])
      expect(await refusal(new TextEncoder().encode(text), 'a.txt')).toMatchObject({
        code: 'bad-input',
        what: 'Photo "a.txt"',
        why: expect.stringMatching(/not an image/),
      })
    expect(await refusal(new Uint8Array(0), 'none')).toMatchObject({ why: 'it is empty' })
  })

  it('a missing file, a folder and a pipe, at once', async () => {
    expect(await refusal(join(folder, 'missing.jpg'))).toMatchObject({ what: 'Photo "missing.jpg"', why: 'it is not there' })
    expect(await refusal(folder)).toMatchObject({ why: 'it is a folder' })
    if (process.platform === 'win32') return
    const pipe = join(folder, 'pipe.jpg')
    execFileSync('mkfifo', [pipe])
    expect(await refusal(pipe)).toMatchObject({ why: 'it is not a file' })
  })

  it('a file of 1 GB, before reading it', async () => {
    const path = join(folder, 'huge.jpg')
    writeFileSync(path, '')
    truncateSync(path, 2 ** 30)
    const start = performance.now()
    expect(await refusal(path)).toMatchObject({ code: 'bad-input', why: 'it has 1024.0 MiB, and at most 256.0 MiB are read' })
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('declared sizes beyond the limits', async () => {
    const png = await four().png().toBuffer()
    const declare = (width: number, height: number, depth: number) => {
      const copy = Buffer.from(png)
      copy.writeUInt32BE(width, 16)
      copy.writeUInt32BE(height, 20)
      copy[24] = depth
      copy.writeUInt32BE(crc32(copy.subarray(12, 29)), 29)
      return copy
    }
    expect(await refusal(declare(60_000, 60_000, 8), 'bomb.png')).toMatchObject({ why: 'it has more than 100 megapixels' })
    expect(await refusal(declare(9_000, 9_000, 16), 'deep.png')).toMatchObject({ why: expect.stringMatching(/unpacked it would take/) })
    expect(await refusal(declare(2, 400, 8), 'liar.png')).toMatchObject({ code: 'bad-input', what: 'Photo "liar.png"' })
  })

  it('once it is cancelled', async () => {
    await expect(decodeImage(join(SAMPLES, 'cat.jpg'), 'cat', AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  })
})

function crc32(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}
