/** Any view that the page can show, for property tests. */
import fc from 'fast-check'
import { CONVENTIONS, HELD_GROUPS } from '../../../engine/index.ts'
import type { ViewState } from '../../../renderer/store/viewState.ts'
import { MIXING_SCALES, STAGES } from '../../../renderer/workers/contract/index.ts'

const whole = (most: number) => fc.integer({ min: 0, max: most })
const name = fc.option(fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme' }))
const channel = fc.option(fc.record({ tensor: whole(1_000_000), channel: whole(1_000_000) }))
const side = fc.integer({ min: 32, max: 1024 })
const units = fc.integer({ min: 1, max: 16 })

const hundredths = fc.integer({ min: -99_999, max: 99_999 }).map((n) => n / 100)

export const anyView: fc.Arbitrary<ViewState> = fc.record({
  screen: fc.constantFrom('explore', 'photo', 'costs', 'devices', 'compare', 'compress'),
  exploreTab: fc.constantFrom('map', 'mixing'),
  lensShown: fc.boolean(),
  lensAfter: fc.boolean(),
  overlay: fc.record({
    kind: fc.constantFrom('none', 'map', 'occlusion'),
    rank: whole(4),
    opacity: fc.integer({ min: 0, max: 20 }).map((o) => o / 20),
  }),
  detectionThreshold: fc.option(fc.integer({ min: 5, max: 95 }).map((n) => n / 100)),
  costsTab: fc.constantFrom('layers', 'whatIf', 'paper'),
  paperTable: fc.integer({ min: 1, max: 8 }),
  stage: fc.constantFrom(...STAGES),
  focus: name,
  mapPlace: fc.option(
    fc.record({
      item: fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme' }),
      k: fc.integer({ min: 1, max: 16_000 }).map((k) => k / 1000),
      dx: hundredths,
      dy: hundredths,
    }),
  ),
  item: name,
  node: name,
  channel,
  range: fc.option(fc.tuple(whole(5000), whole(5000)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)),
  shuffleOn: fc.boolean(),
  measureShown: fc.constantFrom('macs', 'params', 'bytes', 'ms', 'peak', 'device'),
  convention: fc.constantFrom(...CONVENTIONS),
  asFlops: fc.boolean(),
  familyScale: fc.constantFrom(...MIXING_SCALES),
  whatIf: fc.option(
    fc.record({
      groups: fc.constantFrom(...HELD_GROUPS),
      scale: fc.integer({ min: 5, max: 40 }).map((s) => s / 20),
      height: side,
      width: side,
      repeats: fc.tuple(units, units, units),
      shuffle: fc.boolean(),
      classes: fc.integer({ min: 1, max: 100_000 }),
      budget: fc.option(fc.integer({ min: 100_000, max: 1e10 })),
    }),
  ),
  run: name,
  timed: name,
  variant: name,
  compressAxis: fc.constantFrom('size', 'ms', 'macs'),
  compressQuality: fc.constantFrom('agreement', 'accuracy'),
  traced: channel,
  compared: fc.option(
    fc.oneof(
      fc.record({ kind: fc.constantFrom('host', 'zoo'), id: fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }) }),
      fc.constant({ kind: 'noShuffle' } as const),
    ),
  ),
  lens: fc.option(fc.record({ tensor: whole(10_000), off: fc.uniqueArray(whole(2000), { maxLength: 60 }).map((o) => o.sort((a, b) => a - b)) })),
})
