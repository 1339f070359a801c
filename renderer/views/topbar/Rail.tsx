/** The screens, on the left. */
import type { ReactNode } from 'react'
import type { TextKey } from '../../app/strings/index.ts'
import { useStore, useText } from '../../store/context.ts'
import type { Screen } from '../../store/state.ts'
import { CompressIcon, CostsIcon, DevicesIcon, ExploreIcon, PhotoIcon } from '../../ui/icons.tsx'

const SCREENS: readonly { readonly id: Screen; readonly label: TextKey; readonly icon: ReactNode }[] = [
  { id: 'explore', label: 'rail.explore', icon: <ExploreIcon /> },
  { id: 'photo', label: 'rail.photo', icon: <PhotoIcon /> },
  { id: 'costs', label: 'rail.costs', icon: <CostsIcon /> },
  { id: 'compress', label: 'rail.compress', icon: <CompressIcon /> },
  { id: 'devices', label: 'rail.devices', icon: <DevicesIcon /> },
]

export function Rail() {
  const t = useText()
  const screen = useStore((s) => s.screen)
  const show = useStore((s) => s.show)
  return (
    <nav className="rail" aria-label={t('rail.label')}>
      {SCREENS.map(({ id, label, icon }) => (
        <button key={id} type="button" aria-current={id === screen ? 'page' : undefined} onClick={() => show(id)}>
          {icon}
          <span>{t(label)}</span>
        </button>
      ))}
    </nav>
  )
}
