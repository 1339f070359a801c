/** Settings, and the commands that have no place of their own on the screen. */
import { useContext } from 'react'
import { ariaKeys, keyCaps, onMac } from '../../app/commandKeys.ts'
import { commandNamed } from '../../app/commands.ts'
import { LOCALES } from '../../app/strings/index.ts'
import { StoreContext, useStore, useText } from '../../store/context.ts'
import { THEMES } from '../../store/state.ts'
import { MenuIcon } from '../../ui/icons.tsx'
import { useMenu } from './useMenu.ts'

const LISTED = ['undo', 'redo', 'open', 'workspace.open', 'workspace.save', 'workspace.saveAll', 'palette', 'keys']
/** Always in their place, so that the menu does not jump. */
const STEPS: ReadonlySet<string> = new Set(['undo', 'redo'])

export function Menu() {
  const t = useText()
  const theme = useStore((s) => s.theme)
  const language = useStore((s) => s.language)
  const setTheme = useStore((s) => s.setTheme)
  const setLanguage = useStore((s) => s.setLanguage)
  const ref = useMenu()
  const close = () => {
    if (ref.current) ref.current.open = false
  }

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
        <div className="menu-commands">
          {LISTED.map((id) => (
            <MenuCommand key={id} id={id} onGive={close} />
          ))}
        </div>
      </div>
    </details>
  )
}

/** A command with its first key; dimmed while it cannot be given, left out where it would make no sense. */
function MenuCommand({ id, onGive }: { readonly id: string; readonly onGive: () => void }) {
  const t = useText()
  const store = useContext(StoreContext)
  const command = commandNamed(id)
  const possible = useStore((s) => command !== undefined && (command.when?.(s) ?? true))
  if (!command || !store || (!possible && !STEPS.has(id))) return null
  const [keys] = command.keys ?? []
  return (
    <button
      type="button"
      className="menu-command"
      disabled={!possible}
      aria-keyshortcuts={keys && ariaKeys(keys, onMac())}
      onClick={() => {
        onGive()
        command.run(store.getState())
      }}
    >
      <span>{command.title(t)}</span>
      {keys && (
        <span aria-hidden="true">
          {keyCaps(keys, onMac()).map((cap) => (
            <kbd key={cap}>{cap}</kbd>
          ))}
        </span>
      )}
    </button>
  )
}
