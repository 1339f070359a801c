/** The TensorFlow Lite files of test/fixtures/tflite with what TensorFlow and its interpreter computed for them. Maps are NCHW. */
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { HostTensor } from '../../../../engine/ir/tensor.ts'
import { type Computed, type Packed, unpack } from '../computed.ts'

const FOLDER = resolve(import.meta.dirname, '../../../fixtures/tflite')

export interface Fixture extends Computed {
  readonly name: string
  readonly bytes: Uint8Array
  /** In floats; of a quantised model with its weights dequantised. */
  readonly outputs: readonly HostTensor[]
  /** Of a quantised model: what the interpreter makes of it in 8 bits, as floats, and the step of each output (0: a float). */
  readonly quantised: readonly HostTensor[] | undefined
  readonly steps: readonly number[]
}

export function fixture(name: string): Fixture {
  const json: { inputs: Packed[]; outputs: Packed[]; quantised?: Packed[]; steps?: number[] } = JSON.parse(
    readFileSync(resolve(FOLDER, `${name}.json`), 'utf8'),
  )
  return {
    name,
    bytes: new Uint8Array(readFileSync(resolve(FOLDER, `${name}.tflite`))),
    inputs: json.inputs.map(unpack),
    outputs: json.outputs.map(unpack),
    quantised: json.quantised?.map(unpack),
    steps: json.steps ?? [],
  }
}

export const FIXTURES: readonly string[] = readdirSync(FOLDER)
  .filter((f) => f.endsWith('.tflite'))
  .map((f) => f.replace('.tflite', ''))
  .sort()

/** Height and width for the files that leave them open. */
export function sizeFor(name: string): { inputSize?: readonly [number, number] } {
  return name.startsWith('open') ? { inputSize: [16, 16] } : {}
}
