/** Model, screen, stage and selection in the address, so that a reload or a link shows the same thing. */
import type { ModelRef, Screen, State } from '../store/state.ts'
import { STAGES, type StageName } from '../workers/contract.ts'

export interface Place {
  readonly model: ModelRef | null
  readonly screen: Screen
  readonly stage: StageName
  readonly focus: string | null
  readonly item: string | null
  readonly node: string | null
  readonly shuffle: boolean
}

const SCREENS: readonly Screen[] = ['explore', 'photo', 'costs']

export function placeOfState(state: State): Place {
  const { modelRef, screen, stage, focus, selection, shuffleOn } = state
  return { model: modelRef, screen, stage, focus, item: selection.item, node: selection.node, shuffle: shuffleOn }
}

export function writePlace({ model, screen, stage, focus, item, node, shuffle }: Place): string {
  const parts = new URLSearchParams()
  if (model && model.kind !== 'file') parts.set('model', `${model.kind}:${model.id}`)
  if (screen !== 'explore') parts.set('view', screen)
  if (stage !== 'recognised') parts.set('stage', stage)
  if (focus) parts.set('unit', focus)
  if (item && item !== focus) parts.set('item', item)
  if (node) parts.set('op', node)
  if (!shuffle) parts.set('shuffle', 'off')
  return parts.toString()
}

/** Whatever the address holds; what it does not say, or says wrongly, is as at the start. */
export function readPlace(hash: string): Place {
  const parts = new URLSearchParams(hash.replace(/^#/, ''))
  const [kind, ...rest] = (parts.get('model') ?? '').split(':')
  const id = rest.join(':').slice(0, 200)
  return {
    model: id !== '' && (kind === 'host' || kind === 'zoo') ? { kind, id } : null,
    screen: SCREENS.find((s) => s === parts.get('view')) ?? 'explore',
    stage: STAGES.find((s) => s === parts.get('stage')) ?? 'recognised',
    focus: parts.get('unit'),
    item: parts.get('item'),
    node: parts.get('op'),
    shuffle: parts.get('shuffle') !== 'off',
  }
}
