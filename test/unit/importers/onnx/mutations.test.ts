/** Damaged ONNX files: always a model or a ScopeError that is no internal one, and soon. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/onnx/index.ts'
import { recognise } from '../../../../engine/passes/pipeline.ts'
import { sharedPath } from '../../../fixtures/shared.ts'
import { mutate } from '../../../fuzz/mutate.ts'
import { COPIES, openDamaged } from '../damaged.ts'
import { FIXTURES, fixture } from './fixtures.ts'

const zoo = sharedPath('models/light_shufflenet.onnx')
const originals = [
  ...FIXTURES.map((name) => ({ name, bytes: fixture(name).bytes })),
  ...(zoo ? [{ name: 'light_shufflenet', bytes: new Uint8Array(readFileSync(zoo)) }] : []),
]

describe('mutated copies', () => {
  let whole = 0

  it.each(originals)('of $name', async ({ name, bytes }) => {
    const size = name.includes('dynamic') ? ({ inputSize: [16, 16] } as const) : {}
    const opened = await openDamaged(async (seed) =>
      recognise((await importer.open({ name: 'mutated.onnx', bytes: mutate(bytes, seed * 7919) }, size)).graph),
    )
    expect(opened).toBeLessThan(COPIES)
    whole += opened
  })

  // Of the smallest files every byte is a part of the structure.
  it('open now and then all the same', () => expect(whole).toBeGreaterThan(originals.length))
})
