/** What this machine's Wasm can do, found by validating tiny modules. */

const MAGIC = [0, 97, 115, 109, 1, 0, 0, 0]
/** (func (result v128)) whose body is given. */
function module(body: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...MAGIC, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, body.length + 4, 1, body.length + 2, 0, ...body, 11])
}
const ZERO = [65, 0, 253, 17]

/**
 * How the relaxed dot product of bytes takes its second operand, which machines disagree on: as unsigned, as signed, or in a way
 * that loses bits ("none").
 */
export type ByteDot = 'unsigned' | 'signed' | 'none'

export interface WasmFeatures {
  readonly simd: boolean
  readonly relaxedSimd: boolean
  readonly byteDot: ByteDot
}

export function detectFeatures(): WasmFeatures {
  const simd = WebAssembly.validate(module(ZERO))
  // f32x4.relaxed_madd is opcode 0x105.
  const relaxedSimd = simd && WebAssembly.validate(module([...ZERO, ...ZERO, ...ZERO, 253, 133, 2]))
  return { simd, relaxedSimd, byteDot: relaxedSimd ? detectByteDot() : 'none' }
}

/** Weights and values of the four lanes of a trial: the greatest sums, where 16 bits do not hold a pair's, and a mixed one. */
const WEIGHTS = [127, 127, 127, 127, -127, -127, -127, -127, 127, 127, -127, -127, 1, 2, 3, 4]
const VALUES = [255, 255, 255, 255, 255, 255, 255, 255, 128, 129, 200, 3, 127, 128, 254, 255]

function detectByteDot(): ByteDot {
  const sums = [0, 1, 2, 3].map(trialLane)
  const expected = (value: (x: number) => number): number[] =>
    [0, 4, 8, 12].map((at) => [0, 1, 2, 3].reduce((sum, i) => sum + (WEIGHTS[at + i] ?? 0) * value(VALUES[at + i] ?? 0), 0))
  const equals = (other: readonly number[]): boolean => sums.every((sum, i) => sum === other[i])
  if (equals(expected((x) => x))) return 'unsigned'
  return equals(expected((x) => (x < 128 ? x : x - 256))) ? 'signed' : 'none'
}

/** (func (export "f") (result i32)): i32x4.relaxed_dot_i8x16_i7x16_add_s (opcode 0x113) of the trial, one lane of it. */
function trialLane(lane: number): number {
  const constant = (bytes: readonly number[]): number[] => [253, 12, ...bytes.map((b) => b & 255)]
  const body = [0, ...constant(WEIGHTS), ...constant(VALUES), ...constant(new Array<number>(16).fill(0)), 253, 147, 2, 253, 27, lane, 11]
  const bytes = Uint8Array.from([...MAGIC, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, body.length + 2, 1, body.length, ...body])
  try {
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports
    return typeof f === 'function' ? Number(f()) : Number.NaN
  } catch {
    // An engine that knows relaxed multiply-add need not know this.
    return Number.NaN
  }
}

const BY_DOT: Readonly<Record<ByteDot, string>> = {
  unsigned: 'kernels-relaxed-dot.wasm',
  signed: 'kernels-relaxed-signed-dot.wasm',
  none: 'kernels-relaxed.wasm',
}

/** All builds of the kernels. */
export const KERNEL_FILES: readonly string[] = ['kernels.wasm', ...Object.values(BY_DOT)]

/** File of the build that runs best here, and its name in traces. Undefined where Wasm has no SIMD at all. */
export function bestBuild(features: WasmFeatures = detectFeatures()): { file: string; backend: string } | undefined {
  if (features.relaxedSimd) return { file: BY_DOT[features.byteDot], backend: 'wasm-relaxed-simd' }
  return features.simd ? { file: 'kernels.wasm', backend: 'wasm-simd' } : undefined
}
