/** What a reader must know of a trace before believing it, in one sentence each. */
import type { Translate } from '../app/strings/index.ts'
import { milliseconds, percent } from '../charts/kit/format.ts'
import type { ImportedMeasurement, Measurement } from './measurement.ts'

export function warningsOf(t: Translate, { mismatch, foreign, imported }: Measurement): string[] {
  if (imported) return importedWarnings(t, imported, foreign)
  return [
    ...(mismatch ? [t(`report.mismatch.${mismatch.kind}`, { model: mismatch.model })] : []),
    ...(foreign > 0 ? [t('report.foreign', { n: foreign })] : []),
  ]
}

function importedWarnings(t: Translate, { title, model, steps, mapped, summary }: ImportedMeasurement, foreign: number): string[] {
  const [min = '', mean = '', max = ''] = summary ? [summary.min, summary.mean, summary.max].map(milliseconds) : []
  return [
    steps === 0 ? t('report.imported.whole', { engine: title, model: model || '–' }) : t('report.imported', { engine: title }),
    ...(foreign > 0 ? [t('report.imported.unmapped', { n: foreign, of: steps, share: percent(1 - mapped, 2) })] : []),
    ...(summary ? [t(summary.of === 'steps' ? 'report.imported.sum' : 'report.imported.summary', { min, mean, max })] : []),
  ]
}
