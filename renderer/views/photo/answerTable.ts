/** The data of an answer: classes and their probabilities. */
import type { Translate } from '../../app/strings/index.ts'
import type { FigureTable } from '../../export/figures.ts'
import type { Prediction } from '../../workers/contract/index.ts'

export function answerTable(t: Translate, top: readonly Prediction[]): FigureTable {
  return {
    columns: [
      { key: 'rank', label: t('export.rank') },
      { key: 'index', label: t('export.index') },
      { key: 'class', label: t('export.class') },
      { key: 'probability', label: t('export.probability') },
    ],
    rows: top.map(({ index, label, probability }, i) => [i + 1, index, label, probability]),
  }
}
