import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNpy, writeNpy } from '../../../electron/services/npy.ts'
import { npyFile } from '../../fixtures/npy.ts'
import { sharedPath } from '../../fixtures/shared.ts'

function npy(header: string, data: Uint8Array | Float32Array | Float64Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header)
  const lengthBytes = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, (text.length >> 8) & 255, text.length >> 16, 0]
  return Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), version, 0, ...lengthBytes, ...text, ...new Uint8Array(data.buffer)])
}
const header = (descr: string, shape: string, fortran = 'False') => `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }\n`

describe('readNpy', () => {
  it('reads formats 1.0 and 2.0, floats of both widths and byte orders, and scalars', () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6)
    expect(readNpy(npy(header('<f4', '2, 3'), data), 'a')).toEqual({ dtype: 'f32', shape: [2, 3], data })
    expect(readNpy(npy(header('<f4', '2, 3'), data, 2), 'a')).toEqual({ dtype: 'f32', shape: [2, 3], data })
    expect(readNpy(npy(header('<f8', '6,'), Float64Array.from(data)), 'a')).toEqual({ dtype: 'f32', shape: [6], data })
    expect(readNpy(npy(header('>f4', '1,'), Uint8Array.of(0x3f, 0x80, 0, 0)), 'a').data).toEqual(Float32Array.of(1))
    expect(readNpy(npy(header('<f4', ''), Float32Array.of(7)), 'a')).toEqual({ dtype: 'f32', shape: [], data: Float32Array.of(7) })
    expect(readNpy(npy(header('<f4', '0, 5'), new Float32Array(0)), 'a').shape).toEqual([0, 5])
  })

  it('refuses other elements, Fortran order and hostile headers, naming the file', () => {
    const six = new Float32Array(6)
    const cases: [Uint8Array, string, RegExp][] = [
      [npy(header('<i8', '6,'), six), 'unsupported', /elements are "<i8"/],
      [npy(header('<f4', '2, 3', 'True'), six), 'unsupported', /Fortran order/],
      [npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (6,), }", six), 'unsupported', /records/],
      [npy(header('<f4', '1000000000, 1000000000'), six), 'bad-input', /needs .* bytes where it has 24/],
      [npy(header('<f4', '7,'), six), 'bad-input', /needs 28 bytes where it has 24/],
      [npy(header('<f4', '5,'), six), 'bad-input', /needs 20 bytes where it has 24/],
      [npy(header('<f4', '99999999999999999999,'), six), 'bad-input', /is not one of a tensor/],
      [npy('{}', six), 'bad-input', /header cannot be read/],
      [npy(header('<f4', '6,'), six, 9), 'unsupported', /version is 9/],
      [Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0, 255, 255, 255, 255), 'bad-input', /claims 4294967295 bytes/],
      [Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0), 'bad-input', /ends within its header/],
      [new TextEncoder().encode('hello'), 'bad-input', /not a .npy file/],
    ]
    for (const [bytes, code, why] of cases)
      expect(() => readNpy(bytes, 'x.npy')).toThrow(expect.objectContaining({ code, what: 'File "x.npy"', why: expect.stringMatching(why) }))
  })

  it('gives back what writeNpy wrote', () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 })
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.float()), (shape, stream) => {
        const size = shape.reduce((a, b) => a * b, 1)
        const tensor = { dtype: 'f32' as const, shape, data: Float32Array.from({ length: size }, () => stream.next().value ?? 0) }
        const bytes = writeNpy(tensor)
        expect((bytes.length - size * 4) % 64).toBe(0)
        expect(readNpy(bytes, 'x')).toEqual(tensor)
      }),
    )
  })

  it('never throws anything but a ScopeError on damaged files', () => {
    const whole = writeNpy({ dtype: 'f32', shape: [2, 3], data: new Float32Array(6) })
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const damaged = whole.slice(0, length)
        if (at < damaged.length) damaged[at] = byte
        try {
          readNpy(damaged, 'x')
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'ScopeError' })
        }
      }),
    )
  })
})

const INPUT = 'expected/megvii_v1_g3_0.5x.input.npy'
describe.skipIf(!sharedPath(INPUT))('a file that NumPy wrote (skipped where the reference data is absent)', () => {
  it('is read', () => {
    const tensor = npyFile(sharedPath(INPUT) ?? '')
    expect(tensor.shape).toEqual([1, 3, 224, 224])
    expect(tensor.data.every(Number.isFinite)).toBe(true)
  })
})
