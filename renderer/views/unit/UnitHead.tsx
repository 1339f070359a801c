/** Where the unit is in the network, ways to its neighbours, and the switch of its shuffle. */
import { useMemo } from 'react'
import { useStore, useText } from '../../store/context.ts'

export function UnitHead({ scope, hasShuffle }: { readonly scope: string; readonly hasShuffle: boolean }) {
  const t = useText()
  const network = useStore((s) => s.network)
  const unitLoaded = useStore((s) => s.unit !== null)
  const shuffleOn = useStore((s) => s.shuffleOn)
  const toggle = useStore((s) => s.toggleShuffle)
  const enter = useStore((s) => s.enter)
  const leave = useStore((s) => s.leave)
  const units = useMemo(() => network?.items.filter((i) => i.kind === 'unit') ?? [], [network])
  const at = units.findIndex((u) => u.key === scope)
  const unit = units[at]
  const section = network?.sections.find((s) => s.items.includes(scope))
  const before = units[at - 1]
  const after = units[at + 1]
  return (
    <div className="canvas-head">
      <nav className="crumbs" aria-label={t('explore.network')}>
        <button type="button" className="link" onClick={leave} title={t('explore.back')}>
          {t('explore.network')}
        </button>
        <span aria-hidden="true">/</span>
        <span>{section?.label}</span>
        <span aria-hidden="true">/</span>
        <h2>{unit?.label ?? scope}</h2>
        <button
          type="button"
          className="button is-quiet"
          disabled={!before}
          onClick={() => before && enter(before.key)}
          aria-label={t('explore.previous')}
          title={t('explore.previous')}
        >
          ←
        </button>
        <button
          type="button"
          className="button is-quiet"
          disabled={!after}
          onClick={() => after && enter(after.key)}
          aria-label={t('explore.next')}
          title={t('explore.next')}
        >
          →
        </button>
      </nav>
      <span className="grow" />
      {unitLoaded && !hasShuffle ? (
        <span className="quiet">{t('unit.shuffle.none')}</span>
      ) : (
        <label className="switch">
          <span>{t('unit.shuffle')}</span>
          <input type="checkbox" role="switch" aria-checked={shuffleOn} checked={shuffleOn} onChange={toggle} />
          <span className="switch-value" aria-hidden="true">
            {t(shuffleOn ? 'unit.shuffle.on' : 'unit.shuffle.off')}
          </span>
          <kbd>s</kbd>
        </label>
      )}
    </div>
  )
}
