/** Damaged ncnn models, either file: always a model or a ScopeError that is no internal one, and soon. */
import { describe, expect, it } from 'vitest'
import { errorFrom } from '../../../../engine/base/errors.ts'
import { importer } from '../../../../engine/importers/ncnn/index.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { makePlan } from '../../../../engine/plan/planner.ts'
import { mutate, seeded } from '../../../fuzz/mutate.ts'
import { FIXTURES, files, fixture, SIZE } from './fixtures.ts'

async function tried(copies: number, file: (seed: number) => Parameters<typeof importer.open>[0]): Promise<number> {
  let opened = 0
  for (let seed = 1; seed <= copies; seed++) {
    const started = performance.now()
    try {
      makePlan(fuse(recognise((await importer.open(file(seed), SIZE)).graph)))
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

const NUMBERS = ['0', '1', '-1', '2', '3', '7', '64', '-233', '-234', '65536', '2147483647', '-2147483648', '0.5', '1e30', '-1.0e-38', '3,1,2,3', 'x']

/** The text with some of the numbers of its layers replaced: it can mostly be read, and says other things. */
function renumbered(bytes: Uint8Array, seed: number): Uint8Array {
  const random = seeded(seed)
  const text = new TextDecoder().decode(bytes)
  const places = [...text.matchAll(/=([^ \n]+)/g)].map((match) => [match.index + 1, match[1] ?? ''] as const)
  const chosen = new Map(Array.from({ length: 1 + random.int(3) }, () => places[random.int(places.length)] ?? ([0, ''] as const)))
  let out = text
  for (const [at, old] of [...chosen].sort(([a], [b]) => b - a))
    out = out.slice(0, at) + NUMBERS[random.int(NUMBERS.length)] + out.slice(at + old.length)
  return new TextEncoder().encode(out)
}

const COPIES = Number(process.env.MUTATIONS ?? 60)

describe('mutated copies', () => {
  it.each(FIXTURES)('of the layers of %s', async (name) => {
    const { param, bin } = fixture(name)
    const opened = await tried(COPIES, (seed) => files(mutate(param, seed * 7919), bin))
    expect(opened).toBeLessThan(COPIES)
  })

  it.each(FIXTURES)('of %s with other numbers', async (name) => {
    const { param, bin } = fixture(name)
    const opened = await tried(COPIES, (seed) => files(renumbered(param, seed), bin))
    expect(opened).toBeGreaterThan(0)
    expect(opened).toBeLessThan(COPIES)
  })

  it.each(FIXTURES.filter((name) => fixture(name).bin.length > 0))('of the weights of %s', async (name) => {
    const { param, bin } = fixture(name)
    const opened = await tried(COPIES, (seed) => files(param, mutate(bin, seed * 7919)))
    expect(opened).toBeGreaterThan(0)
    expect(opened).toBeLessThan(COPIES)
  })
})
