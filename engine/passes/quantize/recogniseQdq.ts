/**
 * Layers that stand between dequantized inputs and the quantization of their results compute in 8 bits: the pattern ("QDQ") by
 * which files of other tools say so. What does not fit stays as it is, in floats between the same roundings.
 */
import { constantIn, type GraphEdit } from '../../ir/edit.ts'
import { NONE, type Node, type TensorId } from '../../ir/graph.ts'
import { fact, type HostTensor, hostTensor, sizeOf } from '../../ir/tensor.ts'
import type { Activation } from '../../ops/activationFunction.ts'
import { concat } from '../../ops/concat/op.ts'
import { conv2d } from '../../ops/conv2d/op.ts'
import { dequantize } from '../../ops/dequantize/op.ts'
import { globalPool } from '../../ops/globalPool/op.ts'
import { linear } from '../../ops/linear/op.ts'
import { pool2d } from '../../ops/pool2d/op.ts'
import { quantize } from '../../ops/quantize/op.ts'
import type { Affine, Quantized } from '../../ops/quantized.ts'
import { split } from '../../ops/split/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, output, shapeOf } from '../recognise/match.ts'
import { sameAffine, staysRounded } from '../recognise/repeatedRounding.ts'
import { LARGEST_BIAS, LARGEST_WEIGHT, MOST_PRODUCTS, turned } from './weights.ts'

/** Output channels that a quantized convolution may have. */
const MOST_CHANNELS = 65536
/** A bias that was dequantized to f32 may have grown by its rounding. */
const ROUNDED = 1 + 2 ** -20

/** An 8-bit tensor and what it stands for. */
interface Bytes {
  readonly id: TensorId
  readonly affine: Affine
}

export const recogniseQdq: Pass = {
  name: 'recognise 8-bit layers',
  run(edit) {
    for (const node of edit) {
      if (node.op === 'conv2d') convolution(edit, node)
      else if (node.op === 'pool2d') pooling(edit, node)
      else if (node.op === 'globalPool') globalPooling(edit, node)
      else if (node.op === 'linear') fullyConnected(edit, node)
      else if (moves(node)) move(edit, node, node.attrs)
    }
  },
}

/** What an f32 tensor was dequantized from: a map, or what else has `rank` axes. */
function bytesOf(edit: GraphEdit, id: TensorId, rank = 4): Bytes | undefined {
  const producer = id === NONE ? undefined : edit.producer(id)
  const affine = asOp(dequantize, producer)
  return producer && affine && shapeOf(edit, id).length === rank ? { id: input(producer), affine } : undefined
}

/** The quantizations that read a tensor, where nothing else does and they are the same. */
function quantizations(edit: GraphEdit, id: TensorId): { readonly nodes: readonly Node[]; readonly affine: Affine } | undefined {
  const nodes = edit.consumers(id)
  const [affine, ...others] = nodes.map((n) => asOp(quantize, n))
  if (!affine || edit.isOutput(id) || others.some((o) => !o || !sameAffine(o, affine))) return undefined
  if (nodes.slice(1).some((n) => edit.isOutput(output(n)))) return undefined
  return { nodes, affine }
}

/** Puts an 8-bit node in place of a float one and the quantizations of its result. */
function replace(edit: GraphEdit, node: Node, attrs: Node['attrs'], inputs: readonly TensorId[], readers: readonly Node[]): void {
  const [first, ...others] = readers
  if (!first) return
  const made = output(first)
  for (const other of others) edit.redirect(output(other), made)
  edit.replace([node, first], { op: node.op, name: node.name, attrs, inputs, outputs: [made] })
}

function convolution(edit: GraphEdit, node: Node): void {
  const attrs = asOp(conv2d, node)
  const x = bytesOf(edit, input(node))
  const to = quantizations(edit, output(node))
  if (!attrs || attrs.quantized || !x || !to || !hasByteForm(attrs.activation)) return
  const r = attrs.residual ? bytesOf(edit, input(node, 3)) : undefined
  const weight = constantIn(edit, input(node, 1))
  const grid = weight && onGrid(weight, edit.tensor(input(node, 1)).scales)
  const bias = constantIn(edit, input(node, 2))
  if (!grid || (attrs.residual && !r) || (input(node, 2) !== NONE && !bias)) return
  const steps = bias && Array.from(bias.data, (v, c) => Math.round(v / (x.affine.scale * (grid.scales[c] ?? 1))))
  if (steps?.some((v) => !(Math.abs(v) <= LARGEST_BIAS * ROUNDED))) return
  const quantized: Quantized = { input: x.affine, weights: grid.scales, residual: r?.affine ?? null, output: to.affine }
  const inputs = [
    x.id,
    edit.constant(`${node.name}.weight.quantized`, grid.values),
    steps
      ? edit.constant(
          `${node.name}.bias.quantized`,
          hostTensor(
            [steps.length],
            Int32Array.from(steps, (v) => Math.max(-LARGEST_BIAS, Math.min(LARGEST_BIAS, v))),
            'i32',
          ),
        )
      : NONE,
    ...(r ? [r.id] : []),
  ]
  replace(edit, node, { ...node.attrs, quantized }, inputs, to.nodes)
}

function pooling(edit: GraphEdit, node: Node): void {
  const attrs = asOp(pool2d, node)
  const x = bytesOf(edit, input(node))
  if (!attrs || attrs.quantized || !x || !hasByteForm(attrs.activation)) return
  const to = quantizations(edit, output(node))
  if (to) replace(edit, node, { ...node.attrs, quantized: { input: x.affine, output: to.affine } }, [x.id], to.nodes)
  // The largest of some values is one of them.
  else if (attrs.mode === 'max' && staysRounded(attrs.activation))
    move(edit, node, { ...node.attrs, quantized: { input: x.affine, output: x.affine } })
}

function globalPooling(edit: GraphEdit, node: Node): void {
  const attrs = asOp(globalPool, node)
  const x = bytesOf(edit, input(node))
  if (attrs && !attrs.quantized && x) edit.update(node, { attrs: { ...node.attrs, quantized: x.affine }, inputs: [x.id] })
}

function fullyConnected(edit: GraphEdit, node: Node): void {
  const attrs = asOp(linear, node)
  if (!attrs || attrs.quantized || !hasByteForm(attrs.activation)) return
  const direct = bytesOf(edit, input(node), 2)
  const map = direct ? undefined : mapBehind(edit, input(node))
  // Before the weights are looked at, which may be many.
  if (!direct && !map) return
  const lying = constantIn(edit, input(node, 1))
  const { scales } = edit.tensor(input(node, 1))
  const { transposed, ...own } = attrs
  // Scales along the axis that is turned away are none of outputs.
  const grid = lying && (transposed ? onGrid(turned(lying), scales?.length === 1 ? scales : undefined) : onGrid(lying, scales))
  const x = grid && (direct ?? (map && flatBytes(edit, node, map)))
  if (!x) return
  const weight = edit.constant(`${node.name}.weight.quantized`, grid.values)
  const quantized = { input: x.affine, weights: grid.scales }
  edit.update(node, { attrs: { ...own, quantized } as never, inputs: [x.id, weight, ...node.inputs.slice(2)] })
}

/** What a map was dequantized from that an f32 tensor is a reshape of. */
function mapBehind(edit: GraphEdit, flat: TensorId): Bytes | undefined {
  const reshape = edit.producer(flat)
  return reshape && RESHAPES.has(reshape.op) ? bytesOf(edit, input(reshape)) : undefined
}

/** The reshaped values lie on the scale's steps, to which they are rounded once more. */
function flatBytes(edit: GraphEdit, node: Node, map: Bytes): Bytes {
  const flat = input(node)
  const name = `${edit.tensor(flat).name}.quantized`
  const id = edit.newTensor(name, fact(shapeOf(edit, flat), 'u8'))
  edit.add(node, { op: 'quantize', name, attrs: { ...map.affine }, inputs: [flat], outputs: [id] })
  return { id, affine: map.affine }
}

const RESHAPES = new Set(['flatten', 'reshape', 'squeeze'])

const hasByteForm = (activation: Activation): boolean => activation.kind === 'none' || activation.kind === 'clip'

/** Ops whose kernels move 8-bit channels. */
function moves(node: Node): boolean {
  const joined = asOp(concat, node)
  return node.op === 'channelShuffle' || asOp(split, node)?.axis === 1 || (joined?.axis === 1 && joined.activation.kind === 'none')
}

/** Moves bytes, and dequantizes them behind that, where they were dequantized by one scale before. */
function move(edit: GraphEdit, node: Node, attrs: Node['attrs']): void {
  const from = node.inputs.map((id) => bytesOf(edit, id))
  const [first] = from
  if (!first || from.some((b) => !b || !sameAffine(b.affine, first.affine))) return
  const moved = node.outputs.map((id) => {
    const { name, fact: own } = edit.tensor(id)
    return edit.newTensor(`${name}.quantized`, fact(own.shape, 'u8', own.layout))
  })
  const inputs = from.map((b) => b?.id ?? NONE)
  const { outputs } = node
  const made = edit.update(node, { attrs, inputs, outputs: moved })
  outputs.forEach((id, i) => {
    edit.add(made, {
      op: 'dequantize',
      name: `${edit.tensor(id).name}.dequantized`,
      attrs: { ...first.affine },
      inputs: [moved[i] ?? NONE],
      outputs: [id],
    })
  })
}

/**
 * Weights as integers of -127 to 127 and the scale of each output channel, where they are such a product to the last bit. `known`:
 * the scales of the file, of each channel or of all. Of others that give the same floats the finest is taken.
 */
function onGrid(
  { shape, data }: HostTensor,
  known: readonly number[] = [],
): { readonly values: HostTensor; readonly scales: readonly number[] } | undefined {
  const values = new Int8Array(data.length)
  const scales: number[] = []
  const length = sizeOf(shape.slice(1))
  if (length > MOST_PRODUCTS || (shape[0] ?? 0) > MOST_CHANNELS) return undefined
  for (let at = 0; at < data.length; at += length) {
    const own = data.subarray(at, at + length)
    const scale = scaleOf(own, known[at / length] ?? known[0])
    if (scale === undefined) return undefined
    scales.push(scale)
    own.forEach((w, i) => {
      values[at + i] = Math.round(w / scale)
    })
  }
  return { values: hostTensor(shape, values, 'i8'), scales }
}

function scaleOf(weights: HostTensor['data'], known: number | undefined): number | undefined {
  let largest = 0
  for (const w of weights) largest = Math.max(largest, Math.abs(w))
  if (!Number.isFinite(largest)) return undefined
  if (largest === 0) return known !== undefined && known > 0 ? known : 1
  const isScale = (s: number): boolean =>
    s > 0 && largest / s < LARGEST_WEIGHT + 0.5 && weights.every((w: number) => Math.fround(Math.round(w / s) * s) === w)
  if (known !== undefined && isScale(known)) return known
  for (let most = LARGEST_WEIGHT; most >= 1; most--) {
    // The product was rounded to f32, so that the quotient may be one of its neighbours.
    const near = largest / most
    for (const s of [near, near * (1 - 2 ** -24), near * (1 + 2 ** -24)].map(Math.fround)) if (isScale(s)) return s
  }
  return undefined
}
