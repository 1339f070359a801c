/** What this machine's Wasm can do, found by validating tiny modules. */

const MAGIC = [0, 97, 115, 109, 1, 0, 0, 0]
/** (func (result v128)) whose body is given. */
function module(body: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...MAGIC, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, body.length + 4, 1, body.length + 2, 0, ...body, 11])
}
const ZERO = [65, 0, 253, 17]

export interface WasmFeatures {
  readonly simd: boolean
  readonly relaxedSimd: boolean
}

export function detectFeatures(): WasmFeatures {
  const simd = WebAssembly.validate(module(ZERO))
  // f32x4.relaxed_madd is opcode 0x105.
  const relaxedSimd = simd && WebAssembly.validate(module([...ZERO, ...ZERO, ...ZERO, 253, 133, 2]))
  return { simd, relaxedSimd }
}

/** File of the build that runs best here, and its name in traces. Undefined where Wasm has no SIMD at all. */
export function bestBuild(features: WasmFeatures = detectFeatures()): { file: string; backend: string } | undefined {
  if (features.relaxedSimd) return { file: 'kernels-relaxed.wasm', backend: 'wasm-relaxed-simd' }
  return features.simd ? { file: 'kernels.wasm', backend: 'wasm-simd' } : undefined
}
