/** Exports of the figures on the screen, and the report of the open model. */
import { badInput } from '../../engine/index.ts'
import { translator } from '../app/strings/index.ts'
import { tableToCsv } from '../export/csv.ts'
import { type Figure, screenFigures } from '../export/figures.ts'
import { exportName } from '../export/fileName.ts'
import type { ExportFormat } from '../export/formats.ts'
import { type FigureContext, figureJson } from '../export/json.ts'
import { pngFile } from '../export/pngFile.ts'
import { type SvgFile, svgFile } from '../export/svgFile.ts'
import { counted } from './pending.ts'
import { type NewFile, saveFile } from './saveFile.ts'
import type { Slice, State, Task } from './state.ts'
import { fieldsOf, runTask } from './tasks.ts'

export interface ExportSlice {
  /** Figures on the screen, in reading order. */
  readonly figures: readonly { readonly id: string; readonly title: string }[]
  /** Pictures in light colours, whatever the theme: for paper. */
  readonly exportLight: boolean
  /** Name of the last file that was saved. */
  readonly exported: string | null
  readonly exportError: State['hostError']
  setExportLight(light: boolean): void
  /** Saves a figure of the screen; nothing where it is not there. Errors are in `exportError`. */
  exportFigure(id: string, format: ExportFormat): Promise<void>
  readonly reportTask: Task | null
  /** Saves the report of the open model, with what was measured here. Errors are in `exportError`. */
  saveReport(): Promise<void>
}

export const exportSlice: Slice<ExportSlice> = (set, get) => {
  screenFigures.subscribe(() => set({ figures: screenFigures.list().map(({ id, title }) => ({ id, title })) }))
  return {
    figures: [],
    exportLight: false,
    exported: null,
    exportError: null,
    reportTask: null,

    setExportLight: (exportLight) => set({ exportLight }),

    async exportFigure(id, format) {
      const figure = screenFigures.find(id)
      if (!figure) return
      set({ exportError: null, exported: null })
      try {
        set({ exported: await counted(made(get(), figure, format).then((file) => saveFile(get(), file))) })
      } catch (thrown) {
        set({ exportError: fieldsOf(thrown) })
      }
      sayHow(get())
    },

    async saveReport() {
      const { handle, model, engine, locale, info, profile } = get()
      if (!handle || !model) return
      set({ exportError: null, exported: null })
      const outcome = await runTask(
        'report',
        (reportTask) => set({ reportTask }),
        (options) => engine.call('report', { handle, locale, version: info?.version ?? '', profile }, options),
      )
      if (!outcome.ok) return set({ exportError: outcome.error })
      const file = { name: exportName(model.id, 'report', 'html'), type: 'text/html', content: outcome.value }
      try {
        set({ exported: await counted(saveFile(get(), file)) })
      } catch (thrown) {
        set({ exportError: fieldsOf(thrown) })
      }
      sayHow(get())
    },
  }
}

/** Over the canvas too: where the palette gave the command, the menu is closed. */
function sayHow({ exported, exportError, locale, say }: State): void {
  if (exportError) say(`${exportError.what}: ${exportError.why}. ${exportError.hint}`)
  else if (exported !== null) say(translator(locale)('export.saved', { name: exported }))
}

const TYPES: Readonly<Record<ExportFormat, string>> = {
  svg: 'image/svg+xml',
  png: 'image/png',
  csv: 'text/csv',
  json: 'application/json',
}

async function made(state: State, figure: Figure, format: ExportFormat): Promise<NewFile> {
  const name = exportName(state.model?.id ?? null, figure.id, format)
  const file = (content: NewFile['content']): NewFile => ({ name, type: TYPES[format], content })
  if (format === 'csv') return file(tableToCsv(figure.table()))
  if (format === 'json') return file(figureJson(figure.title, figure.table(), contextOf(state)))
  const picture = pictureOf(state, figure)
  return file(format === 'svg' ? picture.svg : await pngFile(picture))
}

function contextOf({ info, model, convention }: State): FigureContext {
  return {
    app: { name: 'ShuffleScope', version: info?.version ?? '' },
    model: model && { id: model.id, title: model.title },
    // Data files keep one language, so that programs can read them.
    convention: { id: convention, words: translator('en')(`convention.${convention}`) },
  }
}

/** Keys of columns that hold multiply-accumulates, or follow from them. */
const COUNTED: ReadonlySet<string> = new Set(['macs', 'gmacs', 'valueA'])

/** In one turn: the page is not drawn while it stands in other colours. */
function pictureOf(state: State, figure: Figure): SvgFile {
  const root = figure.element()
  if (!root) throw badInput('Figure', 'it is no longer on the screen', 'Open its view again')
  const t = translator(state.locale)
  // What counts as a multiply-accumulate matters where some are shown.
  const counts = figure.table().columns.some((c) => COUNTED.has(c.key))
  const subtitle = [state.model?.title, counts && t(`convention.${state.convention}`)].filter(Boolean).join('  ·  ')
  const heading = { title: figure.title, subtitle, description: `${subtitle}. ShuffleScope ${state.info?.version ?? ''}`.trim() }
  const { dataset } = document.documentElement
  const theme = dataset.theme
  dataset.exporting = ''
  if (state.exportLight) dataset.theme = 'light'
  try {
    return svgFile(root, heading)
  } finally {
    delete dataset.exporting
    if (theme === undefined) delete dataset.theme
    else dataset.theme = theme
  }
}
