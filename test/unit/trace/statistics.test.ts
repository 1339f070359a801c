/** The bootstrap interval against order statistics and a brute-force bootstrap. */
import { describe, expect, it } from 'vitest'
import { medianInterval, quantile, variation } from '../../../engine/index.ts'

/** Park and Miller's generator. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

function bruteForce(samples: readonly number[], resamples: number): readonly [number, number] {
  const next = random(11)
  const medians = Array.from({ length: resamples }, () =>
    quantile(
      Array.from(samples, () => samples[Math.floor(next() * samples.length)] ?? 0),
      0.5,
    ),
  )
  return [quantile(medians, 0.025), quantile(medians, 0.975)]
}

describe('the interval of a median', () => {
  for (const n of [5, 20, 101])
    it(`agrees with a bootstrap that sorts every resample: ${n} samples`, () => {
      const next = random(n)
      const samples = Array.from({ length: n }, () => 5 + next() ** 4)
      const { low, high } = medianInterval(samples, 4000)
      const [bruteLow, bruteHigh] = bruteForce(samples, 4000)
      const width = bruteHigh - bruteLow
      expect(Math.abs(low - bruteLow)).toBeLessThan(0.2 * width)
      expect(Math.abs(high - bruteHigh)).toBeLessThan(0.2 * width)
      expect(low).toBeLessThanOrEqual(quantile(samples, 0.5))
      expect(high).toBeGreaterThanOrEqual(quantile(samples, 0.5))
    })

  it('covers the true median in about 95 of 100 draws', () => {
    const next = random(7)
    let covered = 0
    for (let draw = 0; draw < 400; draw++) {
      const { low, high } = medianInterval(Array.from({ length: 40 }, next), 400)
      if (low <= 0.5 && high >= 0.5) covered++
    }
    expect(covered / 400).toBeGreaterThan(0.9)
    expect(covered / 400).toBeLessThanOrEqual(0.99)
  })

  it('is the value itself for equal samples, NaN for none, the same each time', () => {
    expect(medianInterval([3, 3, 3])).toEqual({ low: 3, high: 3 })
    expect(medianInterval([])).toEqual({ low: Number.NaN, high: Number.NaN })
    expect(medianInterval([1, 2, 9, 4])).toEqual(medianInterval([9, 4, 2, 1]))
  })
})

describe('variation', () => {
  it('is the standard deviation over the mean', () => {
    expect(variation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7) / 5, 12)
    expect(variation([3])).toBe(0)
  })
})
