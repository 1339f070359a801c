import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { ScopeError } from '../../../engine/index.ts'
import { checkImage } from '../../../renderer/workers/imageHeader.ts'

const source = sharp({ create: { width: 37, height: 21, channels: 3, background: '#48a' } })
const encoded = {
  PNG: () => source.clone().png().toBuffer(),
  JPEG: () => source.clone().jpeg().toBuffer(),
  WebP: () => source.clone().webp().toBuffer(),
  GIF: () => source.clone().gif().toBuffer(),
  AVIF: () => source.clone().avif().toBuffer(),
}

describe('picture headers', () => {
  it.each(Object.entries(encoded))('reads the size of a %s that another program wrote', async (type, make) => {
    expect(checkImage(new Uint8Array(await make()), 'x')).toEqual({ type, width: 37, height: 21 })
  })

  it('reads a lossless WebP', async () => {
    expect(checkImage(new Uint8Array(await source.clone().webp({ lossless: true }).toBuffer()), 'x')).toMatchObject({ width: 37, height: 21 })
  })

  it.each(['PNG', 'JPEG', 'WebP', 'GIF'] as const)('says that a %s is cut off', async (type) => {
    const bytes = new Uint8Array(await encoded[type]())
    expect(() => checkImage(bytes.subarray(0, bytes.length - 40), 'x')).toThrow(/cut off/)
  })

  it('refuses huge sizes before anything is decoded', async () => {
    const bytes = new Uint8Array(await encoded.PNG())
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, 200_000)
    expect(() => checkImage(bytes, 'x')).toThrow(/declares 200000 × 21 pixels/)
  })

  it('says in words what is no picture', () => {
    expect(() => checkImage(new TextEncoder().encode('hello, this is text'), 'notes.txt')).toThrow(/Photo "notes.txt": it is not a picture/)
    expect(() => checkImage(new Uint8Array(0), 'x')).toThrow(/empty/)
  })

  it('never throws anything but a ScopeError, wherever a file is cut', () => {
    const bytes = new Uint8Array(readFileSync(resolve(import.meta.dirname, '../../../assets/samples/coffee.jpg')))
    for (let length = 0; length < 700; length++) {
      try {
        checkImage(bytes.subarray(0, length), 'x')
        expect.unreachable('a file cut this short cannot be whole')
      } catch (error) {
        expect(error).toBeInstanceOf(ScopeError)
      }
    }
  })
})
