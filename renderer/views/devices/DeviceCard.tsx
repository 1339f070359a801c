/** One device: what is known of it, whether the next profile runs there, and the work under way on it. */
import { useState } from 'react'
import { moment } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import type { DeviceEntry } from '../../store/devicesSlice.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { badgesOf } from './badges.ts'
import { JobLine } from './JobLine.tsx'

export function DeviceCard({ device }: { readonly device: DeviceEntry }) {
  const t = useText()
  const locale = useStore((s) => s.locale)
  const job = useStore((s) => s.deviceJobs[device.id])
  const error = useStore((s) => s.deviceErrors[device.id])
  const chosen = useStore((s) => s.devicesChosen.includes(device.id))
  const choose = useStore((s) => s.chooseDevice)
  const probe = useStore((s) => s.probeDevice)
  const remove = useStore((s) => s.removeDevice)
  const dismiss = useStore((s) => s.dismissDeviceError)
  const [removing, setRemoving] = useState(false)
  const { id, probed } = device
  return (
    <li className={chosen ? 'device-card is-chosen' : 'device-card'} aria-label={id}>
      <label className="device-choice">
        <input type="checkbox" checked={chosen} onChange={(e) => choose(id, e.target.checked)} aria-label={t('devices.choose', { device: id })} />
        <span className="mono wrap" title={id}>
          {id}
        </span>
      </label>
      <div className="row">
        <button
          type="button"
          className="button is-small"
          disabled={job !== undefined}
          aria-label={t('devices.probe.of', { device: id })}
          onClick={() => void probe(id)}
        >
          {t('devices.probe')}
        </button>
        <button type="button" className="button is-small" aria-label={t('devices.remove.of', { device: id })} onClick={() => setRemoving(true)}>
          {t('models.remove')}
        </button>
      </div>
      {device.device ? (
        <ul className="device-badges" aria-label={t('devices.known')}>
          {badgesOf(t, device.device).map(({ key, text, title, strong }) => (
            <li key={key} className={strong ? 'device-badge is-strong' : 'device-badge'} title={title}>
              {text}
            </li>
          ))}
        </ul>
      ) : (
        !job && <p className="quiet small">{t('devices.unknown')}</p>
      )}
      {probed && !job && <p className="quiet small">{t('devices.probed', { when: moment(probed, locale) })}</p>}
      {job && <JobLine job={job} device={id} />}
      {error && !job && <ErrorNote error={error} dismiss={t('app.dismiss')} onDismiss={() => dismiss(id)} />}
      {removing && (
        <Dialog title={t('devices.remove.title')} close={t('app.close')} onClose={() => setRemoving(false)}>
          <p>{t('devices.remove.ask', { device: id })}</p>
          <div className="row">
            <button
              type="button"
              className="button"
              onClick={() => {
                setRemoving(false)
                void remove(id)
              }}
            >
              {t('devices.remove.yes')}
            </button>
            <button type="button" className="button" onClick={() => setRemoving(false)}>
              {t('app.cancel')}
            </button>
          </div>
        </Dialog>
      )}
    </li>
  )
}
