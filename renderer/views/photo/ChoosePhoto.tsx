/** What to do where there is no photo: drop one, paste one, or choose a file. */
import { useStore, useText } from '../../store/context.ts'

export function ChoosePhoto() {
  const t = useText()
  const chooseFile = useStore((s) => s.chooseFile)
  return (
    <p>
      {t('photo.empty')}{' '}
      <button type="button" className="button is-small" onClick={() => void chooseFile('photo')}>
        {t('photo.choose')}
      </button>
    </p>
  )
}
