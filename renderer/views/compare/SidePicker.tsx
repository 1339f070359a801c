/** Chooses side b: the open network without shuffles, a model, or a file with a model or a trace. */
import { useMemo, useState } from 'react'
import { useStore, useText } from '../../store/context.ts'
import { together } from '../../store/filesTogether.ts'
import { pickFiles } from '../../store/pickFile.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { wordMatcher } from '../../ui/searchWords.ts'

export function SidePicker() {
  const t = useText()
  const entries = useStore((s) => s.entries)
  const zoo = useStore((s) => s.zoo)
  const model = useStore((s) => s.model)
  const side = useStore((s) => s.compareSide)
  const hasShuffle = useStore((s) => s.network?.items.some((i) => i.shuffle !== null) ?? false)
  const setDialog = useStore((s) => s.setDialog)
  const withHost = useStore((s) => s.compareWithHost)
  const withZoo = useStore((s) => s.compareWithZoo)
  const withFile = useStore((s) => s.compareWithFile)
  const withoutShuffle = useStore((s) => s.compareWithoutShuffle)
  const [query, setQuery] = useState('')
  const matches = useMemo(() => wordMatcher(query), [query])
  const choose = (open: () => Promise<unknown>) => () => {
    setDialog(null)
    void open()
  }
  const chooseFile = choose(async () => {
    const chosen = together(await pickFiles('compare'))
    if (chosen) await withFile(chosen.file, chosen.name, chosen.beside)
  })
  const itself = t('compare.noShuffle', { model: model?.title ?? '' })
  const groups = [
    {
      title: t('compare.pick.itself'),
      rows:
        hasShuffle && matches(itself)
          ? [{ id: 'noShuffle', name: itself, note: '', open: withoutShuffle, current: side?.ref.kind === 'noShuffle' }]
          : [],
    },
    {
      title: t('compare.pick.models'),
      rows: (entries ?? [])
        .filter((e) => e.kind !== 'catalogue' && matches(e.name, e.id))
        .map(({ id, name }) => ({ id, name, note: id, open: () => withHost(id), current: side?.ref.kind === 'host' && side.ref.id === id })),
    },
    {
      title: t('models.zoo'),
      rows: zoo
        .filter((z) => matches(z.title, z.id))
        .map(({ id, title }) => ({ id, name: title, note: id, open: () => withZoo(id), current: side?.ref.kind === 'zoo' && side.ref.id === id })),
    },
  ].filter((g) => g.rows.length > 0)
  return (
    <Dialog title={t('compare.pick')} close={t('app.close')} onClose={() => setDialog(null)} wide>
      <div className="row">
        <input
          type="search"
          className="grow"
          value={query}
          placeholder={t('models.search')}
          aria-label={t('models.search')}
          onChange={(e) => setQuery(e.target.value)}
        />
        <button type="button" className="button is-primary" onClick={chooseFile}>
          {t('compare.pick.file')}
        </button>
      </div>
      <div className="models-scroll">
        {groups.length === 0 && <p className="quiet">{t('models.nothing', { query })}</p>}
        {groups.map(({ title, rows }) => (
          <section key={title} aria-label={title}>
            <h3>{title}</h3>
            <ul className="models">
              {rows.map(({ id, name, note, open, current }) => (
                <li key={id}>
                  <button type="button" className="models-open" aria-current={current} onClick={choose(open)}>
                    <span className="models-name">{name}</span>
                    <span className="quiet mono small">{note}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
