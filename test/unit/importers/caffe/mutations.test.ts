/** Damaged Caffe models, either file: always a model or a ScopeError that is no internal one, and soon. */
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/caffe/index.ts'
import type { ModelFile } from '../../../../engine/importers/importer.ts'
import { openModel } from '../../../../engine/importers/open.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { makePlan } from '../../../../engine/plan/planner.ts'
import { mutate } from '../../../fuzz/mutate.ts'
import { COPIES, openDamaged, withOtherValues } from '../damaged.ts'
import { FIXTURES, files, fixture } from './fixtures.ts'

const tried = (file: (seed: number) => ModelFile): Promise<number> =>
  openDamaged(async (seed) => {
    const made = file(seed)
    // What is no longer taken for a Caffe model goes past its importer.
    const { graph } = importer.match(made) ? await importer.open(made, {}) : await openModel(made)
    makePlan(fuse(recognise(graph)))
  })

const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '3',
  '7',
  '64',
  '65536',
  '2147483647',
  '-2147483648',
  '0.5',
  '1e30',
  '-1.0e-38',
  'nan',
  'inf',
  'MAX',
  'true',
  '"x"',
]

const renumbered = (bytes: Uint8Array, seed: number): Uint8Array => withOtherValues(bytes, seed, /: ([^"\n]+)\n/g, NUMBERS)

describe('mutated copies', () => {
  it.each(FIXTURES)('of the text of %s', async (name) => {
    const { text, weights } = fixture(name)
    const opened = await tried((seed) => files(mutate(text, seed * 7919), weights))
    expect(opened).toBeLessThan(COPIES)
  })

  it('with other numbers', async () => {
    let opened = 0
    for (const name of FIXTURES) {
      const { text, weights } = fixture(name)
      opened += await tried((seed) => files(renumbered(text, seed), weights))
    }
    expect(opened).toBeGreaterThan(0)
    expect(opened).toBeLessThan(COPIES * FIXTURES.length)
  })

  it.each(FIXTURES.filter((name) => fixture(name).weights))('of the weights of %s, beside the text and alone', async (name) => {
    const { text, weights = new Uint8Array(0) } = fixture(name)
    const opened = await tried((seed) => files(text, mutate(weights, seed * 7919)))
    const alone = await tried((seed) => ({ name: `${name}.caffemodel`, bytes: mutate(weights, seed * 7907), owned: true }))
    expect(opened + alone).toBeGreaterThan(0)
    expect(opened + alone).toBeLessThan(2 * COPIES)
  })
})
