/** Damaged ncnn models, either file: always a model or a ScopeError that is no internal one, and soon. */
import { describe, expect, it } from 'vitest'
import { errorFrom } from '../../../../engine/base/errors.ts'
import { importer } from '../../../../engine/importers/ncnn/index.ts'
import { recognise } from '../../../../engine/passes/pipeline.ts'
import { mutate } from '../../../fuzz/mutate.ts'
import { FIXTURES, files, fixture, SIZE } from './fixtures.ts'

async function tried(copies: number, file: (seed: number) => Parameters<typeof importer.open>[0]): Promise<number> {
  let opened = 0
  for (let seed = 1; seed <= copies; seed++) {
    const started = performance.now()
    try {
      recognise((await importer.open(file(seed), SIZE)).graph)
      opened++
    } catch (thrown) {
      const error = errorFrom(thrown)
      expect(error.code, `seed ${seed}: ${error.message} ${error.cause instanceof Error ? error.cause.stack : (error.stack ?? '')}`).not.toBe(
        'internal',
      )
    }
    expect(performance.now() - started, `seed ${seed}`).toBeLessThan(5000)
  }
  return opened
}

const COPIES = Number(process.env.MUTATIONS ?? 60)

describe('mutated copies', () => {
  it.each(FIXTURES)('of the layers of %s', async (name) => {
    const { param, bin } = fixture(name)
    const opened = await tried(COPIES, (seed) => files(mutate(param, seed * 7919), bin))
    expect(opened).toBeLessThan(COPIES)
  })

  it.each(FIXTURES.filter((name) => fixture(name).bin.length > 0))('of the weights of %s', async (name) => {
    const { param, bin } = fixture(name)
    const opened = await tried(COPIES, (seed) => files(param, mutate(bin, seed * 7919)))
    expect(opened).toBeGreaterThan(0)
    expect(opened).toBeLessThan(COPIES)
  })
})
