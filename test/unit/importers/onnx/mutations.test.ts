/** Damaged ONNX files: always a model or a ScopeError that is no internal one, and soon. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { errorFrom } from '../../../../engine/base/errors.ts'
import { importer } from '../../../../engine/importers/onnx/index.ts'
import { recognise } from '../../../../engine/passes/pipeline.ts'
import { sharedPath } from '../../../fixtures/shared.ts'
import { FIXTURES, fixture } from './fixtures.ts'

function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Bits flipped, bytes set to extremes, parts cut out, doubled, moved, and the end cut off. */
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
    const copies = Number(process.env.MUTATIONS ?? 40)
    let opened = 0
    for (let seed = 1; seed <= copies; seed++) {
      const started = performance.now()
      try {
        const model = await importer.open(
          { name: 'mutated.onnx', bytes: mutated(bytes, seed * 7919) },
          name.includes('dynamic') ? { inputSize: [16, 16] } : {},
        )
        recognise(model.graph)
        opened++
      } catch (thrown) {
        const error = errorFrom(thrown)
        expect(error.code, `seed ${seed}: ${error.message} ${error.cause instanceof Error ? error.cause.stack : (error.stack ?? '')}`).not.toBe(
          'internal',
        )
      }
      expect(performance.now() - started, `seed ${seed}`).toBeLessThan(5000)
    }
    expect(opened).toBeGreaterThan(0)
    expect(opened).toBeLessThan(copies)
  })
})
