/**
 * Makes the quantized stage of a fused graph: convolutions and poolings in 8 bits, what moves channels along with them, and
 * conversions where float begins and ends.
 */
import { checkGraph } from '../../ir/check.ts'
import { constantOf, type Graph, NONE, type Node, producers, type Tensor, type TensorId, tensorOf } from '../../ir/graph.ts'
import { type DType, fact, type HostTensor, hostTensor } from '../../ir/tensor.ts'
import { type Conv2dAttributes, conv2d } from '../../ops/conv2d/op.ts'
import { type GlobalPoolAttributes, globalPool } from '../../ops/globalPool/op.ts'
import { type LinearAttributes, linear } from '../../ops/linear/op.ts'
import { attrsOf } from '../../ops/op.ts'
import { type Pool2dAttributes, pool2d } from '../../ops/pool2d/op.ts'
import { type Affine, LARGEST_MULTIPLE, type Quantized } from '../../ops/quantized.ts'
import { OPS } from '../../ops/registry.ts'
import type { Correlation } from './correlation.ts'
import { affineOf, EMPTY, joined, type Range, shortScale } from './ranges.ts'
import { feedback, roundRow } from './rounding.ts'
import { EXACT_BIAS, LARGEST_BIAS, LARGEST_WEIGHT, turned } from './weights.ts'

export interface QuantizeOptions {
  /** Nodes that stay in float, by name. */
  readonly float?: ReadonlySet<string>
  /**
   * Mean of each channel of the tensors, over photos: with these, biases make up for what rounding the weights adds to each
   * output on average. Source: Nagel et al., arXiv:1906.04721, section 4.2, with means that were measured.
   */
  readonly means?: ReadonlyMap<TensorId, Float64Array>
  /** By node id: with these, weights are rounded so that errors cancel on what photos make; see rounding.ts. */
  readonly correlations?: ReadonlyMap<number, Correlation>
  /**
   * By node and the scales that its weights depend on: filled as they are rounded, and read where the same are made again with other
   * nodes in float. For one graph and one set of correlations.
   */
  readonly rounded?: Map<string, RoundedWeights>
}

/** Integers in the weights' own shape, and the scale of each output channel. */
export interface RoundedWeights {
  readonly values: HostTensor
  readonly scales: readonly number[]
}

/** Tensors whose ranges `quantize` wants: everything that may become 8-bit. */
export function observedTensors(graph: Graph): TensorId[] {
  const of = new Set<TensorId>()
  for (const node of graph.nodes)
    if (isCore(graph, node, new Set()) || isTransparent(node))
      for (const id of [...node.inputs, ...node.outputs]) if (isObserved(graph, node, id)) of.add(id)
  return [...of]
}

/** Feature maps, and the vectors that fully connected layers read. */
function isObserved(graph: Graph, node: Node, id: TensorId): boolean {
  if (id === NONE || tensorOf(graph, id).data) return false
  return tensorOf(graph, id).fact.shape.length === 4 || (node.op === 'linear' && id === node.inputs[0])
}

/** Whether any of it computes in 8 bits, or is rounded to them. */
export function isQuantized(graph: Graph): boolean {
  return graph.nodes.some((n) => n.attrs.quantized || n.op === 'quantize')
}

/** `ranges`: of the tensors above, over photos. A tensor without one keeps its nodes in float. */
export function quantizeGraph(graph: Graph, ranges: ReadonlyMap<TensorId, Range>, options: QuantizeOptions = {}): Graph {
  const made = new Quantizer(graph, ranges, options).run()
  checkGraph(made, OPS, 'quantization')
  return made
}

/** Nodes that `quantizeGraph` would give 8-bit arithmetic: convolutions, poolings and fully connected layers with the ranges they need. */
export function quantizableNodes(graph: Graph, ranges: ReadonlyMap<TensorId, Range>, float: ReadonlySet<string> = new Set()): Node[] {
  return graph.nodes.filter((n) => isCore(graph, n, float) && isCovered(n, ranges))
}

/** Ops that compute: they read one 8-bit tensor and write another with a scale of its own. */
function isCore(graph: Graph, node: Node, float: ReadonlySet<string>): boolean {
  if (float.has(node.name)) return false
  if (node.op === 'globalPool') return true
  if (node.op === 'pool2d') return hasByteForm(attrsOf(pool2d, node.attrs).activation.kind)
  if (node.op === 'linear') return isByteLinear(graph, node)
  if (node.op !== 'conv2d') return false
  const attrs = attrsOf(conv2d, node.attrs)
  const [x = NONE, w = NONE, b = NONE, r = NONE] = node.inputs
  return (
    hasByteForm(attrs.activation.kind) &&
    constantOf(graph, w) !== undefined &&
    (b === NONE || constantOf(graph, b) !== undefined) &&
    !tensorOf(graph, x).data &&
    (!attrs.residual || !tensorOf(graph, r).data)
  )
}

function isByteLinear(graph: Graph, node: Node): boolean {
  const [x = NONE, w = NONE, b = NONE] = node.inputs
  const constants = constantOf(graph, w) !== undefined && (b === NONE || constantOf(graph, b) !== undefined)
  return hasByteForm(attrsOf(linear, node.attrs).activation.kind) && constants && !tensorOf(graph, x).data
}

function isCovered(node: Node, ranges: ReadonlyMap<TensorId, Range>): boolean {
  const [x = NONE, , , r = NONE] = node.inputs
  const used = givesFloat(node.op) ? [x] : [x, ...(node.op === 'conv2d' && r !== NONE ? [r] : []), ...node.outputs]
  return used.every((id) => ranges.has(id))
}

/** Ops of which the output is float, whatever the input. */
const givesFloat = (op: string): boolean => op === 'globalPool' || op === 'linear'

const hasByteForm = (activation: string): boolean => activation === 'none' || activation === 'clip'

/** Ops that move values: all sides have one scale. */
function isTransparent(node: Node): boolean {
  if (node.op === 'channelShuffle') return true
  const { axis, activation } = node.attrs as { axis?: number; activation?: { kind: string } }
  return (node.op === 'concat' && activation?.kind === 'none' && axis === 1) || (node.op === 'split' && axis === 1)
}

class Quantizer {
  private readonly nodes: Node[] = []
  private readonly tensors: Map<TensorId, Tensor>
  private readonly quantized = new Set<number>()
  private readonly parents = new Map<TensorId, TensorId>()
  private readonly converted = new Map<string, TensorId>()
  private readonly affines = new Map<TensorId, Affine>()
  private nextTensor: number
  private nextNode: number

  constructor(
    private readonly graph: Graph,
    private readonly ranges: ReadonlyMap<TensorId, Range>,
    private readonly options: QuantizeOptions,
  ) {
    this.tensors = new Map(graph.tensors)
    this.nextTensor = Math.max(-1, ...graph.tensors.keys()) + 1
    this.nextNode = Math.max(-1, ...graph.nodes.map((n) => n.id)) + 1
  }

  run(): Graph {
    this.choose()
    for (const node of this.graph.nodes) {
      if (!this.quantized.has(node.id)) this.nodes.push({ ...node, inputs: node.inputs.map((id) => this.as('f32', id, node)) })
      else if (isTransparent(node)) this.move(node)
      else this.compute(node)
    }
    const last = this.graph.nodes.at(-1)
    const outputs = this.graph.outputs.map((id) => (last ? this.as('f32', id, last) : id))
    return { ...this.graph, tensors: this.used(outputs), nodes: this.nodes, outputs }
  }

  /** Without the float weights that 8-bit ones took the place of. */
  private used(outputs: readonly TensorId[]): Map<TensorId, Tensor> {
    const ids = new Set([...this.graph.inputs, ...outputs, ...this.nodes.flatMap((n) => [...n.inputs, ...n.outputs])])
    return new Map([...this.tensors].filter(([id]) => ids.has(id)))
  }

  /** Which nodes go to 8 bits, and which tensors then share a scale. */
  private choose(): void {
    const producerOf = producers(this.graph)
    const isMade = (id: TensorId): boolean => {
      const producer = producerOf.get(id)
      return producer !== undefined && this.quantized.has(producer.id) && !givesFloat(producer.op)
    }
    for (const node of this.graph.nodes) {
      const core = isCore(this.graph, node, this.options.float ?? new Set()) && isCovered(node, this.ranges)
      const moved = isTransparent(node) && node.inputs.every(isMade)
      if (!core && !moved) continue
      this.quantized.add(node.id)
      const sharing = moved ? [...node.inputs, ...node.outputs] : isMaximum(node) ? [node.inputs[0] ?? NONE, ...node.outputs] : []
      for (const id of sharing) this.join(id, sharing[0] ?? NONE)
    }
  }

  private root(id: TensorId): TensorId {
    let at = id
    for (let next = this.parents.get(at); next !== undefined && next !== at; next = this.parents.get(at)) at = next
    return at
  }

  private join(a: TensorId, b: TensorId): void {
    this.parents.set(this.root(a), this.root(b))
  }

  private affine(id: TensorId): Affine {
    const root = this.root(id)
    const known = this.affines.get(root)
    if (known) return known
    let range = EMPTY
    for (const [other, own] of this.ranges) if (this.root(other) === root) range = joined(range, own)
    const affine = affineOf(range)
    this.affines.set(root, affine)
    return affine
  }

  /** The tensor as `dtype`: itself, or what a conversion makes of it in front of `reader`. */
  private as(dtype: 'f32' | 'u8', id: TensorId, reader: Node): TensorId {
    if (id === NONE) return id
    const { fact: own, data, name } = this.tensors.get(id) ?? tensorOf(this.graph, id)
    if (data || own.dtype === dtype || (own.dtype !== 'f32' && own.dtype !== 'u8')) return id
    const key = `${dtype}:${id}`
    const known = this.converted.get(key)
    if (known !== undefined) return known
    const out = this.nextTensor++
    const title = `${name}.${dtype === 'u8' ? 'quantized' : 'dequantized'}`
    this.tensors.set(out, { id: out, name: title, fact: fact(own.shape, dtype, own.layout) })
    const op = dtype === 'u8' ? 'quantize' : 'dequantize'
    this.nodes.push({
      id: this.nextNode++,
      op,
      name: title,
      attrs: { ...this.affine(id) },
      inputs: [id],
      outputs: [out],
      sources: [],
      scope: reader.scope,
    })
    this.converted.set(key, out)
    return out
  }

  private constant(name: string, value: HostTensor): TensorId {
    const id = this.nextTensor++
    this.tensors.set(id, { id, name, fact: fact(value.shape, value.dtype), data: value.data })
    return id
  }

  private setType(id: TensorId, dtype: DType): void {
    const tensor = this.tensors.get(id)
    if (tensor) this.tensors.set(id, { ...tensor, fact: { ...tensor.fact, dtype } })
  }

  private move(node: Node): void {
    this.nodes.push({ ...node, inputs: node.inputs.map((id) => this.as('u8', id, node)) })
    for (const id of node.outputs) this.setType(id, 'u8')
  }

  private rounded(node: Node, weight: HostTensor, input: Affine, options: WeightOptions = {}): RoundedWeights {
    const key = `${node.id} ${input.scale} ${options.whole}`
    const bias = constantOf(this.graph, node.inputs[2] ?? NONE)?.data
    const least = (c: number): number => Math.abs(bias?.[c] ?? 0) / (input.scale * EXACT_BIAS)
    // A fully connected layer adds its bias in f32.
    const made = this.options.rounded?.get(key) ?? quantizedWeights(weight, node.op === 'linear' ? options : { ...options, least })
    this.options.rounded?.set(key, made)
    return made
  }

  /** The float bias, less what the rounding of weights adds on average. */
  private biasOf(groups: number, x: TensorId, b: TensorId, weight: HostTensor, values: HostTensor, scales: readonly number[]): Float64Array {
    const own = constantOf(this.graph, b)
    const bias = Float64Array.from(scales, (_, c) => Number(own?.data[c] ?? 0))
    const means = this.options.means?.get(x)
    if (!means) return bias
    const [channels = 0, perIn = 0, kh = 1, kw = 1] = weight.shape
    const perOut = channels / groups
    return bias.map((value, c) => {
      const first = Math.floor(c / perOut) * perIn
      let added = 0
      for (let k = 0; k < perIn; k++)
        for (let t = 0; t < kh * kw; t++) {
          const i = (c * perIn + k) * kh * kw + t
          added += ((values.data[i] ?? 0) * (scales[c] ?? 1) - (weight.data[i] ?? 0)) * (means[first + k] ?? 0)
        }
      return value - added
    })
  }

  private compute(node: Node): void {
    const [x = NONE, w = NONE, b = NONE, r = NONE] = node.inputs
    const [y = NONE] = node.outputs
    const input = this.affine(x)
    if (node.op === 'globalPool') {
      const attrs: GlobalPoolAttributes = { ...attrsOf(globalPool, node.attrs), quantized: input }
      this.nodes.push({ ...node, attrs: { ...attrs }, inputs: [this.as('u8', x, node)] })
      return
    }
    if (node.op === 'linear') {
      const { transposed, ...own } = attrsOf(linear, node.attrs)
      const lying = constantOf(this.graph, w)
      if (!lying) return
      const weight = transposed ? turned(lying) : lying
      const { values, scales } = this.rounded(node, weight, input)
      const attrs: LinearAttributes = { ...own, quantized: { input, weights: scales } }
      const bias = Float32Array.from(this.biasOf(1, x, b, weight, values, scales))
      const constants = [this.constant(`${node.name}.weight.quantized`, values), this.constant(`${node.name}.bias`, hostTensor([bias.length], bias))]
      this.nodes.push({ ...node, attrs: { ...attrs } as never, inputs: [this.as('u8', x, node), ...constants] })
      return
    }
    const output = this.affine(y)
    if (node.op === 'pool2d') {
      const attrs: Pool2dAttributes = { ...attrsOf(pool2d, node.attrs), quantized: { input, output } }
      this.nodes.push({ ...node, attrs: { ...attrs }, inputs: [this.as('u8', x, node)] })
    } else {
      const attrs = attrsOf(conv2d, node.attrs)
      const weight = constantOf(this.graph, w)
      if (!weight) return
      const residual = attrs.residual ? this.affine(r) : null
      const { values, scales } = this.rounded(node, weight, input, {
        correlation: this.options.correlations?.get(node.id),
        whole: residual ? residual.scale / input.scale : undefined,
      })
      const quantized: Quantized = { input, weights: scales, residual, output }
      const next: Conv2dAttributes = { ...attrs, quantized }
      const bias = this.biasOf(attrs.groups, x, b, weight, values, scales)
      const inputs = [
        this.as('u8', x, node),
        this.constant(`${node.name}.weight.quantized`, values),
        this.constant(`${node.name}.bias.quantized`, quantizedBias(bias, input, scales)),
        ...(attrs.residual ? [this.as('u8', r, node)] : []),
      ]
      this.nodes.push({ ...node, attrs: { ...next } as never, inputs })
    }
    this.setType(y, 'u8')
  }
}

function isMaximum(node: Node): boolean {
  return node.op === 'pool2d' && attrsOf(pool2d, node.attrs).mode === 'max'
}

interface WeightOptions {
  readonly correlation?: Correlation | undefined
  /** What is to be a whole number of a channel's steps, so that a residual joins the sums; see ops/quantized.ts. */
  readonly whole?: number | undefined
  /** The finest steps that a channel may have. */
  readonly least?: (channel: number) => number
}

/** In 255 steps of each output channel's own scale, the least that will do. */
function quantizedWeights({ shape, data }: HostTensor, { correlation, whole, least = () => 0 }: WeightOptions = {}): RoundedWeights {
  const channels = shape[0] ?? 0
  const length = data.length / channels
  const values = new Int8Array(data.length)
  const scales: number[] = []
  const upper = correlation?.sums.map((sums) => feedback(sums, correlation.inputs))
  const perGroup = channels / (upper?.length ?? 1)
  for (let c = 0; c < channels; c++) {
    const row = data.subarray(c * length, (c + 1) * length)
    let largest = 0
    for (const v of row) largest = Math.max(largest, Math.abs(v))
    const scale = shortScale(multipleIn(whole, Math.max(largest / LARGEST_WEIGHT, least(c))) || 1)
    scales.push(scale)
    values.set(roundRow(row, scale, LARGEST_WEIGHT, upper?.[Math.floor(c / perGroup)]), c * length)
  }
  return { values: hostTensor(shape, values, 'i8'), scales }
}

/** The least scale of at least `scale` of which `whole` is a multiple; where there is none, `scale`. */
function multipleIn(whole: number | undefined, scale: number): number {
  if (whole === undefined || !(whole >= scale)) return scale
  return whole / Math.min(LARGEST_MULTIPLE, Math.floor(whole / scale))
}

function quantizedBias(bias: Float64Array, input: Affine, scales: readonly number[]): HostTensor {
  const steps = Int32Array.from(bias, (v, c) => Math.max(-LARGEST_BIAS, Math.min(LARGEST_BIAS, Math.round(v / (input.scale * (scales[c] ?? 1))))))
  return hostTensor([bias.length], steps, 'i32')
}
