/** The photos that ranges are found with and answers are counted on; those that a variant answers otherwise are marked. */
import { useMemo } from 'react'
import { compressionOf, compressPhotosOf, variantOf } from '../../store/compressSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import { pickPhotos } from '../../store/pickFile.ts'
import { differingPhotos } from './compressData.ts'

/** More thumbnails than these tell nothing. */
const SHOWN = 40
const NONE: ReadonlySet<number> = new Set()

export function Photos() {
  const t = useText()
  const photos = useStore(compressPhotosOf)
  const isOwn = useStore((s) => s.compressOwn !== null)
  const compression = useStore(compressionOf)
  const variant = useStore(variantOf)
  const shown = useStore((s) => s.photo?.file)
  const isBusy = useStore((s) => s.compressTask !== null)
  const add = useStore((s) => s.addCompressPhotos)
  const useSamples = useStore((s) => s.useSamples)
  const showPhoto = useStore((s) => s.showPhoto)
  const differing = useMemo(
    () => (compression?.original.answers?.photos === photos ? differingPhotos(compression.original, variant) : NONE),
    [compression, variant, photos],
  )
  // Those that differ are what one looks for.
  const order = useMemo(
    () => photos.map((_, i) => i).sort((a, b) => Number(differing.has(b)) - Number(differing.has(a)) || a - b),
    [photos, differing],
  )
  const choose = async (folder: boolean) => {
    const files = await pickPhotos(folder)
    if (files.length > 0) await add(files)
  }
  return (
    <section className="compress-photos" aria-label={t('compress.photos')}>
      <h3 title={t('compress.photos.hint')}>
        <span className="term">{t('compress.photos')}</span>
      </h3>
      <p className="small">{t(isOwn ? 'compress.photos.own' : 'compress.photos.samples', { n: photos.length })}</p>
      <ul className="compress-thumbs">
        {order.slice(0, SHOWN).map((i) => {
          const photo = photos[i]
          if (!photo) return null
          const { name, url, file, sample, label } = photo
          const says = [name, label !== null && t('compress.photo.label', { label }), differing.has(i) && t('compress.photo.differs')]
          return (
            <li key={url}>
              <button
                type="button"
                className={`sample${differing.has(i) ? ' is-differing' : ''}`}
                title={[...says, sample?.credit].filter(Boolean).join('. ')}
                aria-label={says.filter(Boolean).join('. ')}
                aria-pressed={file === shown}
                onClick={() => void showPhoto(file, name, sample?.credit ?? null, sample?.id ?? null)}
              >
                <img src={url} alt="" loading="lazy" />
                {differing.has(i) && <span aria-hidden="true">≠</span>}
              </button>
            </li>
          )
        })}
        {photos.length > SHOWN && <li className="quiet small">{t('compress.photos.more', { n: photos.length - SHOWN })}</li>}
      </ul>
      <div className="compress-pick">
        <button type="button" className="button is-small" disabled={isBusy} onClick={() => void choose(false)}>
          {t('compress.photos.choose')}
        </button>
        <button
          type="button"
          className="button is-small"
          disabled={isBusy}
          title={t('compress.photos.folder.hint')}
          onClick={() => void choose(true)}
        >
          {t('compress.photos.folder')}
        </button>
        {isOwn && (
          <button type="button" className="button is-small" disabled={isBusy} onClick={() => void useSamples()}>
            {t('compress.photos.useSamples')}
          </button>
        )}
      </div>
      {!isOwn && <p className="quiet small">{t('compress.photos.few')}</p>}
    </section>
  )
}
