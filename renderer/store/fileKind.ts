/** Whether a file is meant as a photo, a model or a workspace: by its first bytes, then by its name. */
import { isWorkspace } from './workspaceName.ts'

/** What a dialog asks for. */
export type FileKind = 'model' | 'photo' | 'workspace' | 'any'

const MODEL_NAMES = /\.(onnx|tflite|param|prototxt|caffemodel|pth|pt2?|tar|safetensors|bin|ckpt)$/i
const PHOTO_NAMES = /\.(png|jpe?g|webp|gif|bmp|avif|heic|tiff?|svg)$/i

/** What is neither is taken for a photo where its type or name says so, else for a model; both then say what is wrong with it. */
export async function kindOfFile(file: Blob, name: string): Promise<'photo' | 'model' | 'workspace'> {
  const head = new Uint8Array(
    await file
      .slice(0, 256)
      .arrayBuffer()
      .catch(() => new ArrayBuffer(0)),
  )
  const text = String.fromCharCode(...head)
  const isPicture =
    text.startsWith('\x89PNG') ||
    text.startsWith('\xff\xd8\xff') ||
    text.startsWith('GIF8') ||
    text.startsWith('BM') ||
    (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') ||
    text.slice(4, 8) === 'ftyp'
  if (isPicture) return 'photo'
  if (isWorkspace(text, name)) return 'workspace'
  if (MODEL_NAMES.test(name)) return 'model'
  return file.type.startsWith('image/') || file.type.startsWith('text/') || PHOTO_NAMES.test(name) ? 'photo' : 'model'
}
