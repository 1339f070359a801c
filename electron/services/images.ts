/** Photos decoded in Node, by sharp (libvips): any usual file becomes 8-bit sRGB pixels, anything else an error in words. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { badInput, cancelled, type Pixels, type ScopeError, unsupported } from '../../engine/index.ts'
import { diskError, megabytes, readBounded } from './diskFile.ts'

const MAX_FILE_BYTES = 256 * 2 ** 20
const MAX_PIXELS = 100e6
/** Bytes of the whole image as the file holds it: progressive files cannot be decoded in strips. */
const MAX_UNPACKED_BYTES = 400e6
const MAX_SECONDS = 20
const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif', 'avif']
const FORMATS_IN_WORDS = 'JPEG, PNG, WebP, GIF, TIFF or AVIF'

// libvips could also read SVG, PDF, ImageMagick's formats and more, which can name other files and run for long.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadTiff',
    'VipsForeignLoadHeif',
  ],
})
// Each photo is decoded once; keeping old ones would only hold memory.
sharp.cache(false)

/**
 * Decodes a photo, given as bytes or as a path: sRGB RGB pixels with the EXIF orientation applied. CMYK, grey, palette
 * and 16-bit images are converted, embedded profiles honoured, transparency laid over white; of an animation or a
 * multi-page file the first frame is taken. Throws ScopeError naming the file: not an image, damaged or truncated,
 * over 256 MiB, over 100 megapixels, or not decoded within 20 s.
 */
export async function decodeImage(source: Uint8Array | string, name?: string, signal?: AbortSignal): Promise<Pixels> {
  const what = `Photo "${name ?? (typeof source === 'string' ? basename(source) : 'unnamed')}"`
  const bytes = typeof source === 'string' ? await readPhoto(source, what) : source
  if (bytes.length > MAX_FILE_BYTES) throw tooLarge(what, bytes.length)
  if (bytes.length === 0) throw badInput(what, 'it is empty', `Choose a ${FORMATS_IN_WORDS} file`)
  // Truncated data is an error here; libvips would fill the rest with grey.
  const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'truncated', pages: 1 }).timeout({ seconds: MAX_SECONDS })
  checkFacts(await inspect(image, what), what)
  const stop = () => image.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    if (signal?.aborted) throw cancelled(what)
    const { data, info } = await image
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    if (signal?.aborted) throw cancelled(what)
    if (info.channels !== 3) throw unsupported(what, `it decodes to ${info.channels} channels`, 'Save it as an ordinary JPEG or PNG')
    return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) }
  } catch (thrown) {
    throw signal?.aborted ? cancelled(what) : inWords(thrown, what)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

async function readPhoto(path: string, what: string): Promise<Uint8Array> {
  const facts = await stat(path).catch((thrown: unknown) => {
    throw diskError(thrown, what)
  })
  // Before opening: a pipe or a device could keep us waiting for ever.
  if (!facts.isFile()) throw badInput(what, facts.isDirectory() ? 'it is a folder' : 'it is not a file', 'Choose a photo')
  if (facts.size > MAX_FILE_BYTES) throw tooLarge(what, facts.size)
  return readBounded(path, MAX_FILE_BYTES, what)
}

async function inspect(image: Sharp, what: string): Promise<Metadata> {
  try {
    return await image.metadata()
  } catch (thrown) {
    throw inWords(thrown, what)
  }
}

function checkFacts(facts: Metadata, what: string): void {
  const { format, width, height } = facts
  if (!format || !FORMATS.includes(format)) throw notAnImage(what)
  if (!width || !height) throw badInput(what, 'it has no pixels', 'Choose another photo')
  if (width * height > MAX_PIXELS) throw tooManyPixels(what)
  const bytesPerSample = facts.depth === 'uchar' || facts.depth === 'char' ? 1 : facts.depth === 'ushort' || facts.depth === 'short' ? 2 : 8
  const unpacked = width * height * (facts.channels ?? 4) * bytesPerSample
  if (unpacked > MAX_UNPACKED_BYTES)
    throw badInput(what, `unpacked it would take ${megabytes(unpacked)}, and at most ${megabytes(MAX_UNPACKED_BYTES)} are decoded`, 'Make it smaller')
}

function tooLarge(what: string, size: number): ScopeError {
  return badInput(what, `it has ${megabytes(size)}, and at most ${megabytes(MAX_FILE_BYTES)} are read`, 'Choose a smaller photo')
}

function tooManyPixels(what: string): ScopeError {
  return badInput(what, `it has more than ${MAX_PIXELS / 1e6} megapixels`, 'Make it smaller')
}

function notAnImage(what: string): ScopeError {
  return badInput(what, 'it is not an image of a known format', `Choose a ${FORMATS_IN_WORDS} file`)
}

/** libvips reports in its own words, several lines at times; the usual cases get ours. */
function inWords(thrown: unknown, what: string): Error {
  if (!(thrown instanceof Error) || thrown.name === 'ScopeError') return thrown as Error
  const message = thrown.message
  if (/unsupported image format|operation is blocked/i.test(message)) return notAnImage(what)
  if (/pixel limit/i.test(message)) return tooManyPixels(what)
  if (/timeout/i.test(message)) return badInput(what, `it could not be decoded within ${MAX_SECONDS} s`, 'Save it again as an ordinary JPEG or PNG')
  const lines = message
    .split('\n')
    .map((line) => line.replace(/^Input (buffer|file) (has corrupt header|contains unsupported image format):?\s*/i, '').trim())
    .filter((line) => line !== '')
  const detail = (lines[0] ?? message).slice(0, 200)
  const truncated = /truncat|premature|end of (file|stream|data)|unexpected end|not enough|read error|EOF/i.test(message)
  const why = truncated ? `it is cut off or damaged (${detail})` : `it is damaged (${detail})`
  return badInput(what, why, 'Copy or download it again')
}
