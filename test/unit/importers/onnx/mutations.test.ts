/** Damaged ONNX files: always a model or a ScopeError that is no internal one, and soon. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/onnx/index.ts'
import { recognise } from '../../../../engine/passes/pipeline.ts'
import { sharedPath } from '../../../fixtures/shared.ts'
import { COPIES, openDamaged } from '../damaged.ts'
import { FIXTURES, fixture } from './fixtures.ts'

function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Gentler than `mutate`, since of the smallest files every byte is a part of the structure: bits flipped, bytes set to extremes, parts cut out, doubled, moved, and the end cut off. */
function mutated(original: Uint8Array, seed: number): Uint8Array {
  const random = randomOf(seed)
  let bytes = original.slice()
  for (let round = 0; round <= random(4); round++) {
    const at = 2 + random(Math.max(1, bytes.length - 2))
    const length = random(64)
    switch (random(6)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
        break
      case 1:
        bytes[at] = [0, 0x7f, 0x80, 0xff][random(4)] ?? 0
        break
      case 2:
        bytes = bytes.slice(0, at)
        break
      case 3:
        bytes = Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + length))
        break
      case 4:
        bytes = Uint8Array.of(...bytes.subarray(0, at + length), ...bytes.subarray(at))
        break
      default:
        bytes.fill(0xff, at, at + 9)
    }
  }
  return bytes
}

const zoo = sharedPath('models/light_shufflenet.onnx')
const originals = [
  ...FIXTURES.map((name) => ({ name, bytes: fixture(name).bytes })),
  ...(zoo ? [{ name: 'light_shufflenet', bytes: new Uint8Array(readFileSync(zoo)) }] : []),
]

describe('mutated copies', () => {
  it.each(originals)('of $name', async ({ name, bytes }) => {
    const size = name.includes('dynamic') ? ({ inputSize: [16, 16] } as const) : {}
    const opened = await openDamaged(async (seed) =>
      recognise((await importer.open({ name: 'mutated.onnx', bytes: mutated(bytes, seed * 7919) }, size)).graph),
    )
    expect(opened).toBeGreaterThan(0)
    expect(opened).toBeLessThan(COPIES)
  })
})
