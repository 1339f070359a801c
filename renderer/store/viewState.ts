/** What is shown, as one plain value. Undo, the address and the workspace file keep this and nothing else. */
import type { StoreApi } from 'zustand'
import type { MapPlace } from '../charts/network/place.ts'
import type { ConventionId, MixingScale, StageName } from '../workers/contract/index.ts'
import { applyCompared, type ComparedRef, comparedOf } from './compareView.ts'
import type { CompressAxis, CompressQuality } from './compressSlice.ts'
import { counted } from './pending.ts'
import type { ChannelRef, Measure, MixingSlice, Screen, State } from './state.ts'
import type { CostsTab, WhatIfSettings } from './whatIfSlice.ts'
import { NO_OVERLAY, type Overlay } from './whySlice.ts'

export interface ViewState {
  readonly screen: Screen
  readonly exploreTab: MixingSlice['exploreTab']
  readonly lensShown: boolean
  readonly lensAfter: boolean
  readonly overlay: Overlay
  readonly detectionThreshold: number | null
  readonly costsTab: CostsTab
  /** The table of the paper that Costs shows, 1 to 8. */
  readonly paperTable: number
  readonly stage: StageName
  /** The unit that the canvas is zoomed into. */
  readonly focus: string | null
  /** Where the map is looked at; null: as a whole, as at first. */
  readonly mapPlace: MapPlace | null
  readonly item: string | null
  readonly node: string | null
  readonly channel: ChannelRef | null
  readonly range: readonly [number, number] | null
  readonly shuffleOn: boolean
  readonly measureShown: Measure
  readonly convention: ConventionId
  readonly asFlops: boolean
  readonly familyScale: MixingScale
  readonly whatIf: WhatIfSettings | null
  readonly traced: ChannelRef | null
  /** What the open model is compared with, where that has a name. */
  readonly compared: ComparedRef | null
  /** The lens's layer, by its tensor, and the channels of it that are zeroed, ascending. */
  readonly lens: { readonly tensor: number; readonly off: readonly number[] } | null
  /** The run that Devices shows, and the one that the measure "on device" is of, by their names in the history. */
  readonly run: string | null
  readonly timed: string | null
  /** The variant that Compress shows, by its key; one that was not made is left out. */
  readonly variant: string | null
  readonly compressAxis: CompressAxis
  readonly compressQuality: CompressQuality
}

export const START_VIEW: ViewState = {
  screen: 'explore',
  exploreTab: 'map',
  lensShown: false,
  lensAfter: false,
  overlay: NO_OVERLAY,
  detectionThreshold: null,
  costsTab: 'layers',
  paperTable: 1,
  stage: 'recognised',
  focus: null,
  mapPlace: null,
  item: null,
  node: null,
  channel: null,
  range: null,
  shuffleOn: true,
  measureShown: 'macs',
  convention: 'paper',
  asFlops: false,
  familyScale: '1.0x',
  whatIf: null,
  traced: null,
  compared: null,
  lens: null,
  run: null,
  timed: null,
  variant: null,
  compressAxis: 'size',
  compressQuality: 'agreement',
}

export function viewStateOf(state: State): ViewState {
  const { screen, exploreTab, lensShown, costsTab, stage, focus, selection, shuffleOn, measureShown, convention } = state
  const { mapPlace, lensAfter, overlay, detectionThreshold, asFlops, familyScale, whatIf, paperTable, handle, trace, lens, lensOff } = state
  const { item, node, channel, range } = selection
  const isTraced = trace?.handle === handle && trace?.stage === stage
  return {
    ...{ screen, exploreTab, lensShown, costsTab, stage, focus, item, node, channel, range },
    ...{ mapPlace, lensAfter, overlay, detectionThreshold, shuffleOn, measureShown, convention, asFlops, familyScale, whatIf, paperTable },
    compared: comparedOf(state),
    traced: trace && isTraced ? { tensor: trace.view.tensor, channel: trace.view.channel } : null,
    lens: lens && lens.handle === handle ? { tensor: lens.view.layer.tensor, off: [...lensOff].sort((a, b) => a - b) } : null,
    run: state.traceShown,
    timed: state.deviceTimes?.trace ?? null,
    variant: state.variantShown,
    compressAxis: state.compressAxis,
    compressQuality: state.compressQuality,
  }
}

/** The part that needs no model, for before one is open. */
export function plainState(view: ViewState): Partial<State> {
  const { screen, exploreTab, lensShown, lensAfter, overlay, costsTab, shuffleOn, measureShown, convention, asFlops, familyScale, whatIf } = view
  const { paperTable, run: traceShown, detectionThreshold, variant: variantShown, compressAxis, compressQuality } = view
  return {
    screen,
    exploreTab,
    lensShown,
    lensAfter,
    overlay,
    detectionThreshold,
    costsTab,
    shuffleOn,
    measureShown,
    convention,
    asFlops,
    familyScale,
    whatIf,
    paperTable,
    traceShown,
    variantShown,
    compressAxis,
    compressQuality,
  }
}

type Store = Pick<StoreApi<State>, 'getState' | 'setState'>

let latest = 0

/**
 * Shows `view` of the open model; what the model does not have is left out. Resolves once everything is there, or once a
 * newer view has taken its place.
 */
export async function applyViewState(store: Store, view: ViewState): Promise<void> {
  const { getState, setState } = store
  const turn = ++latest
  await getState().setStage(view.stage)
  if (turn !== latest) return
  const { network, unit } = getState()
  if (!network) return setState(plainState(view))
  const has = (key: string | null) => network.items.some((i) => i.key === key)
  const focus = network.items.some((i) => i.key === view.focus && i.kind === 'unit') ? view.focus : null
  const node = network.layers.some((l) => l.name === view.node) ? view.node : null
  const range = view.range && view.range[1] < network.layers.length ? view.range : null
  setState({
    ...plainState(view),
    focus,
    mapPlace: has(view.mapPlace?.item ?? null) ? view.mapPlace : null,
    unit: unit && unit.scope === focus ? unit : null,
    unitError: null,
    selection: { item: has(view.item) ? view.item : null, node, channel: focus === null ? null : view.channel, range },
  })
  await Promise.all([
    focus !== null && !getState().unit ? getState().loadUnit(focus) : undefined,
    applyTrace(store, view.traced),
    applyLens(store, view),
    applyCompared(store, view.compared),
    applyTimed(store, view),
  ])
}

/** A run that is no longer in the history is left out, and the measure is then as without one. */
async function applyTimed({ getState, setState }: Store, { timed, measureShown }: ViewState): Promise<void> {
  if ((getState().deviceTimes?.trace ?? null) === timed) return
  if (timed !== null && !getState().traces) await getState().loadDevices()
  await getState().measureByTrace(timed)
  if (timed === null || getState().deviceTimes) setState({ measureShown })
}

async function applyTrace({ getState, setState }: Store, traced: ChannelRef | null): Promise<void> {
  const { handle, stage, shuffleOn: shuffle, trace, engine } = getState()
  if (!traced || !handle) return setState({ trace: null })
  const { tensor, channel } = traced
  const isThere = trace?.handle === handle && trace.stage === stage && trace.view.tensor === tensor && trace.view.channel === channel
  if (isThere) return
  // A channel that the network does not have is left out like any other wrong part.
  const view = await counted(engine.call('trace', { handle, stage, tensor, channel, shuffle })).catch(() => null)
  if (getState().handle === handle && getState().stage === stage) setState({ trace: view && { handle, stage, shuffle, view } })
}

export async function applyLens({ getState, setState }: Store, { lens, lensShown }: ViewState): Promise<void> {
  const { lens: shown, lensOff } = getState()
  if (!lens) {
    if (lensOff.size > 0) await getState().restoreChannels()
    if (!lensShown) setState({ lens: null })
    return
  }
  // A view that shows the lens loads a layer by itself where the selection changes; the one that was chosen comes after it.
  if (lensShown) await new Promise((done) => setTimeout(done))
  if (shown?.view.layer.tensor !== lens.tensor || shown.handle !== getState().handle) await getState().loadLens(lens.tensor)
  const layer = getState().lens?.view.layer
  if (layer?.tensor !== lens.tensor) return
  const off = new Set(lens.off.filter((c) => c < layer.channels))
  const now = getState().lensOff
  const change = [...off].filter((c) => !now.has(c))
  const back = [...now].filter((c) => !off.has(c))
  if (back.length > 0) await getState().toggleChannels(back)
  if (change.length > 0) await getState().toggleChannels(change)
}

/** Fields in which two views differ. */
export function changedFields(a: ViewState, b: ViewState): (keyof ViewState)[] {
  return (Object.keys(a) as (keyof ViewState)[]).filter((key) => a[key] !== b[key] && JSON.stringify(a[key]) !== JSON.stringify(b[key]))
}
