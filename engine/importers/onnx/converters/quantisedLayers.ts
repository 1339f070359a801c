/**
 * Layers that read and write 8-bit data themselves become what QuantizeLinear and DequantizeLinear around the float layer say.
 * Source: ONNX operator specification, QLinearConv; onnxruntime's of its own operators (domain com.microsoft).
 */
import { NONE, type TensorId } from '../../../ir/graph.ts'
import type { HostTensor } from '../../../ir/tensor.ts'
import type { Converter, Converters, NodeContext } from '../context.ts'
import { elementwise } from './elementwise.ts'
import { products } from './products.ts'
import { quantisation } from './quantisation.ts'
import { shapes } from './shapes.ts'
import { windows } from './windows.ts'

/** Inputs `at`, its scale and its zero point, in floats. `axis`: of a scale for each index of it. */
function dequantized(node: NodeContext, at: number, word: string, axis = 1): TensorId {
  const inputs = [node.input(at), node.input(at + 1, 'scale'), node.optional(at + 2)]
  return only(node, quantisation.DequantizeLinear(node.part(word, inputs, axis)))
}

/** In 8 bits, by the scale and the zero point at `at`. */
function quantized(node: NodeContext, value: TensorId, at: number): TensorId[] {
  const inputs = [value, node.input(at, 'scale of its output'), node.optional(at + 1)]
  return [only(node, quantisation.QuantizeLinear(node.part('quantize', inputs, undefined, node.onnx.outputs)))]
}

function only(node: NodeContext, [id]: readonly TensorId[]): TensorId {
  if (id === undefined) throw node.misuse('it has no output')
  return id
}

/** A bias in steps of input times weight. `scales`: inputs that hold those of the two. */
function bias(node: NodeContext, at: number, scales: readonly [number, number], factor = 1): TensorId {
  const value = node.constantInput(at, 'bias')
  const [x, w] = scales.map((i) => node.constantInput(i, 'scale')) as [HostTensor | undefined, HostTensor | undefined]
  if (!value || !x || !w) return NONE
  const data = Float32Array.from(
    value.data,
    (v, i) => v * (x.data[0] ?? 0) * ((w.data.length === 1 ? w.data[0] : w.data[i % w.data.length]) ?? 0) * factor,
  )
  return node.constant('bias', { dtype: 'f32', shape: value.shape, data })
}

function conv(node: NodeContext): TensorId[] {
  const inputs = [dequantized(node, 0, 'input'), dequantized(node, 3, 'weight', 0), bias(node, 8, [1, 4])]
  return quantized(node, only(node, windows.Conv(node.part('', inputs))), 6)
}

function gemm(node: NodeContext): TensorId[] {
  const transposed = node.int('transB', 0) !== 0
  const inputs = [dequantized(node, 0, 'input'), dequantized(node, 3, 'weight', transposed ? 0 : 1), bias(node, 6, [1, 4], node.float('alpha', 1))]
  const product = only(node, products.Gemm(node.part('', inputs)))
  return node.optional(7) === NONE ? [product] : quantized(node, product, 7)
}

/** Of one input, with the float layer's attributes. */
const pooled =
  (layer: Converter): Converter =>
  (node) =>
    quantized(node, only(node, layer(node.part('', [dequantized(node, 0, 'input')]))), 3)

function sum(node: NodeContext): TensorId[] {
  return quantized(node, only(node, elementwise.Add(node.part('', [dequantized(node, 0, 'first'), dequantized(node, 3, 'second')]))), 6)
}

/** The output's scale and zero point come first. */
function concat(node: NodeContext): TensorId[] {
  const parts = Array.from({ length: Math.floor((node.inputs.length - 2) / 3) }, (_, i) => dequantized(node, 2 + 3 * i, `part${i}`))
  return quantized(node, only(node, shapes.Concat(node.part('', parts))), 0)
}

export const quantisedLayers = {
  QLinearConv: conv,
  'com.microsoft.QGemm': gemm,
  'com.microsoft.QLinearAdd': sum,
  'com.microsoft.QLinearAveragePool': pooled(windows.AveragePool),
  'com.microsoft.QLinearConcat': concat,
  'com.microsoft.QLinearGlobalAveragePool': pooled(windows.GlobalAveragePool),
} satisfies Converters
