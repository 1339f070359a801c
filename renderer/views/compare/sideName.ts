/** What side b is called. */
import type { Translate } from '../../app/strings/index.ts'
import type { CompareSide } from '../../store/compareSlice.ts'
import type { ModelView } from '../../workers/contract/index.ts'

export function sideName(t: Translate, side: CompareSide, open: ModelView): string {
  if (side.ref.kind === 'noShuffle') return t('compare.noShuffle', { model: open.title })
  if (side.trace) return t('compare.trace', { model: side.model.title, name: side.trace.name })
  return side.model.title
}
