/** Models to open: with the app, downloaded, to download, of the zoo, or from a file. */
import { useMemo, useState } from 'react'
import { bytes, short } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { wordMatcher } from '../../ui/searchWords.ts'
import { CatalogueRow } from './CatalogueRow.tsx'
import { Recents } from './Recents.tsx'

export default function ModelPicker() {
  const t = useText()
  const entries = useStore((s) => s.entries)
  const zoo = useStore((s) => s.zoo)
  const libraryError = useStore((s) => s.libraryError)
  const modelRef = useStore((s) => s.modelRef)
  const setDialog = useStore((s) => s.setDialog)
  const openHostModel = useStore((s) => s.openHostModel)
  const openZooModel = useStore((s) => s.openZooModel)
  const chooseFile = useStore((s) => s.chooseFile)
  const [query, setQuery] = useState('')
  const matches = useMemo(() => wordMatcher(query), [query])
  const close = () => setDialog(null)
  const closeAnd = (open: () => Promise<unknown>) => () => {
    close()
    void open()
  }
  const own = (entries ?? []).filter((e) => e.kind === 'bundled' && matches(e.name, e.id))
  const catalogue = (entries ?? []).filter((e) => e.kind !== 'bundled' && matches(e.name, e.id, e.source))
  const architectures = zoo.filter((z) => matches(z.title, z.id))
  const nothing = own.length + catalogue.length + architectures.length === 0
  return (
    <Dialog title={t('models.title')} close={t('app.close')} onClose={close} wide>
      <div className="row">
        <input
          type="search"
          className="grow"
          value={query}
          placeholder={t('models.search')}
          aria-label={t('models.search')}
          onChange={(e) => setQuery(e.target.value)}
        />
        <button type="button" className="button is-primary" onClick={closeAnd(() => chooseFile('model'))}>
          {t('models.open')}
        </button>
      </div>
      {libraryError && <ErrorNote error={libraryError} />}
      <div className="models-scroll">
        {nothing && query !== '' && <p className="quiet">{t('models.nothing', { query })}</p>}
        <Recents matches={matches} closeAnd={closeAnd} />
        {own.length > 0 && (
          <>
            <h3>{t('models.bundled')}</h3>
            <ul className="models">
              {own.map((e) => (
                <li key={e.id}>
                  <button
                    type="button"
                    className="models-open"
                    aria-current={modelRef?.kind === 'host' && modelRef.id === e.id}
                    onClick={closeAnd(() => openHostModel(e.id))}
                  >
                    <span className="models-name">{e.name}</span>
                    <span className="quiet num">
                      {[
                        e.params === null ? '' : t('model.params', { n: short(e.params) }),
                        e.classes === null ? '' : t('models.classes', { n: e.classes }),
                        e.size === null ? '' : bytes(e.size),
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
        {catalogue.length > 0 && (
          <>
            <h3>{t('models.catalogue')}</h3>
            <ul className="models">
              {catalogue.map((e) => (
                <CatalogueRow key={e.id} entry={e} onOpen={closeAnd(() => openHostModel(e.id))} />
              ))}
            </ul>
          </>
        )}
        {architectures.length > 0 && (
          <>
            <h3>{t('models.zoo')}</h3>
            <ul className="models">
              {architectures.map((z) => (
                <li key={z.id}>
                  <button
                    type="button"
                    className="models-open"
                    aria-current={modelRef?.kind === 'zoo' && modelRef.id === z.id}
                    onClick={closeAnd(() => openZooModel(z.id))}
                  >
                    <span className="models-name">{z.title}</span>
                    <span className="quiet mono small">{z.id}</span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Dialog>
  )
}
