/**
 * 8-bit nodes as ONNX: an 8-bit tensor of the graph is one there, and each node that computes reads it through DequantizeLinear
 * and writes it through QuantizeLinear ("QDQ"), so that a runtime may compute in float or put an integer kernel in their place.
 * Source: ONNX operator specifications, QuantizeLinear and DequantizeLinear (opset 13).
 */
import { hostTensor } from '../ir/tensor.ts'
import type { ConcatAttributes } from '../ops/concat/op.ts'
import type { Conv2dAttributes } from '../ops/conv2d/op.ts'
import type { GlobalPoolAttributes } from '../ops/globalPool/op.ts'
import type { LinearAttributes } from '../ops/linear/op.ts'
import type { Pool2dAttributes } from '../ops/pool2d/op.ts'
import type { Affine } from '../ops/quantized.ts'
import type { StoredShuffle } from '../ops/shuffle.ts'
import type { NodeScribe } from './onnx.ts'
import { active, shuffled, through } from './onnxEpilogue.ts'
import { activation, pool } from './onnxOps.ts'

type ByteEmitter = (s: NodeScribe) => void

const withAttributes =
  <A>(emit: (s: NodeScribe, attrs: A) => void): ByteEmitter =>
  (s) =>
    emit(s, s.node.attrs as unknown as A)

/** Of nodes with an 8-bit side, by kind; what moves bytes is written as in float. */
export const BYTE_EMITTERS: Readonly<Record<string, ByteEmitter>> = {
  quantize: withAttributes<Affine>((s, affine) => s.emit('QuantizeLinear', {}, [s.inputs[0] ?? '', ...scaleOf(s, 'output', affine)])),
  dequantize: withAttributes<Affine>((s, affine) => s.emit('DequantizeLinear', {}, [s.inputs[0] ?? '', ...scaleOf(s, 'input', affine)])),
  conv2d: withAttributes(convolution),
  pool2d: withAttributes<Pool2dAttributes>((s, attrs) => {
    const { quantized } = attrs
    if (!quantized) throw s.refuse('it has no ONNX form here')
    const x = real(s, 'input', 0, quantized.input)
    const pooled = through(s, [x], 'pooled', (inner) => pool(inner, attrs))
    written(s, active(s, pooled, attrs.activation), quantized.output)
  }),
  globalPool: withAttributes<GlobalPoolAttributes>((s, { mode, keepDims, quantized }) => {
    if (!quantized) throw s.refuse('it has no ONNX form here')
    const op = mode === 'max' ? 'GlobalMaxPool' : 'GlobalAveragePool'
    const x = real(s, 'input', 0, quantized)
    if (keepDims) s.emit(op, {}, [x])
    else s.emit('Flatten', { axis: 1 }, [s.between('pooled', op, [x])])
  }),
  linear: withAttributes<LinearAttributes>((s, { activation: fn, quantized }) => {
    if (!quantized) throw s.refuse('it has no ONNX form here')
    const bias = s.inputs[2] ? [s.inputs[2]] : []
    const product = s.between('product', 'Gemm', [real(s, 'input', 0, quantized.input), weights(s, quantized.weights), ...bias], { transB: 1 })
    activation({ ...s, inputs: [product], emit: (op, attributes, from = [product], to) => s.emit(op, attributes, from, to) }, fn)
  }),
  concat: withAttributes<ConcatAttributes>((s, { axis, shuffle }) => {
    if (!shuffle) s.emit('Concat', { axis })
    else shuffled({ ...s, inputs: [s.between('joined', 'Concat', s.inputs, { axis })] }, shuffle)
  }),
}

function convolution(s: NodeScribe, { kernel, stride, pad, dilation, groups, activation: fn, residual, shuffle, quantized }: Conv2dAttributes): void {
  if (!quantized) throw s.refuse('it has no ONNX form here')
  const x = real(s, 'input', 0, quantized.input)
  const steps = Float32Array.from(quantized.weights, (w) => w * quantized.input.scale)
  const bias = s.inputs[2] ? [s.between('bias', 'DequantizeLinear', [s.inputs[2], s.floats('biasScale', [steps.length], steps)], { axis: 0 })] : []
  const window = { kernel_shape: kernel, strides: stride, pads: pad, dilations: dilation, group: groups }
  let y = s.between('sums', 'Conv', [x, weights(s, quantized.weights), ...bias], window)
  if (residual) y = s.between('added', 'Add', [y, real(s, 'residual', 3, quantized.residual ?? quantized.output)])
  written(s, active(s, y, fn), quantized.output, shuffle)
}

/** The weights as float: one scale for each output channel. */
function weights(s: NodeScribe, scales: readonly number[]): string {
  return s.between('weight', 'DequantizeLinear', [s.inputs[1] ?? '', s.floats('weightScale', [scales.length], Float32Array.from(scales))], {
    axis: 0,
  })
}

function scaleOf(s: NodeScribe, part: string, { scale, zero }: Affine): [string, string] {
  return [s.scalar(`${part}Scale`, scale), s.value(`${part}Zero`, hostTensor([], Uint8Array.of(zero), 'u8'))]
}

/** An 8-bit input as float. */
function real(s: NodeScribe, part: string, index: number, affine: Affine): string {
  return s.between(part, 'DequantizeLinear', [s.inputs[index] ?? '', ...scaleOf(s, part, affine)])
}

/** A float result as the node's 8-bit output, shuffled where it is stored so. */
function written(s: NodeScribe, x: string, affine: Affine, shuffle: StoredShuffle | null = null): void {
  const from = [x, ...scaleOf(s, 'output', affine)]
  if (!shuffle) s.emit('QuantizeLinear', {}, from)
  else shuffled({ ...s, inputs: [s.between('bytes', 'QuantizeLinear', from)] }, shuffle)
}
