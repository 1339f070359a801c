/** The measure that is shown, of layers and of items: values, and values in words. */
import type { Translate } from '../../app/strings/index.ts'
import { bytes, milliseconds, percent, short } from '../../charts/kit/format.ts'
import { addWork, type Rates, ratesOf } from '../../store/rates.ts'
import { deviceRates, isTimed, layerRates, measured, shownMeasure } from '../../store/selectors.ts'
import type { Measure, State } from '../../store/state.ts'
import type { LayerRow } from '../../workers/contract/index.ts'

export const MEASURES = ['macs', 'params', 'bytes', 'ms', 'peak', 'device'] as const satisfies readonly Measure[]

export const MEASURE_TEXT: Readonly<Record<Measure, (value: number) => string>> = {
  macs: (v) => short(v),
  params: (v) => short(v),
  bytes,
  ms: milliseconds,
  peak: (v) => percent(v),
  device: milliseconds,
}

/** Those that there is something to show of. */
export function measuresOf(state: Pick<State, 'deviceTimes' | 'network' | 'model'>): readonly Measure[] {
  return deviceRates(state) ? MEASURES : MEASURES.filter((m) => m !== 'device')
}

export interface Measuring {
  /** Null where it was not measured. */
  readonly layer: (layer: LayerRow) => number | null
  readonly sum: (layers: readonly LayerRow[]) => number | null
  readonly text: (value: number) => string
  /** With its unit, also where the unit goes without saying next to others. */
  readonly words: (value: number) => string
}

type MeasuredState = Pick<State, 'measureShown' | 'convention' | 'profile' | 'network'> & Partial<Pick<State, 'deviceTimes' | 'model'>>

export function measuringOf(t: Translate, state: MeasuredState): Measuring {
  const { convention, profile, network } = state
  const measureShown = shownMeasure(state)
  const text = MEASURE_TEXT[measureShown]
  const unit = measureShown === 'macs' ? 'model.macs' : measureShown === 'params' ? 'model.params' : measureShown === 'peak' ? 'explore.ofPeak' : null
  const words = (value: number) => (unit ? t(unit, { n: text(value) }) : text(value))
  const value = (layer: LayerRow, rates?: Rates) => measured({ measureShown, convention }, layer, rates)
  if (measureShown === 'device') {
    const own = deviceRates(state)
    const ms = (l: LayerRow) => own?.get(l.name)?.ms ?? null
    return { layer: ms, sum: (layers) => layers.reduce((sum, l) => sum + (ms(l) ?? 0), 0), text, words }
  }
  if (!isTimed(measureShown)) return { layer: (l) => value(l), sum: (own) => own.reduce((sum, l) => sum + value(l), 0), text, words }
  const rates = layerRates({ profile, network })
  if (!profile || !rates) return { layer: () => null, sum: () => null, text, words }
  return {
    layer: (l) => value(l, rates.get(l.name)),
    sum(own) {
      const all = ratesOf(addWork(own.flatMap((l) => rates.get(l.name) ?? [])), profile.machine)
      return measureShown === 'ms' ? all.ms : all.ofPeak
    },
    text,
    words,
  }
}
