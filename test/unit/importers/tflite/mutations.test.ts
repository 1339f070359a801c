/** Damaged TensorFlow Lite files: always a model or a ScopeError that is no internal one, and soon. */
import { describe, expect, it } from 'vitest'
import { errorFrom } from '../../../../engine/base/errors.ts'
import { importer } from '../../../../engine/importers/tflite/index.ts'
import { recognise } from '../../../../engine/passes/pipeline.ts'
import { mutate } from '../../../fuzz/mutate.ts'
import { FIXTURES, fixture, sizeFor } from './fixtures.ts'

describe('mutated copies', () => {
  it.each(FIXTURES)('of %s', async (name) => {
    const { bytes } = fixture(name)
    const copies = Number(process.env.MUTATIONS ?? 60)
    let opened = 0
    for (let seed = 1; seed <= copies; seed++) {
      const started = performance.now()
      try {
        const model = await importer.open({ name: 'mutated.tflite', bytes: mutate(bytes, seed * 7919) }, sizeFor(name))
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
