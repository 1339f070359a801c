/** What a user types about a device and a run, read and refused in words. */

import type { TextKey } from '../../app/strings/index.ts'
import type { DeviceTarget, ProfileRequest } from '../../store/devicesSlice.ts'

export type Refused = { readonly field: string; readonly why: TextKey }
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refused: Refused }

const refuse = (field: string, why: TextKey): Read<never> => ({ ok: false, refused: { field, why } })

export interface TargetText {
  readonly target: string
  readonly identity: string
  readonly knownHosts: string
}

/** `user@host:port`, host, or a name of ~/.ssh/config; IPv6 in brackets where a port follows. */
export function readTarget({ target, identity, knownHosts }: TargetText): Read<DeviceTarget> {
  const wanted = target.trim()
  if (wanted === '') return refuse('target', 'devices.form.target.empty')
  if (wanted.length > 300 || !/^(?:[^\s@]+@)?(?:\[[0-9a-fA-F:.%\w]+\]|[^\s@[\]]+)(?::\d+)?$/.test(wanted) || wanted.startsWith('-'))
    return refuse('target', 'devices.form.target.wrong')
  const port = /^(?:[^@]+@)?(?:\[[^\]]+\]|[^:]+):(\d+)$/.exec(wanted)?.[1]
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return refuse('target', 'devices.form.target.port')
  const path = (text: string) => text.trim() || null
  return { ok: true, value: { target: wanted, identity: path(identity), knownHosts: path(knownHosts) } }
}

export type Ends = 'runs' | 'time'
export type Backends = 'wasm' | 'ort' | 'both'

export interface OptionsText {
  readonly threads: string
  readonly ends: Ends
  readonly runs: string
  readonly seconds: string
  /** Empty: no sustained run. */
  readonly sustained: string
  /** Empty: wherever the device puts it. */
  readonly pinned: string
  readonly backend: Backends
}

export const START_OPTIONS: OptionsText = { threads: '1', ends: 'runs', runs: '100', seconds: '10', sustained: '', pinned: '', backend: 'wasm' }

const WARMUP = 10
/** Enough for the middle half of the runs that time each layer, few on a slow device. */
const LAYER_RUNS = 20
const MOST_RUNS = 100_000
const MOST_SECONDS = 7200
const MOST_MINUTES = 120

/** "1,2,4" or "0-3,6"; undefined where it is no such list. */
export function readNumbers(text: string, least: number, most: number, atMost: number): number[] | undefined {
  const list: number[] = []
  for (const part of text.split(',')) {
    const [, from = '', to = from] = /^\s*(\d{1,4})(?:\s*[-–]\s*(\d{1,4}))?\s*$/.exec(part) ?? []
    if (from === '' || Number(to) < Number(from)) return undefined
    for (let n = Number(from); n <= Number(to); n++) list.push(n)
  }
  const unique = [...new Set(list)]
  return unique.length > atMost || unique.some((n) => n < least || n > most) ? undefined : unique
}

export function readOptions(text: OptionsText): Read<ProfileRequest> {
  const whole = (value: string, most: number) =>
    /^\d{1,9}$/.test(value.trim()) && Number(value) >= 1 && Number(value) <= most ? Number(value) : undefined
  const threads = readNumbers(text.threads, 1, 256, 64)
  if (!threads) return refuse('threads', 'devices.form.threads.wrong')
  const byTime = text.ends === 'time'
  const runs = byTime ? MOST_RUNS : whole(text.runs, MOST_RUNS)
  if (runs === undefined) return refuse('runs', 'devices.form.runs.wrong')
  const seconds = byTime ? whole(text.seconds, MOST_SECONDS) : undefined
  if (byTime && seconds === undefined) return refuse('seconds', 'devices.form.seconds.wrong')
  const sustained = text.sustained.trim() === '' ? null : whole(text.sustained, MOST_MINUTES)
  if (sustained === undefined) return refuse('sustained', 'devices.form.sustained.wrong')
  const pinned = text.pinned.trim() === '' ? null : readNumbers(text.pinned, 0, 4095, 4096)
  if (pinned === undefined) return refuse('pinned', 'devices.form.pinned.wrong')
  return {
    ok: true,
    value: {
      backends: text.backend === 'both' ? ['wasm', 'ort'] : [text.backend],
      threads,
      warmup: Math.min(WARMUP, runs),
      runs,
      budgetMs: seconds === undefined ? null : 1000 * seconds,
      layerRuns: Math.min(LAYER_RUNS, runs),
      sustainedMs: sustained === null ? null : 60_000 * sustained,
      pinned,
      precision: 'f32',
      node: null,
    },
  }
}
