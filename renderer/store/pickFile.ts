/** The page's own file dialog, for shells without one. */
import type { FileKind } from './fileKind.ts'

const ACCEPT = {
  photo: 'image/png,image/jpeg,image/webp,image/gif,image/bmp,image/avif',
  model: '.onnx,.tflite,.pth,.pt,.pt2,.tar,.safetensors,.caffemodel',
  workspace: '.json,application/json',
  compare: '.onnx,.tflite,.pth,.pt,.pt2,.tar,.safetensors,.caffemodel,.json,.csv,.txt,.log',
} as const

/** The chosen file, or null where the dialog was closed. */
export function pickFile(kind: FileKind | 'compare'): Promise<File | null> {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = kind === 'any' ? Object.values(ACCEPT).join() : ACCEPT[kind]
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(input.files?.[0] ?? null), { once: true })
    input.addEventListener('cancel', () => resolve(null), { once: true })
    input.click()
  })
}
