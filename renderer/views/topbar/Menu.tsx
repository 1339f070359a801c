/** Settings: theme, language, the map of keys. */
import { LOCALES } from '../../app/strings/index.ts'
import { useStore, useText } from '../../store/context.ts'
import { MenuIcon } from '../../ui/icons.tsx'
import { useMenu } from './useMenu.ts'

const THEMES = ['system', 'light', 'dark'] as const

export function Menu() {
  const t = useText()
  const theme = useStore((s) => s.theme)
  const language = useStore((s) => s.language)
  const setTheme = useStore((s) => s.setTheme)
  const setLanguage = useStore((s) => s.setLanguage)
  const setDialog = useStore((s) => s.setDialog)
  const ref = useMenu()

  return (
    <details className="menu" ref={ref}>
      <summary className="button is-quiet" aria-label={t('app.settings')} title={t('app.settings')}>
        <MenuIcon />
      </summary>
      <div className="menu-body">
        <label>
          {t('app.theme')}
          <select value={theme} onChange={(e) => setTheme(THEMES.find((x) => x === e.target.value) ?? 'system')}>
            {THEMES.map((x) => (
              <option key={x} value={x}>
                {t(`app.theme.${x}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('app.language')}
          <select value={language} onChange={(e) => setLanguage(e.target.value)}>
            <option value="system">{t('app.language.system')}</option>
            {LOCALES.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className="button"
          onClick={() => {
            if (ref.current) ref.current.open = false
            setDialog('keys')
          }}
        >
          {t('app.keys')} <kbd>?</kbd>
        </button>
      </div>
    </details>
  )
}
