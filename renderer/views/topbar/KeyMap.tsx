/** The map of keys. */
import type { TextKey } from '../../app/strings/index.ts'
import { useStore, useText } from '../../store/context.ts'
import { Dialog } from '../../ui/Dialog.tsx'

const KEYS: readonly (readonly [readonly string[], TextKey])[] = [
  [['←', '↑', '↓', '→'], 'keys.arrows'],
  [['Enter'], 'keys.enter'],
  [['Esc'], 'keys.escape'],
  [['/'], 'keys.search'],
  [['s'], 'keys.shuffle'],
  [['1', '2', '3'], 'keys.stages'],
  [['Shift', '→'], 'keys.shift'],
  [['Ctrl', 'O'], 'keys.open'],
  [['?'], 'keys.map'],
]

export default function KeyMap() {
  const t = useText()
  const setDialog = useStore((s) => s.setDialog)
  return (
    <Dialog title={t('keys.title')} close={t('app.close')} onClose={() => setDialog(null)}>
      <dl className="keymap">
        {KEYS.map(([keys, label]) => (
          <div key={label}>
            <dt>
              {keys.map((k) => (
                <kbd key={k}>{k}</kbd>
              ))}
            </dt>
            <dd>{t(label)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
