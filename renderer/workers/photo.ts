/** Decodes a photo in the worker: bounded before and after, RGB pixels out. */
import { badInput, cancelled, type Pixels } from '../../engine/index.ts'
import { checkImage, MAX_PHOTO_BYTES } from './imageHeader.ts'

/** A photo above this many pixels is decoded at a smaller scale, so that its pixels fit in memory several times over. */
const FULL_SCALE_PIXELS = 32e6

export interface Decoded {
  readonly pixels: Pixels
  /** Size of the photo itself, before any scaling down. */
  readonly width: number
  readonly height: number
}

/** Transparent pixels lie on white. Throws ScopeError `bad-input` in words; `cancelled` once the signal is aborted. */
export async function decodePhoto(file: Blob, name: string, signal?: AbortSignal): Promise<Decoded> {
  const what = `Photo "${name}"`
  if (file.size > MAX_PHOTO_BYTES)
    throw badInput(what, `the file is ${(file.size / 2 ** 20).toFixed(0)} MiB, and the limit is 256 MiB`, 'Make a smaller copy of it and open that')
  const bytes = new Uint8Array(await file.arrayBuffer())
  const header = checkImage(bytes, name)
  const scale = Math.min(1, Math.sqrt(FULL_SCALE_PIXELS / (header.width * header.height)))
  const options: ImageBitmapOptions = scale < 1 ? { resizeWidth: Math.round(header.width * scale), resizeQuality: 'high' } : {}
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(file, options)
  } catch {
    throw badInput(what, `its ${header.type} data cannot be decoded`, 'The file may be damaged; open another copy of it')
  }
  try {
    if (signal?.aborted) throw cancelled('Reading the photo')
    const { width, height } = bitmap
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (!context) throw badInput(what, 'there is no memory to draw it', 'Close other windows or use a smaller photo')
    context.fillStyle = '#fff'
    context.fillRect(0, 0, width, height)
    context.drawImage(bitmap, 0, 0)
    const rgba = context.getImageData(0, 0, width, height).data
    return { pixels: { width, height, data: dropAlpha(rgba) }, width: Math.round(width / scale), height: Math.round(height / scale) }
  } finally {
    bitmap.close()
  }
}

function dropAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] as number
    rgb[to + 1] = rgba[from + 1] as number
    rgb[to + 2] = rgba[from + 2] as number
  }
  return rgb
}
