// @vitest-environment happy-dom
/** Views on the real store, with an engine that answers for a small network. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { placeOfState, readPlace, writePlace } from '../../../renderer/app/hash.ts'
import { beginGesture, keepHistory } from '../../../renderer/store/historySlice.ts'
import { createStore } from '../../../renderer/store/index.ts'
import type { State } from '../../../renderer/store/state.ts'
import { applyViewState, START_VIEW, type ViewState, viewStateOf } from '../../../renderer/store/viewState.ts'
import type { EngineClient } from '../../../renderer/workers/client.ts'
import { STAGES } from '../../../renderer/workers/contract/index.ts'
import { anyView } from './views.ts'

const UNITS = ['stage2/unit1', 'stage2/unit2', 'stage3/unit1']
const ITEMS = [...UNITS, 'op:stem.conv']
const NODES = ['stem.conv', ...UNITS.map((u) => `${u.replace('/', '.')}.conv`)]
const CHANNELS = 12
const PHOTO: State['photo'] = { file: new Blob(['x']), name: 'x', url: 'blob:x', credit: null, sample: null }

/** Answers in another turn, as a worker does. */
const ENGINE = {
  async call(method: string, args: { stage?: string; scope?: string; tensor?: number; channel?: number; off?: number[] }) {
    await Promise.resolve()
    switch (method) {
      case 'open':
        return { id: 'small', title: 'Small', takesPhotos: true, params: 1, inputShape: [1, 3, 8, 8] }
      case 'network':
        return {
          stage: args.stage,
          items: ITEMS.map((key) => ({ key, kind: key.startsWith('op:') ? 'op' : 'unit', shuffle: null })),
          layers: NODES.map((name, index) => ({ name, index, item: ITEMS[(index + 3) % 4] })),
          sections: [],
        }
      case 'unit':
        return { scope: args.scope }
      case 'trace':
        if ((args.tensor ?? 0) > 9) throw { code: 'bad-input', what: 'x', why: 'no such tensor', hint: 'y' }
        return { tensor: args.tensor, channel: args.channel }
      case 'lensLayers':
        return []
      case 'lens':
        if ((args.tensor ?? 0) > 9) throw { code: 'bad-input', what: 'x', why: 'no such tensor', hint: 'y' }
        return { layer: { tensor: args.tensor, channels: CHANNELS, tensors: [], nodes: [] } }
      case 'ablate':
        return { off: args.off }
      case 'run':
        return { top: [] }
      default:
        return null
    }
  },
} as unknown as EngineClient

beforeAll(() => {
  vi.stubGlobal('crossOriginIsolated', false)
})

async function opened() {
  const store = createStore(ENGINE)
  keepHistory(store)
  await store.getState().openZooModel('small')
  store.setState({ photo: PHOTO })
  return store
}

/** Views of this network. What is compared, and runs on devices, are tested where they are opened. */
const ownView = anyView.chain((view) => {
  const some = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values))
  const at = fc.nat({ max: 9 })
  const channel = fc.option(fc.record({ tensor: at, channel: at }))
  return fc
    .record({
      focus: some(UNITS),
      item: some(ITEMS),
      mapPlace: fc.option(fc.constantFrom(...ITEMS).map((item) => ({ item, k: 3, dx: 0.1, dy: -2 }))),
      node: some(NODES),
      channel,
      traced: channel,
      range: fc.option(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 })).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)),
      lens: fc.option(fc.record({ tensor: at, off: fc.uniqueArray(fc.nat({ max: CHANNELS - 1 })).map((o) => o.sort((a, b) => a - b)) })),
    })
    .map(
      (own): ViewState => ({
        ...view,
        ...own,
        screen: view.screen === 'compare' ? 'photo' : view.screen,
        compared: null,
        timed: null,
        variant: null,
        compressAxis: 'size',
        compressQuality: 'agreement',
        channel: own.focus ? own.channel : null,
      }),
    )
})

/** The lens stays loaded where a view without one shows it all the same. */
const comparable = (view: ViewState, wanted: ViewState): ViewState => (wanted.lens === null && wanted.lensShown ? { ...view, lens: null } : view)

describe('a view', () => {
  it('is what is shown after it is applied, from whatever was shown before', async () => {
    const store = await opened()
    await fc.assert(
      fc.asyncProperty(ownView, async (view) => {
        await applyViewState(store, view)
        expect(comparable(viewStateOf(store.getState()), view)).toEqual(view)
        expect(store.getState().unit?.scope ?? null).toBe(view.focus)
      }),
      { numRuns: 150 },
    )
  })

  it('comes over the address into another window', async () => {
    const [one, other] = [await opened(), await opened()]
    await fc.assert(
      fc.asyncProperty(ownView, async (view) => {
        await applyViewState(one, view)
        const place = readPlace(`#${writePlace(placeOfState(one.getState()))}`)
        await applyViewState(other, place.view)
        expect(comparable(viewStateOf(other.getState()), place.view)).toEqual(viewStateOf(one.getState()))
        expect(place.model).toEqual({ kind: 'zoo', id: 'small' })
      }),
      { numRuns: 100 },
    )
  })

  it('leaves out what the model does not have, and does not fail', async () => {
    const store = await opened()
    await fc.assert(
      fc.asyncProperty(anyView, async (view) => {
        await applyViewState(store, { ...view, screen: 'costs' })
        const { focus, item, node, range } = viewStateOf(store.getState())
        expect([null, ...UNITS]).toContain(focus)
        expect([null, ...ITEMS]).toContain(item)
        expect([null, ...NODES]).toContain(node)
        expect(range === null || range[1] < NODES.length).toBe(true)
        expect(STAGES).toContain(store.getState().stage)
        expect(store.getState().modelError).toBeNull()
      }),
      { numRuns: 100 },
    )
  })

  it('gives way to a newer one that comes while it is on its way', async () => {
    const store = await opened()
    const late = applyViewState(store, { ...START_VIEW, stage: 'fused', screen: 'costs', focus: 'stage2/unit1' })
    await applyViewState(store, { ...START_VIEW, screen: 'photo' })
    await late
    expect(viewStateOf(store.getState())).toEqual({ ...START_VIEW, screen: 'photo' })
  })
})

describe('undo and redo', () => {
  it('walk through what was done on the store, with what follows later in the same step', async () => {
    const store = await opened()
    const done: ((s: State) => unknown)[] = [
      (s) => s.show('costs'),
      (s) => s.setStage('fused'),
      (s) => s.enter('stage2/unit1'),
      (s) => s.selectChannel({ tensor: 1, channel: 2 }),
      (s) => s.traceOnMap({ tensor: 1, channel: 2 }),
      (s) => s.toggleShuffle(),
    ]
    const seen = [viewStateOf(store.getState())]
    for (const action of done) {
      beginGesture()
      await action(store.getState())
      seen.push(viewStateOf(store.getState()))
    }
    for (const view of seen.slice(0, -1).reverse()) {
      beginGesture()
      await store.getState().undo()
      expect(viewStateOf(store.getState())).toEqual(view)
    }
    expect(store.getState().history.past).toEqual([])
    for (const view of seen.slice(1)) {
      beginGesture()
      await store.getState().redo()
      expect(viewStateOf(store.getState())).toEqual(view)
    }
    expect(store.getState().history.future).toEqual([])
  })

  it('begin anew with another model', async () => {
    const store = await opened()
    beginGesture()
    store.getState().show('costs')
    expect(store.getState().history.past).toHaveLength(1)
    beginGesture()
    await store.getState().openZooModel('other')
    expect(store.getState().history.past).toEqual([])
    await store.getState().undo()
    expect(store.getState().modelRef).toEqual({ kind: 'zoo', id: 'other' })
  })
})
