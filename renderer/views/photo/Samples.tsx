/** The photos that come with the app, one click each. */
import { useStore, useText } from '../../store/context.ts'

export function Samples() {
  const t = useText()
  const samples = useStore((s) => s.samples)
  const showSample = useStore((s) => s.showSample)
  if (samples.length === 0) return null
  return (
    <ul className="samples" aria-label={t('photo.samples')}>
      {samples.map(({ id, title, credit }) => (
        <li key={id}>
          <button type="button" className="button is-small" title={t('photo.sample', { title, credit })} onClick={() => void showSample(id)}>
            {title}
          </button>
        </li>
      ))}
    </ul>
  )
}
