/** Devices: real machines over SSH, what is known of them, a profile of the open model on them, and the history of runs. */
import { useEffect } from 'react'
import { useStore, useText } from '../../store/context.ts'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { AddDevice } from './AddDevice.tsx'
import { DeviceCard } from './DeviceCard.tsx'
import { ProfileForm } from './ProfileForm.tsx'
import { RunList } from './RunList.tsx'
import { RunResult } from './RunResult.tsx'

export default function DevicesView() {
  const t = useText()
  const api = useStore((s) => s.api)
  const devices = useStore((s) => s.devices)
  const traces = useStore((s) => s.traces)
  const error = useStore((s) => s.devicesError)
  const adding = useStore((s) => s.addingDevice)
  const load = useStore((s) => s.loadDevices)
  const setAdding = useStore((s) => s.setAddingDevice)
  const shown = useStore((s) => s.traces?.find((x) => x.id === s.traceShown))
  useEffect(() => {
    if (api) void load()
  }, [api, load])
  if (!api)
    return (
      <div className="devices">
        <div className="empty">
          <p>{t('devices.noHost')}</p>
          <p className="quiet">{t('devices.noHost.hint')}</p>
        </div>
      </div>
    )
  const none = devices !== null && devices.length === 0
  return (
    <div className="devices">
      <div className="canvas-head">
        <h2>{t('devices.title')}</h2>
        <p className="quiet small grow ellipsis">{t('devices.what')}</p>
        {!none && !adding && (
          <button type="button" className="button" onClick={() => setAdding(true)}>
            {t('devices.add')}
          </button>
        )}
      </div>
      <div className={none && traces?.length === 0 ? 'devices-body is-new' : 'devices-body'}>
        <div className="devices-side">
          {error && !adding && <ErrorNote error={error} />}
          {none && !adding && (
            <section className="devices-none" aria-label={t('devices.none')}>
              <h2>{t('devices.none')}</h2>
              <p className="quiet">{t('devices.none.hint')}</p>
              <button type="button" className="button is-primary" onClick={() => setAdding(true)}>
                {t('devices.add')}
              </button>
            </section>
          )}
          {adding && <AddDevice error={error} onClose={() => setAdding(false)} />}
          {devices && devices.length > 0 && (
            <ul className="devices-list" aria-label={t('devices.list')}>
              {devices.map((d) => (
                <DeviceCard key={d.id} device={d} />
              ))}
            </ul>
          )}
          {devices && devices.length > 0 && <ProfileForm />}
          {traces && traces.length > 0 && <RunList traces={traces} />}
        </div>
        {shown ? (
          <RunResult stored={shown} />
        ) : (
          devices &&
          devices.length > 0 && (
            <div className="devices-result">
              <p className="empty quiet">{t('devices.runs.none')}</p>
            </div>
          )
        )}
      </div>
    </div>
  )
}
