/** The map of keys, made of the commands themselves. */
import { Fragment } from 'react'
import { keyCaps, onMac } from '../../app/commandKeys.ts'
import { CHART_KEYS, COMMANDS } from '../../app/commands.ts'
import { useStore, useText } from '../../store/context.ts'
import { Dialog } from '../../ui/Dialog.tsx'

export default function KeyMap() {
  const t = useText()
  const setDialog = useStore((s) => s.setDialog)
  const isMac = onMac()
  // What is done while nothing has the focus is what the charts' own keys do.
  const rows = COMMANDS.flatMap(({ id, title, keys, bare }) =>
    keys && !bare ? [{ id, label: title(t), caps: keys.map((k) => keyCaps(k, isMac)) }] : [],
  )
  return (
    <Dialog title={t('keys.title')} close={t('app.close')} onClose={() => setDialog(null)} wide>
      <dl className="keymap">
        {[...CHART_KEYS.map(({ caps, label }) => ({ id: label, label: t(label), caps: [caps] })), ...rows].map(({ id, label, caps }) => (
          <div key={id}>
            <dt>
              {caps.map((one, i) => (
                <Fragment key={one.join()}>
                  {i > 0 && <span className="quiet">{t('keys.or')}</span>}
                  {one.map((cap) => (
                    <kbd key={cap}>{cap}</kbd>
                  ))}
                </Fragment>
              ))}
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
