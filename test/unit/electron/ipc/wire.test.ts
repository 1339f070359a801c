/** Frames of the local socket: what goes in comes out, and hostile bytes get a typed error. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame, encodeFrame } from '../../../../electron/ipc/wire.ts'
import { ScopeError } from '../../../../engine/index.ts'

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.uint8Array({ maxLength: 40 }))
const key = fc.string({ maxLength: 8 }).filter((name) => name !== '$bytes' && name !== '__proto__')
const { message } = fc.letrec((tie) => ({
  message: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('message'), { maxLength: 4 }),
    fc.dictionary(key, tie('message'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

describe('wire frames', () => {
  it('carry plain data with byte arrays anywhere', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decodeFrame(encodeFrame(value))).toEqual(value)
      }),
    )
  })

  it('give copies that do not share the frame', () => {
    const frame = encodeFrame({ bytes: new Uint8Array([1, 2, 3]) })
    const { bytes } = decodeFrame(frame) as { bytes: Uint8Array }
    frame.fill(0)
    expect([...bytes]).toEqual([1, 2, 3])
  })

  it('refuse any other bytes with a ScopeError', () => {
    const valid = encodeFrame({ type: 'call', id: '1', channel: 'files.save', args: [{ name: 'a', bytes: new Uint8Array(20) }] })
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(valid.length), (place, flip, length) => {
        const mutated = valid.slice(0, length)
        if (place < length) mutated[place] = (mutated[place] ?? 0) ^ flip
        try {
          decodeFrame(mutated)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ScopeError)
        }
      }),
    )
  })

  it('do not overflow the stack on deep nesting', () => {
    const deep = new TextEncoder().encode(`{"lengths":[],"message":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)
    const frame = new Uint8Array(4 + deep.length)
    new DataView(frame.buffer).setUint32(0, deep.length, true)
    frame.set(deep, 4)
    try {
      decodeFrame(frame)
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(ScopeError)
    }
  })

  it.each([
    ['empty', new Uint8Array(0)],
    ['declares a header beyond its end', new Uint8Array([255, 255, 255, 255, 1])],
    ['left-over bytes', new Uint8Array([...encodeFrame(1), 7])],
  ])('refuse a frame that is %s', (_name, frame) => {
    expect(() => decodeFrame(frame)).toThrow(ScopeError)
  })

  it('refuse to send a key that would be read as bytes', () => {
    expect(() => encodeFrame({ $bytes: 0 })).toThrow(ScopeError)
  })
})
