/** What the roofline shows of a measured network: its points, and its numbers in words. */
import type { Machine } from '../../../engine/index.ts'
import type { Translate } from '../../app/strings/index.ts'
import { bytes, milliseconds, percent, significant } from '../../charts/kit/format.ts'
import type { RooflineTexts } from '../../charts/roofline/Chart.tsx'
import type { RooflinePoint } from '../../charts/roofline/layout.ts'
import { addWork, type Rates, ratesOf } from '../../store/rates.ts'
import { deviceRates, layerRates, runRates } from '../../store/selectors.ts'
import type { State } from '../../store/state.ts'
import { threadWords } from '../../store/threads.ts'
import { LAYER_KINDS, type LayerKind, type LayerRow } from '../../workers/contract/index.ts'

/** A measured run of the open network. */
export interface Measured {
  readonly machine: Machine
  readonly rates: ReadonlyMap<string, Rates>
  readonly run: Rates
  /** How it was measured, in words. */
  readonly how: string
}

type MeasuredState = Pick<State, 'profile' | 'network' | 'model' | 'deviceTimes'>

export function measuredHere(t: Translate, { profile, network }: MeasuredState): Measured | null {
  const rates = layerRates({ profile, network })
  if (!profile || !rates) return null
  const { runs, backend, threads, machine } = profile
  return { machine, rates, run: runRates(profile), how: t('roofline.how', { runs, backend, threads: threadWords(t, threads) }) }
}

/** Of the run that is the measure "on device"; null without one, or where what the device can do was not measured. */
export function measuredOnDevice(t: Translate, state: MeasuredState): Measured | null {
  const rates = deviceRates(state)
  const { deviceTimes: times } = state
  if (!rates || !times?.machine) return null
  return { machine: times.machine, rates, run: ratesOf(addWork(times.nodes), times.machine), how: t('roofline.how.device', { device: times.label }) }
}

/** A point per layer that multiplies and accumulates. */
export function pointsOf(layers: readonly LayerRow[], rates: ReadonlyMap<string, Rates>): RooflinePoint[] {
  return layers.flatMap(({ index, name, kind }) => {
    const rate = rates.get(name)
    return kind && rate && rate.macs > 0 ? [{ index, kind, intensity: rate.intensity, gmacs: rate.gmacs, ms: rate.ms }] : []
  })
}

/** Nothing is faster than the machine: then the machine was busy. A little above is the clock's grain, and so is any height of a short layer. */
export function isPeakTooLow(points: readonly RooflinePoint[], machine: Machine): boolean {
  return points.some((p) => p.ms >= 0.02 && p.gmacs > 1.1 * machine.gmacs)
}

export function kindsOf(points: readonly RooflinePoint[]): LayerKind[] {
  return LAYER_KINDS.filter((kind) => points.some((p) => p.kind === kind))
}

export function summaryText(t: Translate, { run, machine }: Measured): string {
  return t('roofline.summary', {
    ms: milliseconds(run.ms),
    gmacs: significant(run.gmacs, 3),
    peak: significant(machine.gmacs, 3),
    share: percent(run.ofPeak, 2),
  })
}

export function chartTexts(t: Translate, points: readonly RooflinePoint[], { machine }: Measured): RooflineTexts {
  const peak = significant(machine.gmacs, 3)
  return {
    label: t('roofline.chart', { n: points.length, peak }),
    x: t('roofline.x'),
    xHint: t('roofline.x.hint'),
    y: t('roofline.y'),
    peak: t('roofline.peak', { gmacs: peak }),
    peakHint: t('roofline.peak.hint'),
    memory: t('roofline.memory', { gbs: significant(machine.gbs, 3) }),
    memoryHint: t('roofline.memory.hint'),
  }
}

export function markText(t: Translate, { name, title }: LayerRow, { ms, gmacs, ofPeak, intensity, bytes: moved }: Rates): string {
  return t('roofline.mark', {
    name,
    title,
    ms: milliseconds(ms),
    gmacs: significant(gmacs, 3),
    share: percent(ofPeak),
    intensity: significant(intensity, 3),
    bytes: bytes(moved),
  })
}
