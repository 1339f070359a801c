/** Damaged Caffe models, either file: always a model or a ScopeError that is no internal one, and soon. */
import { describe, expect, it } from 'vitest'
import { errorFrom } from '../../../../engine/base/errors.ts'
import { importer } from '../../../../engine/importers/caffe/index.ts'
import type { ModelFile } from '../../../../engine/importers/importer.ts'
import { openModel } from '../../../../engine/importers/open.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { makePlan } from '../../../../engine/plan/planner.ts'
import { mutate, seeded } from '../../../fuzz/mutate.ts'
import { FIXTURES, files, fixture } from './fixtures.ts'

async function tried(copies: number, file: (seed: number) => ModelFile): Promise<number> {
  let opened = 0
  for (let seed = 1; seed <= copies; seed++) {
    const started = performance.now()
    const made = file(seed)
    try {
      // What is no longer taken for a Caffe model goes past its importer.
      const { graph } = importer.match(made) ? await importer.open(made, {}) : await openModel(made)
      makePlan(fuse(recognise(graph)))
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

/** The text with some of the values of its fields replaced: it can mostly be read, and says other things. */
function renumbered(bytes: Uint8Array, seed: number): Uint8Array {
  const random = seeded(seed)
  const text = new TextDecoder().decode(bytes)
  const places = [...text.matchAll(/: ([^"\n]+)\n/g)].map((match) => [match.index + 2, match[1] ?? ''] as const)
  const chosen = new Map(Array.from({ length: 1 + random.int(3) }, () => places[random.int(places.length)] ?? ([0, ''] as const)))
  let out = text
  for (const [at, old] of [...chosen].sort(([a], [b]) => b - a))
    out = out.slice(0, at) + NUMBERS[random.int(NUMBERS.length)] + out.slice(at + old.length)
  return new TextEncoder().encode(out)
}

const COPIES = Number(process.env.MUTATIONS ?? 60)

describe('mutated copies', () => {
  it.each(FIXTURES)('of the text of %s', async (name) => {
    const { text, weights } = fixture(name)
    const opened = await tried(COPIES, (seed) => files(mutate(text, seed * 7919), weights))
    expect(opened).toBeLessThan(COPIES)
  })

  it('with other numbers', async () => {
    let opened = 0
    for (const name of FIXTURES) {
      const { text, weights } = fixture(name)
      opened += await tried(COPIES, (seed) => files(renumbered(text, seed), weights))
    }
    expect(opened).toBeGreaterThan(0)
    expect(opened).toBeLessThan(COPIES * FIXTURES.length)
  })

  it.each(FIXTURES.filter((name) => fixture(name).weights))('of the weights of %s, beside the text and alone', async (name) => {
    const { text, weights = new Uint8Array(0) } = fixture(name)
    const opened = await tried(COPIES, (seed) => files(text, mutate(weights, seed * 7919)))
    const alone = await tried(COPIES, (seed) => ({ name: `${name}.caffemodel`, bytes: mutate(weights, seed * 7907), owned: true }))
    expect(opened + alone).toBeGreaterThan(0)
    expect(opened + alone).toBeLessThan(2 * COPIES)
  })
})
