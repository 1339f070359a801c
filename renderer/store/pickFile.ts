/** The page's own file dialog, for shells without one. */
import type { FileKind } from './fileKind.ts'

const ACCEPT = {
  photo: 'image/png,image/jpeg,image/webp,image/gif,image/bmp,image/avif',
  model: '.onnx,.tflite,.param,.bin,.pth,.pt,.pt2,.tar,.safetensors,.caffemodel,.prototxt',
  workspace: '.json,application/json',
  compare: '.onnx,.tflite,.param,.bin,.pth,.pt,.pt2,.tar,.safetensors,.caffemodel,.prototxt,.json,.csv,.txt,.log',
} as const

/** The chosen files, a model with what it needs among them; none where the dialog was closed. */
export function pickFiles(kind: FileKind | 'compare'): Promise<readonly File[]> {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = kind === 'any' || kind === 'model' || kind === 'compare'
  input.accept = kind === 'any' ? Object.values(ACCEPT).join() : ACCEPT[kind]
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]), { once: true })
    input.addEventListener('cancel', () => resolve([]), { once: true })
    input.click()
  })
}

/** The chosen photos, or all files of the chosen folder; none where the dialog was closed. */
export function pickPhotos(folder: boolean): Promise<File[]> {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  if (folder) input.webkitdirectory = true
  else input.accept = ACCEPT.photo
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]), { once: true })
    input.addEventListener('cancel', () => resolve([]), { once: true })
    input.click()
  })
}
