/** The Caffe models of test/fixtures/caffe with what PyTorch computes for the same layers. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ModelFile } from '../../../../engine/importers/importer.ts'
import { type Computed, readComputed } from '../computed.ts'

const FOLDER = resolve(import.meta.dirname, '../../../fixtures/caffe')

export interface Fixture extends Computed {
  readonly text: Uint8Array
  /** Absent where no layer has weights and the text alone says its parameters. */
  readonly weights: Uint8Array | undefined
}

export function fixture(name: string): Fixture {
  const read = (ending: string): Uint8Array => new Uint8Array(readFileSync(resolve(FOLDER, `${name}.${ending}`)))
  return {
    text: read('prototxt'),
    weights: existsSync(resolve(FOLDER, `${name}.caffemodel`)) ? read('caffemodel') : undefined,
    ...readComputed(resolve(FOLDER, `${name}.json`)),
  }
}

export const FIXTURES: readonly string[] = readdirSync(FOLDER)
  .filter((f) => f.endsWith('.prototxt'))
  .map((f) => f.replace('.prototxt', ''))
  .sort()

/** A .prototxt with its .caffemodel in the same folder. */
export function files(text: Uint8Array | string, weights?: Uint8Array, name = 'model'): ModelFile {
  return {
    name: `${name}.prototxt`,
    bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text,
    beside: (path) => (weights && path === `${name}.caffemodel` ? Promise.resolve(weights.slice()) : Promise.reject(new Error(`no file ${path}`))),
  }
}

/** A text with one input "x" and these layers: each its type, bottoms, tops, and the rest as text. */
export function net(shape: readonly number[], ...layers: readonly (readonly [type: string, bottom: string, top: string, rest?: string])[]): string {
  const names = (field: string, list: string): string =>
    list
      .split(' ')
      .flatMap((n) => (n ? [`${field}: "${n}"`] : []))
      .join(' ')
  const lines = layers.map(([type, bottom, top, rest = ''], i) => {
    return `layer { name: "l${i}" type: "${type}" ${names('bottom', bottom)} ${names('top', top)} ${rest} }`
  })
  return `input: "x" input_shape { ${shape.map((n) => `dim: ${n}`).join(' ')} }\n${lines.join('\n')}\n`
}

type Part = number | Uint8Array | string

export function bytesOf(...parts: readonly Part[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((p) => (typeof p === 'number' ? Uint8Array.of(p) : Buffer.from(p)))))
}

function varint(n: number): number[] {
  return n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]
}

/** A field that holds bytes. */
export function field(number: number, ...parts: readonly Part[]): Uint8Array {
  const content = bytesOf(...parts)
  return bytesOf(...varint(number * 8 + 2), ...varint(content.length), content)
}

export const packed = (...numbers: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(numbers).buffer)

/** A blob with its shape and floats. */
export function blobOf(shape: readonly number[], numbers: ArrayLike<number>): Uint8Array {
  return field(7, field(7, field(1, ...shape.flatMap(varint))), field(5, new Uint8Array(Float32Array.from(numbers).buffer)))
}

export const blob = (shape: readonly number[], ...numbers: readonly number[]): Uint8Array => blobOf(shape, numbers)

/** A .caffemodel of layers that have a name, a type and blobs. */
export function weightsOf(...layers: readonly (readonly [name: string, type: string, ...blobs: readonly Uint8Array[]])[]): Uint8Array {
  return bytesOf(field(1, 'net'), ...layers.map(([name, type, ...blobs]) => field(100, field(1, name), field(2, type), ...blobs)))
}
