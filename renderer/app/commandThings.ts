/** What the palette offers: the commands that can be given now, and everything that can be opened or selected by its name. */
import type { State } from '../store/state.ts'
import type { Keys } from './commandKeys.ts'
import { COMMANDS, exportCommands } from './commands.ts'
import type { TextKey, Translate } from './strings/index.ts'

/** Before its kind is put in words. */
type Thing = Omit<Entry, 'kind'>

export interface Entry {
  readonly id: string
  readonly title: string
  /** Found by it too, and shown beside the title. */
  readonly note: string
  readonly group: TextKey
  /** The group in words. */
  readonly kind: string
  readonly keys: Keys | null
  readonly run: (state: State) => void
}

type Source = Pick<State, 'recents' | 'entries' | 'zoo' | 'samples' | 'network'>

export function entriesOf(t: Translate, state: State): Entry[] {
  const things = [
    ...commandEntries(t, state),
    ...recentEntries(t, state),
    ...modelEntries(state),
    ...sampleEntries(state),
    ...networkEntries(t, state),
  ]
  return things.map((thing) => ({ ...thing, kind: t(thing.group) }))
}

function commandEntries(t: Translate, state: State): Thing[] {
  return [...COMMANDS, ...exportCommands(state)]
    .filter((c) => !c.unlisted && (!c.when || c.when(state)))
    .map(({ id, title, group, keys, run }) => ({
      id,
      title: title(t),
      note: '',
      group,
      keys: keys?.[0] ?? null,
      run,
    }))
}

/** What is gone is not offered here; the list of models says that it is. */
function recentEntries(t: Translate, { recents }: Source): Thing[] {
  return recents.flatMap((recent, i): Thing[] =>
    recent.present
      ? [
          {
            id: `recent ${i}`,
            title: recent.name,
            note: recent.kind === 'model' ? recent.id : t('command.group.file'),
            group: 'command.group.recent',
            keys: null,
            run: (s) => void s.openRecent(recent),
          },
        ]
      : [],
  )
}

function modelEntries({ entries, zoo }: Source): Thing[] {
  const own = (entries ?? []).flatMap(({ id, name, kind }): Thing[] =>
    kind === 'catalogue'
      ? []
      : [{ id: `host ${id}`, title: name, note: id, group: 'command.group.model', keys: null, run: (s) => void s.openHostModel(id) }],
  )
  const built = zoo.map(
    ({ id, title }): Thing => ({
      id: `zoo ${id}`,
      title,
      note: id,
      group: 'command.group.model',
      keys: null,
      run: (s) => void s.openZooModel(id),
    }),
  )
  return [...own, ...built]
}

function sampleEntries({ samples }: Source): Thing[] {
  return samples.map(({ id, title }) => ({
    id: `sample ${id}`,
    title,
    note: '',
    group: 'command.group.sample',
    keys: null,
    run: (s) => void s.showSample(id),
  }))
}

function networkEntries(t: Translate, { network }: Source): Thing[] {
  if (!network) return []
  const units = network.items.flatMap(({ key, kind, groups }): Thing[] =>
    kind === 'unit'
      ? [
          {
            id: `unit ${key}`,
            title: key,
            note: groups > 1 ? t('unit.matrix.groups', { n: groups }) : '',
            group: 'command.group.unit',
            keys: null,
            run: (s) => s.enter(key),
          },
        ]
      : [],
  )
  const layers = network.layers.map(
    ({ name, title }): Thing => ({
      id: `layer ${name}`,
      title: name,
      note: title,
      group: 'command.group.layer',
      keys: null,
      run: (s) => s.selectNode(name),
    }),
  )
  return [...units, ...layers]
}
