/** What the palette offers: the commands that can be given now, and everything that can be opened or selected by its name. */
import type { State } from '../store/state.ts'
import type { Keys } from './commandKeys.ts'
import { COMMANDS } from './commands.ts'
import type { TextKey, Translate } from './strings/index.ts'

export interface Entry {
  readonly id: string
  readonly title: string
  /** Found by it too, and shown beside the title. */
  readonly note: string
  readonly group: TextKey
  readonly keys: Keys | null
  readonly run: (state: State) => void
}

type Source = Pick<State, 'entries' | 'zoo' | 'samples' | 'network'>

export function entriesOf(t: Translate, state: State): Entry[] {
  return [...commandEntries(t, state), ...modelEntries(state), ...sampleEntries(state), ...networkEntries(t, state)]
}

function commandEntries(t: Translate, state: State): Entry[] {
  return COMMANDS.filter((c) => !c.unlisted && (!c.when || c.when(state))).map(({ id, title, group, keys, run }) => ({
    id,
    title: title(t),
    note: '',
    group,
    keys: keys?.[0] ?? null,
    run,
  }))
}

function modelEntries({ entries, zoo }: Source): Entry[] {
  const own = (entries ?? []).flatMap(({ id, name, kind }): Entry[] =>
    kind === 'catalogue'
      ? []
      : [{ id: `host ${id}`, title: name, note: id, group: 'command.group.model', keys: null, run: (s) => void s.openHostModel(id) }],
  )
  const built = zoo.map(
    ({ id, title }): Entry => ({
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

function sampleEntries({ samples }: Source): Entry[] {
  return samples.map(({ id, title }) => ({
    id: `sample ${id}`,
    title,
    note: '',
    group: 'command.group.sample',
    keys: null,
    run: (s) => void s.showSample(id),
  }))
}

function networkEntries(t: Translate, { network }: Source): Entry[] {
  if (!network) return []
  const units = network.items.flatMap(({ key, kind, groups }): Entry[] =>
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
    ({ name, title }): Entry => ({
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
