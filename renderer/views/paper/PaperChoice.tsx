/** The choice of a table of the paper. */
import { useStore, useText } from '../../store/context.ts'
import { Segmented } from '../../ui/Segmented.tsx'
import { PAPER_TABLE_NUMBERS } from '../../workers/contract/index.ts'

export function PaperChoice() {
  const t = useText()
  const table = useStore((s) => s.paperTable)
  const setTable = useStore((s) => s.setPaperTable)
  return (
    <Segmented
      label={t('paper.table')}
      labelShown
      value={String(table)}
      options={PAPER_TABLE_NUMBERS.map((n) => ({ value: String(n), label: String(n), hint: t(`paper.title.${n}`) }))}
      onChange={(value) => setTable(Number(value))}
    />
  )
}
