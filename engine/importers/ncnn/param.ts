/** The text of a .param file: a number that marks it, two counts, then one layer a line. Source: ncnn, docs/developer-guide/param-and-model-file-structure.md. */
import { badInput, type ScopeError, unsupported } from '../../base/errors.ts'

/** The first line of a text file; the first four bytes, least significant first, of a binary one. */
export const MAGIC = 7767517

const MAX_BYTES = 2 ** 24
/** Networks have hundreds. */
const MAX_LAYERS = 20_000
/** Of inputs and outputs of all layers together. */
const MAX_BLOBS = 200_000
/** Parameters of a layer have numbers below this. */
const PARAMETERS = 32
const MAX_LIST = 4096
/** An array has the number of its parameter below this one. */
const ARRAYS = -23300

export type Value = number | string | readonly number[]

export interface NcnnLayer {
  readonly type: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly values: ReadonlyMap<number, Value>
  /** In the file, from 1. */
  readonly line: number
}

/** Throws ScopeError with the line at fault. */
export function parseParam(bytes: Uint8Array): NcnnLayer[] {
  if (bytes.length > MAX_BYTES) throw damaged(`its text is ${bytes.length} bytes long, and ${MAX_BYTES} are read`)
  const lines = new TextDecoder().decode(bytes).split('\n')
  if (lines[0]?.trim() !== String(MAGIC)) throw damaged(`its first line is not ${MAGIC}`, 1)
  const [layers = Number.NaN, blobs = Number.NaN, ...more] = words(lines[1]).map(wholeNumber)
  if (!(layers >= 1 && blobs >= 0) || more.length > 0) throw damaged('its second line is not the two counts of layers and blobs', 2)
  if (layers > MAX_LAYERS) throw damaged(`it has ${layers} layers, and ${MAX_LAYERS} are read`, 2)
  const result: NcnnLayer[] = []
  let seen = 0
  lines.forEach((text, i) => {
    if (i < 2 || text.trim() === '') return
    if (result.length >= layers) throw damaged(`it says that it has ${layers} layers, and another follows`, i + 1)
    const layer = parseLayer(text, i + 1)
    seen += layer.inputs.length + layer.outputs.length
    if (seen > MAX_BLOBS) throw damaged(`its layers have more than ${MAX_BLOBS} inputs and outputs`, i + 1)
    result.push(layer)
  })
  if (result.length < layers) throw damaged(`it says that it has ${layers} layers, and ${result.length} are there`, lines.length)
  return result
}

function parseLayer(text: string, line: number): NcnnLayer {
  const [type = '', name = '', from = '', to = '', ...rest] = words(text)
  const [ins, outs] = [wholeNumber(from), wholeNumber(to)]
  if (!(ins >= 0 && outs >= 0) || ins + outs > rest.length)
    throw damaged('a layer needs a type, a name, two counts, and as many inputs and outputs', line)
  const values = new Map<number, Value>()
  for (const pair of rest.slice(ins + outs)) {
    const at = pair.indexOf('=')
    const key = wholeNumber(pair.slice(0, Math.max(0, at)))
    const id = key <= ARRAYS ? ARRAYS - key : key
    if (!(id >= 0 && id < PARAMETERS)) throw damaged(`"${pair.slice(0, 40)}" is no parameter`, line)
    values.set(id, parseValue(pair.slice(at + 1), key <= ARRAYS, line))
  }
  return { type, name, inputs: rest.slice(0, ins), outputs: rest.slice(ins, ins + outs), values, line }
}

/** "3", "1.5e+00" and, of newer files, words; an array is its length and as many numbers: "2,0.0,6.0", or in newer files the numbers alone. */
function parseValue(text: string, array: boolean, line: number): Value {
  const parts = text.split(',')
  if (parts.length > MAX_LIST) throw damaged(`a list of ${parts.length} numbers is longer than any layer needs`, line)
  const numbers = parts.map(Number)
  const plain = parts.every((p) => /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(p)) && numbers.every(Number.isFinite)
  if (array) {
    if (!plain || numbers[0] !== numbers.length - 1) throw damaged(`"${text.slice(0, 40)}" is no list of numbers after their count`, line)
    return numbers.slice(1)
  }
  if (!plain) return text.slice(0, 1000)
  return parts.length > 1 ? numbers : (numbers[0] ?? 0)
}

const words = (line: string | undefined): string[] => (line ?? '').split(/\s+/).filter((word) => word !== '')

/** NaN where it is none of 32 bits. */
function wholeNumber(text: string): number {
  const number = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  return Math.abs(number) < 2 ** 31 ? number : Number.NaN
}

function damaged(why: string, line?: number): ScopeError {
  const hint = 'The file may be damaged or cut short; fetch or convert it again'
  return badInput('ncnn model', why, hint, line === undefined ? undefined : `line ${line}`)
}

/** The form that ncnn2mem writes. */
export function binaryParam(): ScopeError {
  return unsupported(
    'ncnn model',
    'its layers are written in binary (.param.bin), and only the text (.param) is read',
    'Open the .param file that it was made from, with its .bin beside it',
  )
}
