/** Damaged TensorFlow Lite files: always a model or a ScopeError that is no internal one, and soon. */
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/tflite/index.ts'
import { recognise } from '../../../../engine/passes/pipeline.ts'
import { mutate } from '../../../fuzz/mutate.ts'
import { COPIES, openDamaged } from '../damaged.ts'
import { FIXTURES, fixture, sizeFor } from './fixtures.ts'

describe('mutated copies', () => {
  it.each(FIXTURES)('of %s', async (name) => {
    const { bytes } = fixture(name)
    const opened = await openDamaged(async (seed) =>
      recognise((await importer.open({ name: 'mutated.tflite', bytes: mutate(bytes, seed * 7919) }, sizeFor(name))).graph),
    )
    expect(opened).toBeGreaterThan(0)
    expect(opened).toBeLessThan(COPIES)
  })
})
