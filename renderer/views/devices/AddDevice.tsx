/** A device added by hand: where it is, and which files of this computer open it. */
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import type { ErrorFields } from '../../../engine/index.ts'
import { useStore, useText } from '../../store/context.ts'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Field } from './Field.tsx'
import { type Refused, readTarget } from './options.ts'

export function AddDevice({ error, onClose }: { readonly error: ErrorFields | null; readonly onClose: () => void }) {
  const t = useText()
  const add = useStore((s) => s.addDevice)
  const known = useStore((s) => s.configuredHosts)
  const [text, setText] = useState({ target: '', identity: '', knownHosts: '' })
  const [refused, setRefused] = useState<Refused | null>(null)
  const title = useId()
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector('input')?.focus(), [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const read = readTarget(text)
    if (read.ok) {
      setRefused(null)
      void add(read.value)
    } else {
      setRefused(read.refused)
      form.current?.querySelector('input')?.focus()
    }
  }
  const put = (key: keyof typeof text) => (value: string) => setText({ ...text, [key]: value })
  return (
    <form
      ref={form}
      className="devices-form"
      aria-labelledby={title}
      noValidate
      onSubmit={submit}
      onKeyDown={(e) => {
        if (e.key !== 'Escape') return
        e.stopPropagation()
        e.preventDefault()
        onClose()
      }}
    >
      <h2 id={title}>{t('devices.add')}</h2>
      <Field
        label={t('devices.form.target')}
        hint={t('devices.form.target.hint')}
        value={text.target}
        placeholder={t('devices.form.target.example')}
        known={known}
        refused={refused?.field === 'target' ? t(refused.why) : null}
        onChange={put('target')}
      />
      <Field label={t('devices.form.identity')} hint={t('devices.form.identity.hint')} value={text.identity} onChange={put('identity')} />
      <Field label={t('devices.form.knownHosts')} hint={t('devices.form.knownHosts.hint')} value={text.knownHosts} onChange={put('knownHosts')} />
      {error && <ErrorNote error={error} />}
      <div className="row">
        <button type="submit" className="button is-primary">
          {t('devices.form.add')}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </form>
  )
}
