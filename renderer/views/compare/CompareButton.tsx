/** Opens and closes Compare, from the top bar. */
import { useStore, useText } from '../../store/context.ts'

export function CompareButton() {
  const t = useText()
  const open = useStore((s) => s.screen === 'compare')
  const hasModel = useStore((s) => s.model !== null)
  const openCompare = useStore((s) => s.openCompare)
  const closeCompare = useStore((s) => s.closeCompare)
  return (
    <button
      type="button"
      className="button is-small compare-button"
      aria-pressed={open}
      aria-keyshortcuts="c"
      disabled={!hasModel}
      title={t('compare.hint')}
      onClick={open ? closeCompare : openCompare}
    >
      {t('compare.title')}
    </button>
  )
}
