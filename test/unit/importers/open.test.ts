/** Opening by content: unknown files, empty ones, and files that are too large. */
import { describe, expect, it } from 'vitest'
import { openModel } from '../../../engine/importers/open.ts'

describe('openModel', () => {
  it('lists the formats and the first bytes for an unknown file', async () => {
    const bytes = new TextEncoder().encode('GIF89a and more')
    await expect(openModel({ name: 'a.pth', bytes })).rejects.toThrow(/"a\.pth".*47 49 46 38 39 61 20 61 \("GIF89a a"\).*safetensors.*PyTorch.*ONNX/)
    await expect(openModel({ name: 'a.pth', bytes: new Uint8Array() })).rejects.toThrow(/it is empty/)
  })

  it('refuses more than 1 GiB before looking inside', async () => {
    // A real gigabyte is not needed to see the check: only its length is read.
    const bytes = new Proxy(new Uint8Array(1), { get: (target, key) => (key === 'length' ? 2 ** 30 + 1 : Reflect.get(target, key)) })
    await expect(openModel({ name: 'big.pth', bytes })).rejects.toThrow(/"big\.pth": it is 1\.00 GiB/)
  })

  it('stops when cancelled', async () => {
    await expect(openModel({ name: 'a', bytes: new Uint8Array(9) }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' })
  })
})
