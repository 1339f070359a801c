/** What a reader must know of a trace before believing it, in one sentence each. */
import type { Translate } from '../app/strings/index.ts'
import type { Measurement } from './measurement.ts'

export function warningsOf(t: Translate, { mismatch, foreign }: Measurement): string[] {
  return [
    ...(mismatch ? [t(`report.mismatch.${mismatch.kind}`, { model: mismatch.model })] : []),
    ...(foreign > 0 ? [t('report.foreign', { n: foreign })] : []),
  ]
}
