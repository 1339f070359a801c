/** What the tests of damaged files share. */
import { expect } from 'vitest'
import { errorFrom } from '../../../engine/base/errors.ts'
import { seeded } from '../../fuzz/mutate.ts'

/** Damaged copies of each file. */
export const COPIES = Number(process.env.MUTATIONS ?? 60)
/** Milliseconds; far more than any takes, so that only what hangs is too late. */
const SOON = 5000

/** Opens `COPIES` files, one for each seed; each ends soon, well or with a ScopeError that is no internal one. How many ended well. */
export async function openDamaged(open: (seed: number) => Promise<unknown>): Promise<number> {
  let opened = 0
  for (let seed = 1; seed <= COPIES; seed++) {
    const started = performance.now()
    try {
      await open(seed)
      opened++
    } catch (thrown) {
      const error = errorFrom(thrown)
      const cause = error.cause instanceof Error ? error.cause.stack : (error.stack ?? '')
      expect(error.code, `seed ${seed}: ${error.message} ${cause}`).not.toBe('internal')
    }
    expect(performance.now() - started, `seed ${seed}`).toBeLessThan(SOON)
  }
  return opened
}

/**
 * A text with one to three of its values replaced by others of `values`: it can mostly be read, and says other things.
 * `value`: finds them; global, with the value as its only group.
 */
export function withOtherValues(bytes: Uint8Array, seed: number, value: RegExp, values: readonly string[]): Uint8Array {
  const random = seeded(seed)
  const text = new TextDecoder().decode(bytes)
  const places = [...text.matchAll(value)].map((match) => [match.index + match[0].indexOf(match[1] ?? ''), match[1] ?? ''] as const)
  const chosen = new Map(Array.from({ length: 1 + random.int(3) }, () => places[random.int(places.length)] ?? ([0, ''] as const)))
  let out = text
  for (const [at, old] of [...chosen].sort(([a], [b]) => b - a))
    out = out.slice(0, at) + values[random.int(values.length)] + out.slice(at + old.length)
  return new TextEncoder().encode(out)
}
