import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScopeError } from '../../../engine/index.ts'
import { base64Bytes, bytesBase64, sha256Of } from '../../../renderer/store/base64.ts'
import { kindOfFile } from '../../../renderer/store/fileKind.ts'
import { START_VIEW } from '../../../renderer/store/viewState.ts'
import { readWorkspace, type WorkspaceParts, writeWorkspace } from '../../../renderer/store/workspaceFile.ts'
import { anyView } from './views.ts'

const name = fc.string({ minLength: 1, maxLength: 60 })
const bytes = fc.uint8Array({ maxLength: 200 })
const sha256 = 'a'.repeat(64)
const anyParts: fc.Arbitrary<WorkspaceParts> = fc.record({
  model: fc.oneof(
    fc.record({ kind: fc.constantFrom('host' as const, 'zoo' as const), id: name }),
    fc.record({ kind: fc.constant('file' as const), name, sha256: fc.constant(sha256) }),
    fc.record({ kind: fc.constant('file' as const), name, sha256: fc.constant(sha256), bytes: bytes.map(bytesBase64) }),
  ),
  photo: fc.option(
    fc.oneof(
      fc.record({ kind: fc.constant('sample' as const), id: name }),
      fc.record({ kind: fc.constant('file' as const), name, credit: fc.option(name), bytes: bytes.map(bytesBase64) }),
    ),
  ),
  view: anyView,
})
const SIMPLE: WorkspaceParts = { model: { kind: 'zoo', id: 'a' }, photo: null, view: START_VIEW }
const document = (): Record<string, unknown> => JSON.parse(writeWorkspace(SIMPLE)) as Record<string, unknown>

describe('workspace file', () => {
  it('reads what it wrote: model, photo and view', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const { model, photo, view } = readWorkspace(writeWorkspace(parts), 'w.json')
        expect(view).toEqual(parts.view)
        if (model.kind === 'file') expect({ ...model, bytes: model.bytes && bytesBase64(model.bytes) }).toEqual({ bytes: null, ...parts.model })
        else expect(model).toEqual(parts.model)
        if (photo?.kind === 'file') expect({ ...photo, bytes: bytesBase64(photo.bytes) }).toEqual(parts.photo)
        else expect(photo).toEqual(parts.photo)
      }),
      { numRuns: 300 },
    )
  })

  it('answers any text with a workspace or with what is wrong, in words', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constant(undefined))
    const mutated = fc
      .tuple(fc.constantFrom('format', 'version', 'model', 'photo', 'view', '__proto__'), value)
      .map(([key, v]) => JSON.stringify({ ...document(), [key]: v }))
    const cut = fc.nat({ max: 400 }).map((n) => writeWorkspace(SIMPLE).slice(0, n))
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), mutated, cut), (text) => {
        try {
          readWorkspace(text, 'w.json')
        } catch (error) {
          expect(error).toBeInstanceOf(ScopeError)
          const { what, why, hint } = error as ScopeError
          expect([what, why, hint].join(' ').length).toBeLessThan(300)
          expect(what).toContain('w.json')
        }
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['a later version', { version: 2 }, /version 2, and this release reads version 1/],
    ['no format', { format: 'x' }, /its format is not valid/],
    ['a model of nowhere', { model: { kind: 'url', id: 'http://x' } }, /its model/],
    ['a hash that is none', { model: { kind: 'file', name: 'x', sha256: 'zz' } }, /its model\.sha256/],
    ['a photo that is none', { photo: { kind: 'file', name: 'x', credit: null, bytes: '%%%' } }, /base64/],
    ['a view of other things', { view: { view: 3 } }, /its view\.view/],
    ['a view without end', { view: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [String(i), ''])) }, /its view/],
  ])('refuses %s', (_, change, says) => {
    expect(() => readWorkspace(JSON.stringify({ ...document(), ...change }), 'w.json')).toThrow(says)
  })

  it('reads a view by the rules of an address: what makes no sense is left out', () => {
    const { view } = readWorkspace(JSON.stringify({ ...document(), view: { view: 'costs', stage: 'ninth', later: 'thing' } }), 'w.json')
    expect(view).toEqual({ ...START_VIEW, screen: 'costs' })
  })

  it('is known by its name or by its first bytes', async () => {
    const text = writeWorkspace(SIMPLE)
    expect(await kindOfFile(new Blob([text]), 'renamed.txt')).toBe('workspace')
    expect(await kindOfFile(new Blob(['{"layers":[]}']), 'a.shufflescope.json')).toBe('workspace')
    expect(await kindOfFile(new Blob(['{"layers":[]}']), 'a.json')).not.toBe('workspace')
    expect(await kindOfFile(new Blob(['\x08\x07{"shufflescope-workspace"}']), 'a.onnx')).toBe('model')
    expect(await kindOfFile(new Blob(['\x1c\0\0\0TFL3'], { type: 'image/x-unknown' }), 'a.tflite')).toBe('model')
  })
})

describe('base64', () => {
  it('is what Buffer makes of the same bytes, and comes back', async () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100_000, size: 'max' }), (b) => {
        expect(bytesBase64(b) === Buffer.from(b).toString('base64')).toBe(true)
        expect(Buffer.from(base64Bytes(bytesBase64(b), 'x')).equals(Buffer.from(b))).toBe(true)
      }),
      { numRuns: 20 },
    )
    expect(await sha256Of(new TextEncoder().encode('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
