/** Work under way on a device: what it does, how far it is, what it has pushed, how warm it is; and a way to stop it. */
import type { Translate } from '../../app/strings/index.ts'
import { bytes } from '../../charts/kit/format.ts'
import { useText } from '../../store/context.ts'
import type { DeviceJob } from '../../store/devicesSlice.ts'

export function JobLine({ job, device }: { readonly job: DeviceJob; readonly device: string }) {
  const t = useText()
  const { progress, cancel } = job
  const text = jobText(t, job)
  const share =
    progress && progress.total > 0 && progress.phase !== 'connecting' && progress.phase !== 'preparing' ? progress.done / progress.total : undefined
  return (
    <div className="device-job" role="status">
      <p className="row">
        <span className="grow">{text}</span>
        <button type="button" className="button is-small" aria-label={t('devices.cancel.of', { device })} onClick={cancel}>
          {t('app.cancel')}
        </button>
      </p>
      <progress max={1} value={share} aria-label={text} />
      <p className="quiet small num">
        {[
          job.pushed !== null && progress?.phase !== 'uploading' ? t('devices.pushed', { n: bytes(job.pushed) }) : '',
          progress && progress.temperature !== null ? `${progress.temperature.toFixed(0)} °C` : '',
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </div>
  )
}

export function jobText(t: Translate, { kind, progress }: DeviceJob): string {
  if (!progress) return t('devices.phase.connecting')
  const { phase, done, total, threads } = progress
  if (kind === 'probe') return t('devices.phase.probing')
  const amount =
    phase === 'uploading'
      ? t('models.bytes', { done: bytes(done), total: bytes(total) })
      : phase === 'sustained'
        ? t('devices.minutes', { done: (done / 60_000).toFixed(1), total: (total / 60_000).toFixed(0) })
        : phase === 'warmup' || phase === 'runs' || phase === 'layers'
          ? t('devices.amount', { done: Math.floor(done), total: Math.floor(total) })
          : ''
  const words = t(`devices.phase.${phase}`)
  const onThreads = threads > 0 ? t('devices.threads.n', { n: threads }) : ''
  return [words, amount, onThreads].filter(Boolean).join(' · ')
}
