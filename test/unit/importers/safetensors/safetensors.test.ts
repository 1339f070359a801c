/** Safetensors files as state dicts: element types, damage, and the same network as from PyTorch's own format. */
import { describe, expect, it } from 'vitest'
import { openModel } from '../../../../engine/importers/open.ts'
import { readContainer, writeContainer } from '../../../../engine/importers/safetensors/container.ts'
import { openLegacy } from '../../../../engine/importers/torch/legacy.ts'
import { stateDictOf } from '../../../../engine/importers/torch/stateDict.ts'
import { checkpoint, expected } from '../../../fixtures/checkpoints.ts'
import { outputOf, relativeError } from '../../../fixtures/evaluate.ts'
import { formulaImage } from '../../../fixtures/formula.ts'

/** A file by hand, as the format's description has it. */
function file(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes
}

describe('a state dict in safetensors', () => {
  it('gives the logits that PyTorch gives for the same weights', async () => {
    const state = stateDictOf(openLegacy(checkpoint('pytorchcv-v1.legacy.pth').bytes))
    const tensors = [...state].map(([name, { shape, values }]) => ({ name, dtype: 'F32', shape, bytes: new Uint8Array(values().buffer) }))
    const model = await openModel({ name: 'weights.safetensors', bytes: writeContainer(tensors, { format: 'pt' }) }, { inputSize: [64, 64] })
    expect(model.format).toBe('safetensors')
    expect(relativeError(outputOf(model.graph, formulaImage(64)).data, expected().tiny['pytorchcv-v1'] ?? [])).toBeLessThan(1e-5)
  })

  it('aligns the data to 8 bytes', () => {
    const bytes = writeContainer([{ name: 'w', dtype: 'U8', shape: [3], bytes: Uint8Array.of(1, 2, 3) }], {})
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0)
    expect([...(readContainer(bytes).tensors.get('w')?.bytes ?? [])]).toEqual([1, 2, 3])
  })
})

describe('damage', () => {
  const entry = (dtype: string, shape: number[], offsets: number[]) => JSON.stringify({ w: { dtype, shape, data_offsets: offsets } })

  it.each([
    ['a header that is not JSON', file('{"w": '), /not a JSON object/],
    ['text that is not UTF-8', file('{"w": 1}').fill(0xff, 10), /not/],
    [
      'a shape that needs more bytes',
      file(entry('F32', [1000, 1000], [0, 4]), new Uint8Array(4)),
      /has 4 bytes where F32 \[1000, 1000\] needs 4000000/,
    ],
    ['a shape whose size overflows', file(entry('F32', [2 ** 40, 2 ** 40], [0, 4]), new Uint8Array(4)), /needs/],
    ['offsets past the end', file(entry('F32', [4], [0, 16]), new Uint8Array(4)), /bytes 0 to 16 of the 4/],
    ['offsets backwards', file(entry('F32', [1], [4, 0]), new Uint8Array(4)), /bytes 4 to 0/],
    ['an unknown element type', file(entry('F4', [1], [0, 4]), new Uint8Array(4)), /"F4"/],
    ['a negative extent', file(entry('F32', [-1], [0, 4]), new Uint8Array(4)), /malformed/],
    ['an entry that is not one', file('{"w": 3}'), /malformed/],
    ['metadata that is not text', file('{"__metadata__": {"a": 1}}'), /metadata/],
    ['no tensors', file('{}'), /no tensors/],
  ])('%s is refused', async (_what, bytes, message) => {
    await expect(openModel({ name: 'x.safetensors', bytes })).rejects.toThrow(message)
  })

  it('tensors that share bytes are refused, so that a small file cannot ask for much memory', async () => {
    const header = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`w${i}`, { dtype: 'F32', shape: [4], data_offsets: [0, 16] }]))
    await expect(openModel({ name: 'x', bytes: file(JSON.stringify(header), new Uint8Array(16)) })).rejects.toThrow(/overlap/)
  })
})
