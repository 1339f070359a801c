/** The ONNX files of test/fixtures/onnx with what PyTorch or NumPy computed for them. */
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Computed, readComputed } from '../computed.ts'

const FOLDER = resolve(import.meta.dirname, '../../../fixtures/onnx')

export interface Fixture extends Computed {
  readonly name: string
  readonly bytes: Uint8Array
}

export function fixture(name: string): Fixture {
  const bytes = new Uint8Array(readFileSync(resolve(FOLDER, `${name}.onnx`)))
  return { name, bytes, ...readComputed(resolve(FOLDER, `${name}.json`)) }
}

export const FIXTURES: readonly string[] = readdirSync(FOLDER)
  .filter((f) => f.endsWith('.onnx'))
  .map((f) => f.replace('.onnx', ''))
  .sort()
