import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type History, MAX_STEPS, recordView, startHistory, stepBack, stepForward } from '../../../renderer/store/history.ts'
import { START_VIEW, type ViewState } from '../../../renderer/store/viewState.ts'
import { anyView } from './views.ts'

const START = startHistory(START_VIEW, { gesture: 0, now: 0 })
const costs: ViewState = { ...START_VIEW, screen: 'costs' }
const fused: ViewState = { ...costs, stage: 'fused' }
const groups = (g: number): ViewState => ({
  ...costs,
  whatIf: { groups: g, scale: 1, height: 224, width: 224, repeats: [4, 8, 4], shuffle: true, classes: 1000, budget: null },
})

/** One view after the other, each a gesture of its own, long after the one before. */
const record = (history: History, views: readonly ViewState[]) =>
  views.reduce((h, view, i) => recordView(h, view, { gesture: h.gesture + 1, now: h.at + 5000 + i }), history)

describe('steps', () => {
  it('lead back to the beginning and forward to the end, whatever was shown', () => {
    fc.assert(
      fc.property(fc.array(anyView, { maxLength: 20 }), (views) => {
        const end = record(START, views)
        let history = end
        const seen = [history.present]
        for (let h = stepBack(history, { gesture: 99, now: 0 }); h; h = stepBack(h, { gesture: 99, now: 0 })) {
          history = h
          seen.unshift(h.present)
        }
        expect(history.present).toEqual(START_VIEW)
        expect(seen).toEqual([...end.past, end.present])
        for (let h = stepForward(history, { gesture: 99, now: 0 }); h; h = stepForward(h, { gesture: 99, now: 0 })) history = h
        expect(history).toMatchObject({ past: end.past, present: end.present, future: [] })
      }),
    )
  })

  it('are one for all that a gesture brings about, however late', () => {
    const first = recordView(START, costs, { gesture: 1, now: 10 })
    const later = recordView(first, fused, { gesture: 1, now: 90_000 })
    expect(later.past).toEqual([START_VIEW])
    expect(later.present).toEqual(fused)
  })

  it('are one for a slider moved by its keys without a pause, and two with one', () => {
    const first = recordView(record(START, [costs]), groups(1), { gesture: 10, now: 100_000 })
    const moved = recordView(first, groups(2), { gesture: 11, now: 100_400 })
    expect(moved.past).toEqual([START_VIEW, costs])
    expect(recordView(moved, groups(3), { gesture: 12, now: 103_000 }).past).toEqual([START_VIEW, costs, groups(2)])
  })

  it('are none for looking around, which is kept with the view that it belongs to', () => {
    const mapPlace = { item: 'stage3/unit2', k: 4, dx: 0, dy: 0.5 }
    const looked = recordView(record(START, [costs]), { ...costs, mapPlace }, { gesture: 60, now: 200_000 })
    expect(looked.past).toEqual([START_VIEW])
    expect(looked.present).toEqual({ ...costs, mapPlace })
    const back = stepBack(recordView(looked, { ...fused, mapPlace: null }, { gesture: 61, now: 300_000 }), { gesture: 62, now: 0 })
    expect(back?.present).toEqual({ ...costs, mapPlace })
    if (!back) throw new Error('there is a step back')
    expect(recordView(back, costs, { gesture: 63, now: 1 }).future).toHaveLength(1)
  })

  it('are two for two selections, however quick', () => {
    const first = recordView(START, { ...START_VIEW, item: 'a' }, { gesture: 1, now: 10 })
    expect(recordView(first, { ...START_VIEW, item: 'b' }, { gesture: 2, now: 20 }).past).toHaveLength(2)
  })

  it('forget what was taken back once something else is done, and nothing for what follows from a step back', () => {
    const back = stepBack(record(START, [costs, fused]), { gesture: 50, now: 0 })
    if (!back) throw new Error('there is a step back')
    const settled = recordView(back, { ...costs, item: 'left out' }, { gesture: 50, now: 1 })
    expect(settled.future).toEqual([fused])
    expect(recordView(settled, { ...costs, screen: 'photo' }, { gesture: 51, now: 2 }).future).toEqual([])
  })

  it('do not grow without bound, and are the same object where nothing changed', () => {
    const views = Array.from({ length: MAX_STEPS + 50 }, (_, i): ViewState => ({ ...START_VIEW, item: String(i) }))
    const history = record(START, views)
    expect(history.past).toHaveLength(MAX_STEPS)
    expect(recordView(history, structuredClone(history.present), { gesture: 1e6, now: 1e9 })).toBe(history)
  })
})
