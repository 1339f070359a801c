/** How the open model is profiled on the chosen devices. */
import { type FormEvent, useId, useState } from 'react'
import { useStore, useText } from '../../store/context.ts'
import { Segmented } from '../../ui/Segmented.tsx'
import { clusterText, spans } from './badges.ts'
import { Field } from './Field.tsx'
import { type OptionsText, type Refused, readOptions, START_OPTIONS } from './options.ts'

const BACKENDS = ['wasm', 'ort', 'both'] as const
const ENDS = ['runs', 'time'] as const

export function ProfileForm() {
  const t = useText()
  const model = useStore((s) => s.model)
  const chosen = useStore((s) => s.devicesChosen)
  const devices = useStore((s) => s.devices)
  const jobs = useStore((s) => s.deviceJobs)
  const profile = useStore((s) => s.profileDevices)
  const [text, setText] = useState<OptionsText>(START_OPTIONS)
  const [refused, setRefused] = useState<Refused | null>(null)
  const title = useId()
  const put =
    <K extends keyof OptionsText>(key: K) =>
    (value: OptionsText[K]) =>
      setText({ ...text, [key]: value })
  const why = (field: string) => (refused?.field === field ? t(refused.why) : null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const read = readOptions(text)
    setRefused(read.ok ? null : read.refused)
    if (read.ok) void profile(read.value)
  }
  const free = chosen.filter((id) => !jobs[id])
  const clusters = (devices ?? []).filter((d) => chosen.includes(d.id)).flatMap((d) => d.device?.clusters ?? [])
  return (
    <form className="devices-form is-profile" aria-labelledby={title} noValidate onSubmit={submit}>
      <h2 id={title}>{t('devices.profile')}</h2>
      {model ? (
        <p className="quiet small">{t('devices.profile.of', { model: model.title })}</p>
      ) : (
        <p className="notice">{t('devices.profile.noModel')}</p>
      )}
      <Segmented
        label={t('devices.backend')}
        labelShown
        value={text.backend}
        options={BACKENDS.map((value) => ({ value, label: t(`devices.backend.${value}`), hint: t(`devices.backend.${value}.hint`) }))}
        onChange={put('backend')}
      />
      <div className="devices-pair">
        <Field label={t('devices.form.threads')} value={text.threads} refused={why('threads')} onChange={put('threads')} />
        <Field
          label={t('devices.form.pinned')}
          value={text.pinned}
          placeholder={t('devices.form.pinned.any')}
          refused={why('pinned')}
          onChange={put('pinned')}
        />
      </div>
      {clusters.length > 1 && (
        <div className="row small">
          <span className="quiet">{t('devices.form.cluster')}</span>
          {clusters.map((c) => (
            <button key={spans(c.cpus)} type="button" className="button is-small" onClick={() => put('pinned')(spans(c.cpus))}>
              {clusterText(c)}
            </button>
          ))}
        </div>
      )}
      <Segmented
        label={t('devices.form.ends')}
        labelShown
        value={text.ends}
        options={ENDS.map((value) => ({ value, label: t(`devices.form.ends.${value}`) }))}
        onChange={put('ends')}
      />
      <div className="devices-pair">
        {text.ends === 'runs' ? (
          <Field label={t('devices.form.runs')} value={text.runs} refused={why('runs')} onChange={put('runs')} />
        ) : (
          <Field label={t('devices.form.seconds')} value={text.seconds} unit="s" refused={why('seconds')} onChange={put('seconds')} />
        )}
        <Field
          label={t('devices.form.sustained')}
          value={text.sustained}
          placeholder={t('devices.form.sustained.none')}
          unit="min"
          refused={why('sustained')}
          onChange={put('sustained')}
        />
      </div>
      <div className="row">
        <button type="submit" className="button is-primary" disabled={!model || free.length === 0}>
          {t('devices.profile.start', { n: Math.max(free.length, 1) })}
        </button>
        {chosen.length === 0 && <span className="quiet small">{t('devices.profile.choose')}</span>}
      </div>
    </form>
  )
}
