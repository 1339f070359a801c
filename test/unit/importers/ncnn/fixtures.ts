/** The ncnn models of test/fixtures/ncnn with what PyTorch computes for the same layers. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ModelFile } from '../../../../engine/importers/importer.ts'
import { type Computed, readComputed } from '../computed.ts'

const FOLDER = resolve(import.meta.dirname, '../../../fixtures/ncnn')

export interface Fixture extends Computed {
  readonly name: string
  readonly param: Uint8Array
  /** Empty where no layer has weights. */
  readonly bin: Uint8Array
}

export function fixture(name: string): Fixture {
  const read = (ending: string): Uint8Array => new Uint8Array(readFileSync(resolve(FOLDER, `${name}.${ending}`)))
  return {
    name,
    param: read('param'),
    bin: existsSync(resolve(FOLDER, `${name}.bin`)) ? read('bin') : new Uint8Array(0),
    ...readComputed(resolve(FOLDER, `${name}.json`)),
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
