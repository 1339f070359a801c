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
  return pick({
    multiple: kind === 'any' || kind === 'model' || kind === 'compare',
    accept: kind === 'any' ? Object.values(ACCEPT).join() : ACCEPT[kind],
  })
}

/** The chosen photos, or all files of the chosen folder; none where the dialog was closed. */
export function pickPhotos(folder: boolean): Promise<readonly File[]> {
  return pick(folder ? { multiple: true, webkitdirectory: true } : { multiple: true, accept: ACCEPT.photo })
}

function pick(options: Partial<Pick<HTMLInputElement, 'multiple' | 'accept' | 'webkitdirectory'>>): Promise<readonly File[]> {
  const input = Object.assign(document.createElement('input'), options)
  input.type = 'file'
  input.hidden = true
  // In the document until it is answered: one that nothing but its own listeners know may be collected while the dialog is open.
  document.body.append(input)
  return new Promise<readonly File[]>((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]), { once: true })
    input.addEventListener('cancel', () => resolve([]), { once: true })
    input.click()
  }).finally(() => input.remove())
}
