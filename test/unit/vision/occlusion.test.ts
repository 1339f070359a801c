import { describe, expect, it } from 'vitest'
import { greyOf, type HostTensor, occlusionSensitivity, squareSpan } from '../../../engine/index.ts'
import { IMAGENET_RGB } from '../../../engine/zoo/preprocess.ts'

/** A "classifier" that looks at one pixel of one channel alone. */
const SIZE = 12
const LOOKS = { channel: 1, y: 9, x: 2 }
const seenBy = (input: HostTensor) => input.data[(LOOKS.channel * SIZE + LOOKS.y) * SIZE + LOOKS.x] ?? Number.NaN
const bright: HostTensor = { dtype: 'f32', shape: [1, 3, SIZE, SIZE], data: new Float32Array(3 * SIZE * SIZE).fill(0.9) }
const options = { classes: [0, 1], rows: 4, columns: 4, side: 3, fill: [0.5, 0.25, 0.5] }
const look = async (input: HostTensor) => [seenBy(input), 1 - seenBy(input)]

describe('occlusion sensitivity', () => {
  it('finds the place that the answer hangs on, and what each class loses or gains there', async () => {
    const before = Float32Array.from(bright.data)
    const { base, drops } = await occlusionSensitivity(bright, look, options)
    expect(base).toEqual([expect.closeTo(0.9), expect.closeTo(0.1)])
    const place = 3 * 4 + 0
    drops[0]?.forEach((drop, i) => {
      expect(drop).toBeCloseTo(i === place ? 0.9 - 0.25 : 0)
    })
    drops[1]?.forEach((drop, i) => {
      expect(drop).toBeCloseTo(i === place ? 0.25 - 0.9 : 0)
    })
    expect(bright.data).toEqual(before)
  })

  it('covers every pixel where squares are at least as wide as their distance', () => {
    for (const [count, size, side] of [
      [14, 224, 45],
      [4, 12, 3],
      [5, 7, 3],
    ] as const) {
      const hits = new Array<number>(size).fill(0)
      for (let i = 0; i < count; i++) {
        const [from, to] = squareSpan(i, count, size, side)
        for (let p = from; p < to; p++) hits[p] = (hits[p] ?? 0) + 1
      }
      expect(Math.min(...hits), `${count} squares of ${side} on ${size}`).toBeGreaterThan(0)
    }
  })

  it('stops between two places when it is cancelled', async () => {
    const controller = new AbortController()
    let runs = 0
    const cancelled = occlusionSensitivity(
      bright,
      (input) => {
        runs++
        return look(input)
      },
      {
        ...options,
        signal: controller.signal,
        onProgress: (done) => {
          if (done === 3) controller.abort()
          return undefined
        },
      },
    )
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    expect(runs).toBe(4)
  })

  it('is grey in the units of the input', () => {
    const preprocess = { ...IMAGENET_RGB, resize: 256, crop: [224, 224] as const }
    const back = greyOf(preprocess).map((v, c) => (v * (preprocess.std[c] ?? 0) + (preprocess.mean[c] ?? 0)) / preprocess.scale)
    for (const byte of back) expect(byte).toBeCloseTo(128)
  })
})
