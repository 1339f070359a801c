/** Damaged ncnn models, either file: always a model or a ScopeError that is no internal one, and soon. */
import { describe, expect, it } from 'vitest'
import type { ModelFile } from '../../../../engine/importers/importer.ts'
import { importer } from '../../../../engine/importers/ncnn/index.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { makePlan } from '../../../../engine/plan/planner.ts'
import { mutate } from '../../../fuzz/mutate.ts'
import { COPIES, openDamaged, withOtherValues } from '../damaged.ts'
import { FIXTURES, files, fixture, SIZE } from './fixtures.ts'

const tried = (file: (seed: number) => ModelFile): Promise<number> =>
  openDamaged(async (seed) => makePlan(fuse(recognise((await importer.open(file(seed), SIZE)).graph))))

const NUMBERS = ['0', '1', '-1', '2', '3', '7', '64', '-233', '-234', '65536', '2147483647', '-2147483648', '0.5', '1e30', '-1.0e-38', '3,1,2,3', 'x']

const renumbered = (bytes: Uint8Array, seed: number): Uint8Array => withOtherValues(bytes, seed, /=([^ \n]+)/g, NUMBERS)

describe('mutated copies', () => {
  it.each(FIXTURES)('of the layers of %s', async (name) => {
    const { param, bin } = fixture(name)
    const opened = await tried((seed) => files(mutate(param, seed * 7919), bin))
    expect(opened).toBeLessThan(COPIES)
  })

  it.each(FIXTURES)('of %s with other numbers', async (name) => {
    const { param, bin } = fixture(name)
    const opened = await tried((seed) => files(renumbered(param, seed), bin))
    expect(opened).toBeGreaterThan(0)
    expect(opened).toBeLessThan(COPIES)
  })

  it.each(FIXTURES.filter((name) => fixture(name).bin.length > 0))('of the weights of %s', async (name) => {
    const { param, bin } = fixture(name)
    const opened = await tried((seed) => files(param, mutate(bin, seed * 7919)))
    expect(opened).toBeGreaterThan(0)
    expect(opened).toBeLessThan(COPIES)
  })
})
