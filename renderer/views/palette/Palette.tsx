/** The command palette: one field, and below it whatever can be done, opened or selected, found by a few letters. */
import { type KeyboardEvent, type ReactNode, useContext, useEffect, useId, useMemo, useRef, useState } from 'react'
import { keyCaps, onMac } from '../../app/commandKeys.ts'
import { type Entry, entriesOf } from '../../app/commandThings.ts'
import { StoreContext, useStore, useText } from '../../store/context.ts'
import { type Found, search } from './match.ts'

/** More than anyone reads; the rest is a letter away. */
const SHOWN = 60
const PAGE = 8

export default function Palette() {
  const t = useText()
  const store = useContext(StoreContext)
  const setDialog = useStore((s) => s.setDialog)
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState(0)
  const dialog = useRef<HTMLDialogElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  // As it was when the palette opened: nothing else changes under an open dialog.
  const entries = useMemo(() => (store ? entriesOf(t, store.getState()) : []), [t, store])
  const found = useMemo(() => search(entries, query, SHOWN), [entries, query])
  const at = Math.min(chosen, found.length - 1)

  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at, found])

  const give = (entry: Entry | undefined) => {
    if (!entry || !store) return
    // First the dialog goes, so that what the command focuses keeps the focus.
    setDialog(null)
    queueMicrotask(() => entry.run(store.getState()))
  }
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const steps: Record<string, number> = {
      ArrowDown: at + 1 >= found.length ? 0 : at + 1,
      ArrowUp: at <= 0 ? found.length - 1 : at - 1,
      PageDown: Math.min(at + PAGE, found.length - 1),
      PageUp: Math.max(at - PAGE, 0),
    }
    const next = steps[event.key]
    if (event.key === 'Enter') give(found[at]?.entry)
    else if (next !== undefined) setChosen(next)
    else return
    event.preventDefault()
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a modal dialog by itself
    <dialog
      ref={dialog}
      className="dialog palette"
      aria-label={t('command.palette')}
      onCancel={(event) => {
        event.preventDefault()
        setDialog(null)
      }}
      onClick={(event) => event.target === event.currentTarget && setDialog(null)}
    >
      <div className="palette-body">
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-autocomplete="list"
          aria-controls={`${id}list`}
          aria-activedescendant={found.length > 0 ? `${id}${at}` : undefined}
          aria-label={t('palette.field')}
          placeholder={t('palette.field')}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setChosen(0)
          }}
          onKeyDown={keys}
        />
        <div id={`${id}list`} role="listbox" aria-label={t('palette.found')} ref={list}>
          {found.map((f, i) => (
            <Option key={f.entry.id} id={`${id}${i}`} found={f} isChosen={i === at} onGive={() => give(f.entry)} />
          ))}
        </div>
        {found.length === 0 && <p className="palette-none quiet">{t('palette.none', { query })}</p>}
        <p className="sr-only" role="status">
          {t('palette.count', { n: found.length })}
        </p>
      </div>
    </dialog>
  )
}

function Option({
  id,
  found,
  isChosen,
  onGive,
}: {
  readonly id: string
  readonly found: Found<Entry>
  readonly isChosen: boolean
  readonly onGive: () => void
}) {
  const { title, note, kind, keys } = found.entry
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: options are named by aria-activedescendant
    <div id={id} role="option" aria-selected={isChosen} onClick={onGive}>
      <span className="palette-title">{marked(title, found.at)}</span>
      {note && <span className="palette-note">{note}</span>}
      <span className="palette-group">{kind}</span>
      {keys && (
        <span className="palette-keys">
          {keyCaps(keys, onMac()).map((cap) => (
            <kbd key={cap}>{cap}</kbd>
          ))}
        </span>
      )}
    </div>
  )
}

/** The letters that were found, in bold. */
function marked(title: string, at: readonly number[]): ReactNode {
  if (at.length === 0) return title
  const parts: ReactNode[] = []
  let from = 0
  for (const [i, place] of at.entries()) {
    if (at[i - 1] === place - 1) continue
    let end = place + 1
    while (at.includes(end)) end++
    parts.push(title.slice(from, place), <b key={place}>{title.slice(place, end)}</b>)
    from = end
  }
  return [...parts, title.slice(from)]
}
