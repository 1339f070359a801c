/** The photos that come with the app, one click each. */
import { useStore, useText } from '../../store/context.ts'

export function Samples() {
  const t = useText()
  const samples = useStore((s) => s.samples)
  const files = useStore((s) => s.sampleFiles)
  const showSample = useStore((s) => s.showSample)
  if (samples.length === 0) return null
  return (
    <ul className="samples" aria-label={t('photo.samples')}>
      {samples.map(({ id, title, credit }) => (
        <li key={id}>
          <button
            type="button"
            className="sample"
            title={t('photo.sample', { title, credit })}
            aria-label={title}
            onClick={() => void showSample(id)}
          >
            {files[id] ? <img src={files[id].url} alt="" /> : <span>{title.slice(0, 1)}</span>}
          </button>
        </li>
      ))}
    </ul>
  )
}
