/** What a connection asks: whether a host key is trusted, or for a secret. A secret lives in the field it is typed into, and in the system's keychain where that is asked for. */
import { type FormEvent, useEffect, useId, useRef } from 'react'
import { useStore, useText } from '../../store/context.ts'
import type { AskedQuestion } from '../../store/devicesSlice.ts'
import { Dialog } from '../../ui/Dialog.tsx'

/** One after the other, whatever device asks. */
export default function Questions() {
  const first = useStore((s) => s.deviceQuestions[0])
  if (!first) return null
  return <Question key={first.id} question={first} />
}

function Question({ question }: { readonly question: AskedQuestion }) {
  const { ask, id, device } = question
  return ask.about === 'hostKey' ? <HostKey id={id} ask={ask} /> : <Secret id={id} device={device} ask={ask} />
}

function HostKey({ id, ask }: { readonly id: string; readonly ask: Extract<AskedQuestion['ask'], { about: 'hostKey' }> }) {
  const t = useText()
  const answer = useStore((s) => s.answerDevice)
  const refuse = () => void answer(id, false)
  const no = useRef<HTMLButtonElement>(null)
  // After the dialog has opened, which gives the focus to its first button.
  useEffect(() => no.current?.focus(), [])
  return (
    <Dialog title={t('devices.key.title')} close={t('devices.key.no')} onClose={refuse}>
      <p>{t('devices.key.what', { host: ask.host })}</p>
      <dl className="facts device-key">
        <div>
          <dt>{t('devices.key.host')}</dt>
          <dd className="mono">{ask.host}</dd>
        </div>
        <div>
          <dt>{t('devices.key.type')}</dt>
          <dd className="mono">{ask.type}</dd>
        </div>
        <div>
          <dt>{t('devices.key.fingerprint')}</dt>
          <dd className="mono wrap">{ask.fingerprint}</dd>
        </div>
        <div>
          <dt>{t('devices.key.file')}</dt>
          <dd className="mono wrap">{ask.file ?? t('devices.key.nowhere')}</dd>
        </div>
      </dl>
      <p className="quiet small">{t('devices.key.how')}</p>
      <div className="row device-answers">
        {/* The safe answer has the focus. */}
        <button type="button" className="button is-primary" ref={no} onClick={refuse}>
          {t('devices.key.no')}
        </button>
        <button type="button" className="button" onClick={() => void answer(id, true)}>
          {t('devices.key.yes')}
        </button>
      </div>
    </Dialog>
  )
}

interface SecretProps {
  readonly id: string
  readonly device: string
  readonly ask: Extract<AskedQuestion['ask'], { about: 'secret' }>
}

function Secret({ id, device, ask }: SecretProps) {
  const t = useText()
  const answer = useStore((s) => s.answerDevice)
  const field = useRef<HTMLInputElement>(null)
  const keep = useRef<HTMLInputElement>(null)
  const label = useId()
  useEffect(() => field.current?.focus(), [])
  const none = () => {
    if (field.current) field.current.value = ''
    void answer(id, null)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const input = field.current
    if (!input) return
    const { value } = input
    input.value = ''
    void answer(id, { secret: value, keep: keep.current?.checked === true })
  }
  return (
    <Dialog title={t(`devices.secret.${ask.secret}`)} close={t('app.cancel')} onClose={none}>
      <form className="devices-form is-plain" autoComplete="off" onSubmit={submit}>
        <p className="quiet">{t('devices.secret.for', { device })}</p>
        {ask.failed > 0 && <p className="devices-refused">{t('devices.secret.failed')}</p>}
        <label id={label} htmlFor={`${label}field`} className="wrap">
          {ask.text}
        </label>
        <span className="devices-input">
          <input
            ref={field}
            id={`${label}field`}
            type={ask.echo ? 'text' : 'password'}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={10_000}
          />
        </span>
        {ask.keepable && (
          <label className="device-choice">
            <input type="checkbox" ref={keep} />
            {t('devices.secret.keep')}
          </label>
        )}
        <p className="quiet small">{t(ask.keepable ? 'devices.secret.kept.keychain' : 'devices.secret.kept')}</p>
        <div className="row">
          <button type="submit" className="button is-primary">
            {t('devices.secret.send')}
          </button>
          <button type="button" className="button" onClick={none}>
            {t('app.cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
