/** Every command, once: the keys, the map of keys and the palette are made of this list. */
import { CONVENTIONS } from '../../engine/index.ts'
import { EXPORT_FORMATS } from '../export/formats.ts'
import { variantOf } from '../store/compressSlice.ts'
import { type Measure, type Screen, type State, THEMES } from '../store/state.ts'
import type { CostsTab } from '../store/whatIfSlice.ts'
import { PAPER_TABLE_NUMBERS, STAGES } from '../workers/contract/index.ts'
import type { Keys } from './commandKeys.ts'
import { LOCALES, type TextKey, type Translate } from './strings/index.ts'

export interface Command {
  readonly id: string
  /** What kind of command it is, for the palette. */
  readonly group: TextKey
  readonly title: (t: Translate) => string
  readonly keys?: readonly Keys[]
  /** Only while nothing has the focus, as arrows and Enter mean something of their own elsewhere. */
  readonly bare?: true
  /** What it does is nothing to choose from a list, e.g. the list itself; it still is in the map of keys. */
  readonly unlisted?: true
  /** Absent: always. */
  readonly when?: (state: State) => boolean
  readonly run: (state: State) => void
}

/** A key that a chart or a table handles itself, for the map of keys. */
export interface ChartKeys {
  readonly caps: readonly string[]
  readonly label: TextKey
}

export const CHART_KEYS: readonly ChartKeys[] = [
  { caps: ['←', '↑', '↓', '→'], label: 'keys.arrows' },
  { caps: ['Enter'], label: 'keys.enter' },
  { caps: ['Esc'], label: 'keys.escape' },
  { caps: ['Shift', '→'], label: 'keys.shift' },
]

const SCREENS = ['explore', 'photo', 'costs', 'compress', 'devices'] as const satisfies readonly Screen[]
const MEASURES: readonly Measure[] = ['macs', 'params', 'bytes', 'ms', 'peak']
const COSTS_TABS: readonly CostsTab[] = ['layers', 'whatIf', 'paper']

const text =
  (key: TextKey) =>
  (t: Translate): string =>
    t(key)
/** "Stage: Fused" */
const pair =
  (kind: TextKey, value: TextKey) =>
  (t: Translate): string =>
    t('command.pair', { kind: t(kind), value: t(value) })

const hasModel = (state: State) => state.model !== null

const screens: readonly Command[] = [
  ...SCREENS.map(
    (screen): Command => ({
      id: `screen.${screen}`,
      group: 'command.group.go',
      title: text(`rail.${screen}`),
      run: (s) => s.show(screen),
    }),
  ),
  ...(['map', 'mixing'] as const).map(
    (tab): Command => ({
      id: `explore.${tab}`,
      group: 'command.group.go',
      title: pair('rail.explore', `mixing.tab.${tab}`),
      run(s) {
        if (s.focus !== null) s.leave()
        s.setExploreTab(tab)
        s.show('explore')
      },
    }),
  ),
  ...([false, true] as const).map(
    (lens): Command => ({
      id: `photo.${lens ? 'lens' : 'answer'}`,
      group: 'command.group.go',
      title: pair('rail.photo', lens ? 'lens.title' : 'lens.answer'),
      run(s) {
        s.showLens(lens)
        s.show('photo')
      },
    }),
  ),
  ...COSTS_TABS.map(
    (tab): Command => ({
      id: `costs.${tab}`,
      group: 'command.group.go',
      title: pair('rail.costs', `costs.tab.${tab}`),
      run(s) {
        s.setCostsTab(tab)
        s.show('costs')
      },
    }),
  ),
  ...PAPER_TABLE_NUMBERS.map(
    (table): Command => ({
      id: `paper.${table}`,
      group: 'command.group.go',
      title: (t) => t('command.pair', { kind: t('paper.name'), value: t('paper.title', { n: table, title: t(`paper.title.${table}`) }) }),
      run(s) {
        s.setPaperTable(table)
        s.setCostsTab('paper')
        s.show('costs')
      },
    }),
  ),
]

const views: readonly Command[] = [
  {
    id: 'compare',
    group: 'command.group.view',
    title: text('compare.toggle'),
    keys: [{ key: 'c' }],
    when: hasModel,
    run: (s) => (s.screen === 'compare' ? s.closeCompare() : s.openCompare()),
  },
  ...STAGES.map(
    (stage, i): Command => ({
      id: `stage.${stage}`,
      group: 'command.group.view',
      title: pair('stage.label', `stage.${stage}`),
      keys: [{ key: String(i + 1) }],
      when: hasModel,
      run: (s) => void s.setStage(stage),
    }),
  ),
  { id: 'shuffle', group: 'command.group.view', title: text('keys.shuffle'), keys: [{ key: 's' }], run: (s) => s.toggleShuffle() },
  ...MEASURES.map(
    (measure): Command => ({
      id: `measure.${measure}`,
      group: 'command.group.view',
      title: pair('strip.measure', `strip.${measure}`),
      when: hasModel,
      run: (s) => s.setMeasure(measure),
    }),
  ),
  ...CONVENTIONS.map(
    (convention): Command => ({
      id: `count.${convention}`,
      group: 'command.group.view',
      title: pair('convention.label', `convention.${convention}.short`),
      run: (s) => s.setConvention(convention),
    }),
  ),
  { id: 'flops', group: 'command.group.view', title: text('reconcile.flops'), run: (s) => s.setAsFlops(!s.asFlops) },
  { id: 'trace.stop', group: 'command.group.view', title: text('trace.stop'), when: (s) => s.trace !== null, run: (s) => s.stopTrace() },
  {
    id: 'search',
    group: 'command.group.go',
    title: text('keys.search'),
    keys: [{ key: '/' }],
    when: hasModel,
    run: focusSearch,
  },
  {
    id: 'map.focus',
    group: 'command.group.go',
    title: text('keys.arrows'),
    keys: [{ key: 'ArrowLeft' }, { key: 'ArrowUp' }, { key: 'ArrowDown' }, { key: 'ArrowRight' }],
    bare: true,
    unlisted: true,
    when: (s) => s.screen === 'explore',
    run: focusMap,
  },
  {
    id: 'unit.enter',
    group: 'command.group.go',
    title: text('keys.enter'),
    keys: [{ key: 'Enter' }],
    bare: true,
    when: (s) => s.selection.item !== null,
    run: (s) => s.selection.item !== null && s.enter(s.selection.item),
  },
]

const files: readonly Command[] = [
  {
    id: 'undo',
    group: 'command.group.edit',
    title: text('command.undo'),
    keys: [
      { key: 'z', mod: true },
      { key: 'ArrowLeft', alt: true },
    ],
    when: (s) => s.history.past.length > 0,
    run: (s) => void s.undo(),
  },
  {
    id: 'redo',
    group: 'command.group.edit',
    title: text('command.redo'),
    keys: [
      { key: 'z', mod: true, shift: true },
      { key: 'y', mod: true },
      { key: 'ArrowRight', alt: true },
    ],
    when: (s) => s.history.future.length > 0,
    run: (s) => void s.redo(),
  },
  { id: 'open', group: 'command.group.file', title: text('keys.open'), keys: [{ key: 'o', mod: true }], run: (s) => void s.chooseFile('any') },
  {
    id: 'workspace.save',
    group: 'command.group.file',
    title: text('workspace.save'),
    keys: [{ key: 's', mod: true }],
    when: hasModel,
    run: (s) => void s.saveWorkspace(),
  },
  {
    id: 'workspace.saveAll',
    group: 'command.group.file',
    title: text('workspace.saveAll'),
    when: (s) => s.modelRef?.kind === 'file',
    run: (s) => void s.saveWorkspace(true),
  },
  { id: 'workspace.open', group: 'command.group.file', title: text('workspace.open'), run: (s) => void s.chooseFile('workspace') },
  {
    id: 'device.add',
    group: 'command.group.file',
    title: text('devices.add'),
    run(s) {
      s.show('devices')
      s.setAddingDevice(true)
    },
  },
  { id: 'models', group: 'command.group.file', title: text('model.change'), run: (s) => s.setDialog('models') },
  {
    id: 'variant.make',
    group: 'command.group.file',
    title: text('compress.make'),
    when: (s) => s.screen === 'compress' && s.model?.quantized === false && !s.compressTask,
    run: (s) => void s.makeVariant(),
  },
  {
    id: 'variant.save',
    group: 'command.group.file',
    title: text('compress.save'),
    when: (s) => s.screen === 'compress' && variantOf(s) !== null,
    run: (s) => void s.saveVariant(variantOf(s)?.key ?? ''),
  },
  { id: 'report', group: 'command.group.file', title: text('export.report'), when: hasModel, run: (s) => void s.saveReport() },
  { id: 'measure', group: 'command.group.file', title: text('strip.time'), when: hasModel, run: (s) => void s.measure() },
]

const settings: readonly Command[] = [
  ...THEMES.map(
    (theme): Command => ({
      id: `theme.${theme}`,
      group: 'command.group.settings',
      title: pair('app.theme', `app.theme.${theme}`),
      run: (s) => s.setTheme(theme),
    }),
  ),
  { id: 'language.system', group: 'command.group.settings', title: pair('app.language', 'app.language.system'), run: (s) => s.setLanguage('system') },
  ...LOCALES.map(
    ({ id, name }): Command => ({
      id: `language.${id}`,
      group: 'command.group.settings',
      title: (t) => t('command.pair', { kind: t('app.language'), value: name }),
      run: (s) => s.setLanguage(id),
    }),
  ),
  { id: 'keys', group: 'command.group.settings', title: text('keys.map'), keys: [{ key: '?' }], run: (s) => s.setDialog('keys') },
  {
    id: 'palette',
    group: 'command.group.settings',
    title: text('command.palette'),
    keys: [{ key: 'k', mod: true }],
    unlisted: true,
    run: (s) => s.setDialog('palette'),
  },
]

export const COMMANDS: readonly Command[] = [...screens, ...views, ...files, ...settings]

/** What can be exported depends on what is on the screen. */
export function exportCommands({ figures }: Pick<State, 'figures'>): Command[] {
  return figures.flatMap(({ id, title }) =>
    EXPORT_FORMATS.map(
      (format): Command => ({
        id: `export.${id}.${format}`,
        group: 'command.group.file',
        title: (t) => t('command.pair', { kind: t('export.menu'), value: t('export.as', { title, format: format.toUpperCase() }) }),
        run: (s) => void s.exportFigure(id, format),
      }),
    ),
  )
}

export function commandNamed(id: string): Command | undefined {
  return COMMANDS.find((c) => c.id === id)
}

/** The search of what is shown: layers in the table of costs; else units, ops and tensors on the map. */
function focusSearch(state: State): void {
  if (state.screen === 'costs') {
    state.setCostsTab('layers')
    focusWhenThere('.costs input[type=search]')
    return
  }
  if (state.focus !== null) state.leave()
  state.setExploreTab('map')
  state.show('explore')
  focusWhenThere('.map-search input')
}

function focusWhenThere(selector: string, tries = 60): void {
  const input = document.querySelector<HTMLInputElement>(selector)
  if (input) input.focus()
  else if (tries > 0) requestAnimationFrame(() => focusWhenThere(selector, tries - 1))
}

function focusMap(): void {
  document.querySelector<SVGElement>('.network-chart [tabindex="0"], .unit-chart [tabindex="0"]')?.focus()
}
