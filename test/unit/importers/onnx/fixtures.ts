/** The ONNX files of test/fixtures/onnx with what PyTorch or NumPy computed for them. */
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { HostTensor } from '../../../../engine/ir/tensor.ts'

const FOLDER = resolve(import.meta.dirname, '../../../fixtures/onnx')

export interface Fixture {
  readonly name: string
  readonly bytes: Uint8Array
  readonly inputs: readonly HostTensor[]
  readonly outputs: readonly HostTensor[]
}

interface Packed {
  readonly shape: readonly number[]
  readonly data: string
}

function unpack({ shape, data }: Packed): HostTensor {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'))
  return { dtype: 'f32', shape, data: new Float32Array(bytes.buffer) }
}

export function fixture(name: string): Fixture {
  const json: { inputs: Packed[]; outputs: Packed[] } = JSON.parse(readFileSync(resolve(FOLDER, `${name}.json`), 'utf8'))
  const bytes = new Uint8Array(readFileSync(resolve(FOLDER, `${name}.onnx`)))
  return { name, bytes, inputs: json.inputs.map(unpack), outputs: json.outputs.map(unpack) }
}

export const FIXTURES: readonly string[] = readdirSync(FOLDER)
  .filter((f) => f.endsWith('.onnx'))
  .map((f) => f.replace('.onnx', ''))
  .sort()
