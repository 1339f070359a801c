/** Comparisons of constants, choices between them, remainders, as exporters write them into shape arithmetic. Source: ONNX operator specification. */
import { allocate, type DType, type HostTensor, sizeOf } from '../../../ir/tensor.ts'
import { broadcastShape, broadcastStrides, walk } from '../../../ops/shared.ts'
import type { Converter, Converters, NodeContext } from '../context.ts'

/** No shape has as many axes, and no mask as many entries. */
const MOST = 1 << 16

function constantsOf(node: NodeContext, count: number): HostTensor[] {
  return Array.from({ length: count }, (_, i) => {
    const value = node.constantInput(i, `input ${i}`)
    if (!value) throw node.misuse(`its input ${i} is missing`)
    return value
  })
}

const elementwise =
  (count: number, dtypeOf: (inputs: readonly HostTensor[]) => DType, fn: (...x: number[]) => number | boolean): Converter =>
  (node) => {
    const inputs = constantsOf(node, count)
    const shape = inputs.reduce<readonly number[]>((s, t) => broadcastShape(s, t.shape, node.name), [])
    const size = sizeOf(shape)
    if (size > MOST) throw node.refuse(`it compares ${size} constants`, 'Export the model without it')
    const dtype = dtypeOf(inputs)
    const data = allocate(dtype, size)
    const columns = inputs.map((t) => {
      const at = new Int32Array(size)
      walk(shape, broadcastStrides(t.shape, shape), 0, (to, from) => {
        at[to] = from
      })
      return at
    })
    for (let i = 0; i < size; i++) data[i] = Number(fn(...inputs.map((t, k) => Number(t.data[columns[k]?.[i] ?? 0]))))
    return [node.constant('result', { dtype, shape, data })]
  }

const bool = (): DType => 'bool'

export const logic = {
  Equal: elementwise(2, bool, (a = 0, b = 0) => a === b),
  Greater: elementwise(2, bool, (a = 0, b = 0) => a > b),
  Less: elementwise(2, bool, (a = 0, b = 0) => a < b),
  GreaterOrEqual: elementwise(2, bool, (a = 0, b = 0) => a >= b),
  LessOrEqual: elementwise(2, bool, (a = 0, b = 0) => a <= b),
  /** The remainder has the sign of the divisor, or with `fmod` that of what is divided. */
  Mod: (node) => {
    const ofDividend = node.int('fmod', 0) !== 0
    return elementwise(
      2,
      ([a]) => a?.dtype ?? 'i64',
      (a = 0, b = 1) => (ofDividend ? a % b : a - b * Math.floor(a / b)),
    )(node)
  },
  Not: elementwise(1, bool, (a) => a === 0),
  And: elementwise(2, bool, (a, b) => a !== 0 && b !== 0),
  Or: elementwise(2, bool, (a, b) => a !== 0 || b !== 0),
  Where: elementwise(
    3,
    ([, x]) => x?.dtype ?? 'f32',
    (condition, a = 0, b = 0) => (condition !== 0 ? a : b),
  ),
} satisfies Converters
