/** A view as short named texts, as the address and the workspace file write it: what stands at its start is left out. */
import { CONVENTIONS, HELD_GROUPS } from '../../engine/index.ts'
import { MIXING_SCALES, PAPER_TABLE_NUMBERS, STAGES } from '../workers/contract/index.ts'
import { readCompared, writeCompared } from './compareView.ts'
import { COMPRESS_AXES, COMPRESS_QUALITIES } from './compressSlice.ts'
import type { ChannelRef, Measure, Screen } from './state.ts'
import { START_VIEW, type ViewState } from './viewState.ts'
import type { WhatIfSettings } from './whatIfSlice.ts'
import type { Overlay, OverlayKind } from './whySlice.ts'

export type Parts = Readonly<Record<string, string>>

/** `read` gives undefined for what it does not know; the part is then as at the start. */
interface Field<V> {
  readonly key: string
  write(value: V): string
  read(text: string): V | undefined
}

const SCREENS: Readonly<Record<Screen, true>> = { explore: true, photo: true, costs: true, devices: true, compare: true, compress: true }
const MEASURES: Readonly<Record<Measure, true>> = { macs: true, params: true, bytes: true, ms: true, peak: true, device: true }

/** Names in models come from files, and files may say anything. */
const MAX_NAME = 1000
const MAX_ID = 1_000_000
const MAX_OFF = 100_000

const oneOf = <V extends string>(key: string, values: readonly V[]): Field<V> => ({
  key,
  write: (value) => value,
  read: (text) => values.find((v) => v === text),
})
const flag = (key: string, on: string, off: string): Field<boolean> => ({
  key,
  write: (value) => (value ? on : off),
  read: (text) => (text === on ? true : text === off ? false : undefined),
})
const name = (key: string): Field<string | null> => ({
  key,
  write: (value) => value ?? '',
  read: (text) => (text.length > MAX_NAME ? undefined : text === '' ? null : text),
})
const nullable = <V>({ key, write, read }: Field<V>): Field<V | null> => ({
  key,
  write: (value) => (value === null ? '' : write(value)),
  read: (text) => (text === '' ? null : read(text)),
})

function whole(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined
  const value = Number(text)
  return value >= least && value <= most ? value : undefined
}

const channel = (key: string): Field<ChannelRef | null> =>
  nullable({
    key,
    write: (c) => `${c.tensor}.${c.channel}`,
    read(text) {
      const [tensor, at, ...rest] = text.split('.').map((t) => whole(t, 0, MAX_ID))
      return tensor === undefined || at === undefined || rest.length > 0 ? undefined : { tensor, channel: at }
    },
  })

const range: Field<ViewState['range']> = nullable({
  key: 'range',
  write: ([from, to]) => `${from}-${to}`,
  read(text) {
    const [from, to, ...rest] = text.split('-').map((t) => whole(t, 0, MAX_ID))
    return from === undefined || to === undefined || rest.length > 0 || from > to ? undefined : [from, to]
  },
})

const lens: Field<ViewState['lens']> = nullable({
  key: 'layer',
  write: (l) => [l.tensor, ...runs(l.off)].join('.'),
  read(text) {
    const [first, ...rest] = text.split('.')
    const tensor = whole(first, 0, MAX_ID)
    const off: number[] = []
    for (const run of rest) {
      const [from, to = from, ...more] = run.split('-').map((t) => whole(t, 0, MAX_ID))
      if (from === undefined || to === undefined || more.length > 0 || from > to || from <= (off.at(-1) ?? -1)) return undefined
      if (off.length + to - from >= MAX_OFF) return undefined
      for (let c = from; c <= to; c++) off.push(c)
    }
    return tensor === undefined ? undefined : { tensor, off }
  },
})

/** "2.4,0.1,-0.25,stage3/unit2": magnification, way from the item's middle, and the item, whose name may hold anything. */
const mapPlace: Field<ViewState['mapPlace']> = nullable({
  key: 'at',
  write: ({ item, k, dx, dy }) => [k, dx, dy, item].join(','),
  read(text) {
    const [, k, dx, dy, item] = /^(\d{1,3}(?:\.\d{1,6})?),(-?\d{1,6}(?:\.\d{1,4})?),(-?\d{1,6}(?:\.\d{1,4})?),(.+)$/s.exec(text) ?? []
    if (item === undefined || item.length > MAX_NAME || Number(k) === 0) return undefined
    return { item, k: Number(k), dx: Number(dx), dy: Number(dy) }
  },
})

const OVERLAYS: readonly OverlayKind[] = ['none', 'map', 'occlusion']
const overlay: Field<Overlay> = {
  key: 'over',
  write: ({ kind, rank, opacity }) => `${kind},${rank},${opacity}`,
  read(text) {
    const [first, second, third, ...rest] = text.split(',')
    const kind = OVERLAYS.find((k) => k === first)
    const rank = whole(second, 0, 4)
    const opacity = /^(0|1|0\.\d{1,20})$/.test(third ?? '') ? Number(third) : undefined
    return kind === undefined || rank === undefined || opacity === undefined || rest.length > 0 ? undefined : { kind, rank, opacity }
  },
}

/** In hundredths, as the slider has it. */
const threshold: Field<number | null> = nullable({
  key: 'score',
  write: (value) => String(Math.round(value * 100)),
  read(text) {
    const hundredths = whole(text, 5, 95)
    return hundredths === undefined ? undefined : hundredths / 100
  },
})

/** Ascending numbers as "0-7", "9". */
function runs(numbers: readonly number[]): string[] {
  const found: [number, number][] = []
  for (const n of numbers) {
    const last = found.at(-1)
    if (last && n === last[1] + 1) last[1] = n
    else found.push([n, n])
  }
  return found.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`))
}

/** Within what the sliders offer, so that an address cannot ask for a network that takes the page's memory. */
const whatIf: Field<WhatIfSettings | null> = nullable({
  key: 'what',
  write: ({ groups, scale, height, width, repeats, shuffle, classes, budget }) =>
    [groups, scale, height, width, ...repeats, shuffle ? 1 : 0, classes, budget ?? ''].join(','),
  read(text) {
    const parts = text.split(',')
    if (parts.length !== 10) return undefined
    const groups = HELD_GROUPS.find((g) => String(g) === parts[0])
    const scale = /^\d(\.\d{1,20})?$/.test(parts[1] ?? '') ? Number(parts[1]) : 0
    const height = whole(parts[2], 32, 4096)
    const width = whole(parts[3], 32, 4096)
    const [a, b, c] = parts.slice(4, 7).map((t) => whole(t, 1, 64))
    const shuffle = whole(parts[7], 0, 1)
    const classes = whole(parts[8], 1, 100_000)
    const budget = parts[9] === '' ? null : whole(parts[9], 100_000, 1e12)
    if (groups === undefined || scale < 0.05 || scale > 8 || height === undefined || width === undefined) return undefined
    if (a === undefined || b === undefined || c === undefined || shuffle === undefined || classes === undefined || budget === undefined)
      return undefined
    return { groups, scale, height, width, repeats: [a, b, c], shuffle: shuffle === 1, classes, budget }
  },
})

const keysOf = <K extends string>(record: Readonly<Record<K, true>>) => Object.keys(record) as K[]

const FIELDS: { readonly [K in keyof ViewState]: Field<ViewState[K]> } = {
  screen: oneOf('view', keysOf(SCREENS)),
  exploreTab: oneOf('canvas', ['map', 'mixing']),
  lensShown: flag('photo', 'lens', 'answer'),
  lensAfter: flag('order', 'after', 'before'),
  overlay,
  detectionThreshold: threshold,
  costsTab: oneOf('costs', ['layers', 'whatIf', 'paper']),
  paperTable: { key: 'table', write: String, read: (text) => whole(text, 1, PAPER_TABLE_NUMBERS.length) },
  stage: oneOf('stage', STAGES),
  focus: name('unit'),
  mapPlace,
  item: name('item'),
  node: name('op'),
  channel: channel('channel'),
  range,
  shuffleOn: flag('shuffle', 'on', 'off'),
  measureShown: oneOf('measure', keysOf(MEASURES)),
  convention: oneOf('count', CONVENTIONS),
  asFlops: flag('flops', 'on', 'off'),
  familyScale: oneOf('family', MIXING_SCALES),
  whatIf,
  traced: channel('trace'),
  compared: nullable({ key: 'with', write: writeCompared, read: readCompared }),
  lens,
  run: name('run'),
  timed: name('timed'),
  variant: name('variant'),
  compressAxis: oneOf('by', COMPRESS_AXES),
  compressQuality: oneOf('against', COMPRESS_QUALITIES),
}

/** Keys that parts of a view have; others in an address are not its own. */
export const PART_KEYS: ReadonlySet<string> = new Set(Object.values(FIELDS).map((f) => f.key))

export function writeView(view: ViewState): Parts {
  const parts: Record<string, string> = {}
  const put = <K extends keyof ViewState>(field: K) => {
    const { key, write } = FIELDS[field]
    const text = write(view[field])
    // A unit that the canvas is zoomed into is selected, unless something else is.
    const usual = field === 'item' ? (view.focus ?? '') : write(START_VIEW[field])
    if (text !== usual) parts[key] = text
  }
  for (const field of Object.keys(FIELDS) as (keyof ViewState)[]) put(field)
  return parts
}

/** Whatever the parts hold; what they do not say, or say wrongly, is as at the start. */
export function readView(parts: Parts): ViewState {
  const read = <K extends keyof ViewState>(field: K): ViewState[K] => {
    const { key, read: parse } = FIELDS[field]
    const text = Object.hasOwn(parts, key) ? parts[key] : undefined
    const value = text === undefined ? undefined : parse(text)
    return value === undefined ? START_VIEW[field] : value
  }
  const fields = Object.fromEntries((Object.keys(FIELDS) as (keyof ViewState)[]).map((field) => [field, read(field)]))
  const view = fields as unknown as ViewState
  const says = Object.hasOwn(parts, FIELDS.item.key) && FIELDS.item.read(parts[FIELDS.item.key] ?? '') !== undefined
  return says ? view : { ...view, item: view.focus }
}
