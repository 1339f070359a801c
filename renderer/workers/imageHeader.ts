/** Reads the kind and size of a picture from its first bytes, so that a huge one is refused before it is decoded. */
import { badInput } from '../../engine/index.ts'

export interface ImageHeader {
  readonly type: 'PNG' | 'JPEG' | 'GIF' | 'WebP' | 'BMP' | 'AVIF'
  readonly width: number
  readonly height: number
}

export const MAX_SIDE = 16384
export const MAX_PIXELS = 100e6
export const MAX_PHOTO_BYTES = 256 * 2 ** 20
const KNOWN = 'Use a PNG, JPEG, WebP, GIF, BMP or AVIF file'

/**
 * Throws ScopeError `bad-input` where the bytes are no picture of a known kind, are cut off, or declare a side over
 * 16384 px or more than 100 Mpx.
 */
export function checkImage(bytes: Uint8Array, name: string): ImageHeader {
  const what = `Photo "${name}"`
  if (bytes.length === 0) throw badInput(what, 'the file is empty', KNOWN)
  const header = readHeader(bytes, what)
  if (!header) throw badInput(what, 'it is not a picture of a known kind', KNOWN)
  const { width, height } = header
  if (width < 1 || height < 1) throw badInput(what, `it declares a size of ${width} × ${height}`, KNOWN)
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS)
    throw badInput(
      what,
      `it declares ${width} × ${height} pixels, and the limit is ${MAX_SIDE} px a side and ${MAX_PIXELS / 1e6} Mpx`,
      'Make a smaller copy of it and open that',
    )
  if (isCutOff(bytes, header.type)) throw badInput(what, 'the file is cut off before the picture ends', 'Copy or download it again')
  return header
}

function readHeader(bytes: Uint8Array, what: string): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length))
  const short = () => badInput(what, 'the file is cut off in its first bytes', 'Copy or download it again')
  try {
    if (view.byteLength >= 8 && view.getUint32(0) === 0x89504e47) return { type: 'PNG', width: view.getUint32(16), height: view.getUint32(20) }
    if (text(0, 2) === 'BM') return { type: 'BMP', width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) }
    if (text(0, 4) === 'GIF8') return { type: 'GIF', width: view.getUint16(6, true), height: view.getUint16(8, true) }
    if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return webp(view, text(12, 4))
    if (text(4, 4) === 'ftyp') return avif(view, text)
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpeg(view)
  } catch (error) {
    if (error instanceof RangeError) throw short()
    throw error
  }
  return undefined
}

function webp(view: DataView, chunk: string): ImageHeader | undefined {
  if (chunk === 'VP8X') {
    const at = (i: number) => view.getUint8(i) | (view.getUint8(i + 1) << 8) | (view.getUint8(i + 2) << 16)
    return { type: 'WebP', width: at(24) + 1, height: at(27) + 1 }
  }
  if (chunk === 'VP8 ') return { type: 'WebP', width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  if (chunk !== 'VP8L') return undefined
  const bits = view.getUint32(21, true)
  return { type: 'WebP', width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}

/** The size is in the "ispe" property, within the first kilobytes; the largest one counts (others are tiles or thumbnails). */
function avif(view: DataView, text: (at: number, length: number) => string): ImageHeader | undefined {
  if (!/avif|avis|mif1/.test(text(8, Math.min(32, view.byteLength - 8)))) return undefined
  let width = 0
  let height = 0
  for (let at = 8; at + 16 <= Math.min(view.byteLength, 65536); at++)
    if (view.getUint32(at) === 0x69737065) {
      width = Math.max(width, view.getUint32(at + 8))
      height = Math.max(height, view.getUint32(at + 12))
    }
  return { type: 'AVIF', width, height }
}

/** Walks the segments up to the frame header. Source: ITU T.81, annex B. */
function jpeg(view: DataView): ImageHeader {
  let at = 2
  for (;;) {
    while (view.getUint8(at) !== 0xff) at++
    while (view.getUint8(at) === 0xff) at++
    const marker = view.getUint8(at++)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { type: 'JPEG', height: view.getUint16(at + 3), width: view.getUint16(at + 5) }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue
    at += Math.max(view.getUint16(at), 2)
  }
}

/** Browsers draw what there is of a cut-off picture; a network would be asked about grey pixels. */
function isCutOff(bytes: Uint8Array, type: ImageHeader['type']): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === 'PNG') return !endsWithin(bytes, [0x49, 0x45, 0x4e, 0x44], 4096)
  if (type === 'JPEG') return !endsWithin(bytes, [0xff, 0xd9], bytes.length)
  if (type === 'WebP') return view.getUint32(4, true) + 8 > bytes.length + 1
  if (type === 'BMP') return view.getUint32(2, true) > bytes.length
  if (type === 'GIF') return !endsWithin(bytes, [0x3b], 1024)
  return false
}

/** Whether `mark` occurs in the last `reach` bytes. */
function endsWithin(bytes: Uint8Array, mark: readonly number[], reach: number): boolean {
  const first = Math.max(0, bytes.length - reach)
  for (let at = bytes.length - mark.length; at >= first; at--) if (mark.every((b, i) => bytes[at + i] === b)) return true
  return false
}
