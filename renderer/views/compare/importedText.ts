/** What is known, and what is not, of a run that another engine measured: a sentence each. */
import type { Translate } from '../../app/strings/index.ts'
import { percent } from '../../charts/kit/format.ts'
import type { ImportedView, TraceFileView } from '../../workers/contract/index.ts'

type Counts = Pick<TraceFileView, 'steps' | 'foreign' | 'threads' | 'runs' | 'model'>

export function importedText(t: Translate, imported: ImportedView, { steps, foreign, threads, runs, model }: Counts): string {
  const { title, threadsKnown, summary, mapped } = imported
  const sentences = [
    threadsKnown ? t('compare.imported.threads', { engine: title, threads }) : t('compare.imported', { engine: title }),
    ...(summary
      ? [t(summary.of === 'steps' ? 'compare.imported.sum' : summary.runs === null ? 'compare.imported.mean' : 'compare.imported.meanOf', { runs })]
      : []),
    ...(steps === 0 ? [model === '' ? t('compare.imported.whole') : t('compare.imported.wholeOf', { model })] : []),
    ...(foreign > 0 ? [t('compare.imported.unmapped', { n: foreign, of: steps, share: percent(1 - mapped, 2) })] : []),
  ]
  return sentences.join(' ')
}
