/** A decoded photo: 8-bit RGB, interleaved. */
import { badInput } from '../base/errors.ts'

export interface Pixels {
  readonly width: number
  readonly height: number
  /** RGBRGB..., row by row from the top left; 3 * width * height bytes, sRGB. */
  readonly data: Uint8Array
}

/** Throws ScopeError `bad-input` where a side is not a positive integer or the bytes are not 3 * width * height. */
export function checkPixels(image: Pixels): void {
  const { width, height, data } = image
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1)
    throw badInput('Photo', `its size is ${width} x ${height}`, 'Give a photo of at least one pixel')
  if (data.length !== width * height * 3)
    throw badInput('Photo', `it has ${data.length} bytes where ${width} x ${height} RGB pixels need ${width * height * 3}`, 'Decode it again')
}
