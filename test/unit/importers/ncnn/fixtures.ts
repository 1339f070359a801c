/** The ncnn models of test/fixtures/ncnn with what PyTorch computes for the same layers. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ModelFile } from '../../../../engine/importers/importer.ts'
import type { HostTensor } from '../../../../engine/ir/tensor.ts'

const FOLDER = resolve(import.meta.dirname, '../../../fixtures/ncnn')

export interface Fixture {
  readonly name: string
  readonly param: Uint8Array
  /** Empty where no layer has weights. */
  readonly bin: Uint8Array
  readonly inputs: readonly HostTensor[]
  readonly outputs: readonly HostTensor[]
}

interface Packed {
  readonly shape: readonly number[]
  readonly data: string
}

function unpack({ shape, data }: Packed): HostTensor {
  return { dtype: 'f32', shape, data: new Float32Array(Uint8Array.from(Buffer.from(data, 'base64')).buffer) }
}

export function fixture(name: string): Fixture {
  const read = (ending: string): Uint8Array => new Uint8Array(readFileSync(resolve(FOLDER, `${name}.${ending}`)))
  const json: { inputs: Packed[]; outputs: Packed[] } = JSON.parse(readFileSync(resolve(FOLDER, `${name}.json`), 'utf8'))
  return {
    name,
    param: read('param'),
    bin: existsSync(resolve(FOLDER, `${name}.bin`)) ? read('bin') : new Uint8Array(0),
    inputs: json.inputs.map(unpack),
    outputs: json.outputs.map(unpack),
  }
}

export const FIXTURES: readonly string[] = readdirSync(FOLDER)
  .filter((f) => f.endsWith('.param'))
  .map((f) => f.replace('.param', ''))
  .sort()

/** A .param file with its .bin in the same folder. */
export function files(param: Uint8Array | string, bin: Uint8Array = new Uint8Array(0), name = 'model'): ModelFile {
  return {
    name: `${name}.param`,
    bytes: typeof param === 'string' ? new TextEncoder().encode(param) : param,
    beside: (path) => (path === `${name}.bin` ? Promise.resolve(bin) : Promise.reject(new Error(`no file ${path}`))),
  }
}

/** A whole .param file of these layers. */
export function param(...layers: readonly string[]): string {
  return `7767517\n${layers.length} ${layers.length}\n${layers.join('\n')}\n`
}

/** For the file that leaves the size of its input open. */
export const SIZE = { inputSize: [16, 16] } as const
