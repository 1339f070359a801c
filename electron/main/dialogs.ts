/** The operating system's open and save dialogs, attached to the window. */
import { app, type BrowserWindow, dialog, type FileFilter, type OpenDialogOptions, type SaveDialogOptions } from 'electron'
import type { Dialogs, FileKind } from '../services/files.ts'

const MODELS: FileFilter = {
  name: 'Models',
  extensions: ['safetensors', 'onnx', 'tflite', 'param', 'caffemodel', 'prototxt', 'pth', 'pt', 'pt2', 'tar', 'bin', 'ckpt'],
}
const PHOTOS: FileFilter = { name: 'Photos', extensions: ['jpg', 'jpeg', 'png', 'webp', 'gif', 'bmp', 'avif'] }
const WORKSPACES: FileFilter = { name: 'Workspaces', extensions: ['json'] }
/** Traces, and what other engines write of a run. */
const TRACES: FileFilter = { name: 'Traces', extensions: ['json', 'csv', 'txt', 'log'] }
const ALL: FileFilter = { name: 'All files', extensions: ['*'] }

const FILTERS: Readonly<Record<FileKind, FileFilter[]>> = {
  model: [MODELS, ALL],
  photo: [PHOTOS, ALL],
  workspace: [WORKSPACES, ALL],
  any: [{ name: 'Models, photos and workspaces', extensions: [...MODELS.extensions, ...PHOTOS.extensions, ...TRACES.extensions] }, ALL],
}

export function electronDialogs(window: () => BrowserWindow | undefined): Dialogs {
  return {
    async open(kind) {
      const options: OpenDialogOptions = { properties: ['openFile'], filters: FILTERS[kind] }
      const parent = window()
      const { canceled, filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options))
      return canceled ? undefined : filePaths[0]
    },
    async save(suggestedName) {
      const options: SaveDialogOptions = { defaultPath: `${app.getPath('downloads')}/${suggestedName}` }
      const parent = window()
      const { canceled, filePath } = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options))
      return canceled || filePath === '' ? undefined : filePath
    },
  }
}
