/** Writes a graph as ONNX (opset 13). Source: onnx.proto3 and the operator specifications of the ONNX project. */
import protobuf from 'protobufjs/minimal.js'
import { unsupported } from '../base/errors.ts'
import { type Graph, NONE, type Node, type Tensor, type TensorId, tensorOf } from '../ir/graph.ts'
import { sizeOf } from '../ir/tensor.ts'
import type { Activation } from '../ops/activationFunction.ts'
import { unfold } from './unfold.ts'

type Writer = InstanceType<typeof protobuf.Writer>

const OPSET = 13
const IR_VERSION = 8
const FLOAT = 1
const UINT8 = 2
const INT8 = 3
const INT32 = 6
const INT64 = 7
/** AttributeProto.type. */
const KIND = { float: 1, int: 2, ints: 7 } as const

type Attribute = number | { readonly float: number } | readonly number[]

interface Emitted {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/**
 * The file's bytes, of a graph of any stage. A quantized one has QuantizeLinear and DequantizeLinear around its 8-bit layers.
 * Throws ScopeError `unsupported` that names the node which has no ONNX form.
 */
export function writeOnnx(graph: Graph): Uint8Array {
  const unfolded = unfold(graph)
  const scribe = new Scribe(unfolded.graph, unfolded.steps)
  for (const node of unfolded.graph.nodes) scribe.node(node)
  return scribe.model()
}

class Scribe {
  private readonly nodes: Emitted[] = []
  private readonly names = new Map<TensorId, string>()
  private readonly taken = new Set<string>()
  private readonly nodeNames = new Set<string>()
  private readonly shapes = new Map<string, readonly number[]>()

  constructor(
    private readonly graph: Graph,
    private readonly steps: ReadonlyMap<TensorId, readonly number[]>,
  ) {}

  node(node: Node): void {
    if (node.outputs.every((id) => tensorOf(this.graph, id).data)) return
    const refuse = (): never => {
      throw unsupported(`Node "${node.name}" (${node.op})`, 'it has no ONNX form here', 'Export the loaded or the recognised graph', node.name)
    }
    const inputs = node.inputs.map((id) => (id === NONE ? '' : this.nameOf(id)))
    while (inputs.at(-1) === '') inputs.pop()
    const outputs = node.outputs.map((id) => this.nameOf(id))
    const emit = (op: string, attributes: Emitted['attributes'] = {}, from: readonly string[] = inputs, to: readonly string[] = outputs): void => {
      this.nodes.push({ op, name: unique(node.name, this.nodeNames), inputs: from, outputs: to, attributes })
    }
    // Attributes were parsed by the op's schema when the node was built.
    const a = node.attrs as unknown as Fields
    if (a.residual || (a.shuffle ?? null) !== null || (a.activation && a.activation.kind !== 'none')) refuse()
    const window = { kernel_shape: a.kernel ?? [], strides: a.stride ?? [], pads: a.pad ?? [] }
    switch (node.op) {
      case 'conv2d':
        emit('Conv', { ...window, dilations: a.dilation ?? [1, 1], group: a.groups ?? 1 })
        return
      case 'batchNorm':
        emit('BatchNormalization', { epsilon: { float: a.epsilon ?? 1e-5 } })
        return
      case 'pool2d':
        if (a.mode === 'max') emit('MaxPool', { ...window, ceil_mode: a.ceil ? 1 : 0 })
        else emit('AveragePool', { ...window, ceil_mode: a.ceil ? 1 : 0, count_include_pad: a.countIncludePad ? 1 : 0 })
        return
      case 'globalPool': {
        const op = a.mode === 'max' ? 'GlobalMaxPool' : 'GlobalAveragePool'
        if (a.keepDims) {
          emit(op)
          return
        }
        const pooled = this.fresh(`${node.name}.pooled`)
        emit(op, {}, inputs, [pooled])
        emit('Flatten', { axis: 1 }, [pooled])
        return
      }
      case 'channelShuffle':
        this.shuffle(node, a, inputs, outputs, emit)
        return
      case 'linear':
        emit('Gemm', { transB: 1 })
        return
      case 'concat':
        emit('Concat', { axis: a.axis ?? 1 })
        return
      case 'binary':
        emit({ add: 'Add', sub: 'Sub', mul: 'Mul', div: 'Div', max: 'Max', min: 'Min', pow: 'Pow', prelu: 'PRelu' }[String(a.function)] ?? refuse())
        return
      case 'lrn':
        emit('LRN', { size: a.size ?? 1, alpha: { float: a.alpha ?? 1e-4 }, beta: { float: a.beta ?? 0.75 }, bias: { float: a.bias ?? 1 } })
        return
      case 'maxRoiPool':
        emit('MaxRoiPool', { pooled_shape: a.bins ?? [], spatial_scale: { float: a.scale ?? 1 } })
        return
      case 'softmax':
        emit(a.log ? 'LogSoftmax' : 'Softmax', { axis: a.axis ?? -1 })
        return
      case 'flatten':
        emit('Flatten', { axis: a.axis ?? 1 })
        return
      case 'transpose':
        emit('Transpose', { perm: a.perm ?? [] })
        return
      case 'reshape':
        emit('Reshape', {}, [inputs[0] ?? '', this.integers(`${node.name}.shape`, tensorOf(this.graph, node.outputs[0] ?? NONE).fact.shape)])
        return
      case 'split':
        emit('Split', { axis: a.axis ?? 0 }, [...inputs, this.integers(`${node.name}.sizes`, a.sizes ?? [])])
        return
      case 'slice': {
        const parts = (['starts', 'ends', 'axes', 'steps'] as const).map((key) => this.integers(`${node.name}.${key}`, a[key] ?? []))
        emit('Slice', {}, [...inputs, ...parts])
        return
      }
      case 'identity':
        emit('Identity')
        return
      case 'quantize':
      case 'dequantize':
        emit(node.op === 'quantize' ? 'QuantizeLinear' : 'DequantizeLinear', {}, [inputs[0] ?? '', ...this.grid(node.name, a)])
        return
      case 'activation':
        this.activation(node, a.function as Activation, inputs, emit, refuse)
        return
      default:
        refuse()
    }
  }

  model(): Uint8Array {
    const w = protobuf.Writer.create()
    w.uint32(8).int64(IR_VERSION)
    w.uint32(18).string('ShuffleScope')
    w.uint32(58).fork()
    this.writeGraph(w)
    w.ldelim()
    w.uint32(66).fork().uint32(10).string('').uint32(16).int64(OPSET).ldelim()
    return w.finish()
  }

  private shuffle(node: Node, a: Fields, inputs: readonly string[], outputs: readonly string[], emit: Emit): void {
    const [n = 1, c = 1, h = 1, w = 1] = tensorOf(this.graph, node.outputs[0] ?? NONE).fact.shape
    const g = typeof a.groups === 'number' ? a.groups : 1
    const split = a.order === '(n,g)' ? [c / g, g] : [g, c / g]
    const [grouped, mixed] = [this.fresh(`${node.name}.grouped`), this.fresh(`${node.name}.transposed`)]
    emit('Reshape', {}, [inputs[0] ?? '', this.integers(`${node.name}.split`, [n, ...split, h, w])], [grouped])
    emit('Transpose', { perm: [0, 2, 1, 3, 4] }, [grouped], [mixed])
    emit('Reshape', {}, [mixed, this.integers(`${node.name}.join`, [n, c, h, w])], outputs)
  }

  private activation(node: Node, fn: Activation, inputs: readonly string[], emit: Emit, refuse: () => never): void {
    switch (fn.kind) {
      case 'none':
        emit('Identity')
        return
      case 'clip':
        if (fn.min === 0 && fn.max === null) {
          emit('Relu')
          return
        }
        emit('Clip', {}, [
          inputs[0] ?? '',
          fn.min === null ? '' : this.scalar(`${node.name}.min`, fn.min),
          fn.max === null ? '' : this.scalar(`${node.name}.max`, fn.max),
        ])
        return
      case 'leakyRelu':
        emit('LeakyRelu', { alpha: { float: fn.alpha } })
        return
      case 'sigmoid':
        emit('Sigmoid')
        return
      case 'hardSigmoid':
        emit('HardSigmoid', { alpha: { float: fn.alpha }, beta: { float: fn.beta } })
        return
      case 'hardSwish': {
        const gate = this.fresh(`${node.name}.gate`)
        emit('HardSigmoid', { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }, inputs, [gate])
        emit('Mul', {}, [inputs[0] ?? '', gate])
        return
      }
      case 'silu': {
        const gate = this.fresh(`${node.name}.gate`)
        emit('Sigmoid', {}, inputs, [gate])
        emit('Mul', {}, [inputs[0] ?? '', gate])
        return
      }
      case 'elu':
        if (fn.gamma === 1) emit('Elu', { alpha: { float: fn.alpha } })
        else emit('Selu', { alpha: { float: fn.alpha }, gamma: { float: fn.gamma } })
        return
      case 'tanh':
        emit('Tanh')
        return
      case 'softplus':
        emit('Softplus')
        return
      case 'mish': {
        const [soft, gate] = [this.fresh(`${node.name}.softplus`), this.fresh(`${node.name}.gate`)]
        emit('Softplus', {}, inputs, [soft])
        emit('Tanh', {}, [soft], [gate])
        emit('Mul', {}, [inputs[0] ?? '', gate])
        return
      }
      case 'gelu': {
        const [scaled, erf, half, gate] = ['scaled', 'erf', 'half', 'gate'].map((part) => this.fresh(`${node.name}.${part}`)) as [
          string,
          string,
          string,
          string,
        ]
        emit('Mul', {}, [inputs[0] ?? '', this.scalar(`${node.name}.scale`, Math.SQRT1_2)], [scaled])
        emit('Erf', {}, [scaled], [erf])
        emit('Add', {}, [erf, this.scalar(`${node.name}.one`, 1)], [gate])
        emit('Mul', {}, [inputs[0] ?? '', this.scalar(`${node.name}.factor`, 0.5)], [half])
        emit('Mul', {}, [half, gate])
        return
      }
      case 'geluTanh':
        refuse()
    }
  }

  private readonly extra: { name: string; type: number; shape: readonly number[]; bytes: Uint8Array }[] = []

  private integers(name: string, values: readonly number[]): string {
    const fresh = this.fresh(name)
    const bytes = new Uint8Array(8 * values.length)
    const view = new DataView(bytes.buffer)
    for (const [i, v] of values.entries()) view.setBigInt64(8 * i, BigInt(Math.trunc(v)), true)
    this.extra.push({ name: fresh, type: INT64, shape: [values.length], bytes })
    return fresh
  }

  private scalar(name: string, value: number): string {
    const fresh = this.fresh(name)
    this.extra.push({ name: fresh, type: FLOAT, shape: [], bytes: new Uint8Array(Float32Array.of(value).buffer) })
    return fresh
  }

  /** Scale and zero of a whole tensor. */
  private grid(name: string, { scale = 1, zero = 0 }: Fields): readonly string[] {
    const fresh = this.fresh(`${name}.zero`)
    this.extra.push({ name: fresh, type: UINT8, shape: [], bytes: Uint8Array.of(zero) })
    return [this.scalar(`${name}.scale`, scale), fresh]
  }

  /** Integers that stand for floats: the file holds the integers. */
  private dequantized({ name, fact, data }: Tensor, steps: readonly number[]): string {
    const [type, bytes] = fact.dtype === 'i8' ? [INT8, 1] : [INT32, 4]
    const values = data ?? new Int8Array(0)
    const [x, scale, zero, y] = ['', '.scale', '.zero', '.dequantized'].map((part) => this.fresh(`${name}${part}`)) as [
      string,
      string,
      string,
      string,
    ]
    const own = new Uint8Array(values.buffer, values.byteOffset, bytes * sizeOf(fact.shape))
    this.extra.push({ name: x, type, shape: fact.shape, bytes: own })
    this.extra.push({ name: scale, type: FLOAT, shape: [steps.length], bytes: new Uint8Array(Float32Array.from(steps).buffer) })
    this.extra.push({ name: zero, type, shape: [steps.length], bytes: new Uint8Array(bytes * steps.length) })
    this.nodes.push({
      op: 'DequantizeLinear',
      name: unique(y, this.nodeNames),
      inputs: [x, scale, zero],
      outputs: [y],
      attributes: { axis: 0 },
    })
    return y
  }

  /** ONNX names tensors, and each name once; ours need not be unique. */
  private nameOf(id: TensorId): string {
    const known = this.names.get(id)
    if (known !== undefined) return known
    const steps = this.steps.get(id)
    const name = steps ? this.dequantized(tensorOf(this.graph, id), steps) : this.fresh(tensorOf(this.graph, id).name || `tensor${id}`)
    this.names.set(id, name)
    this.shapes.set(name, tensorOf(this.graph, id).fact.shape)
    return name
  }

  private fresh(name: string): string {
    return unique(name, this.taken)
  }

  private writeGraph(w: Writer): void {
    const inputs = this.graph.inputs.map((id) => this.nameOf(id))
    const outputs = this.graph.outputs.map((id) => this.nameOf(id))
    for (const node of this.nodes) writeNode(w.uint32(10).fork(), node).ldelim()
    w.uint32(18).string(this.graph.name)
    for (const [id, name] of this.names) {
      const { data, fact } = tensorOf(this.graph, id)
      if (!data || this.steps.has(id)) continue
      if (fact.dtype !== 'f32')
        throw unsupported(`Tensor "${name}"`, `it holds ${fact.dtype}`, 'Export the recognised graph, where shape arithmetic is gone', name)
      writeTensor(w.uint32(42).fork(), {
        name,
        type: FLOAT,
        shape: fact.shape,
        bytes: new Uint8Array(data.buffer, data.byteOffset, 4 * sizeOf(fact.shape)),
      }).ldelim()
    }
    for (const tensor of this.extra) writeTensor(w.uint32(42).fork(), tensor).ldelim()
    for (const name of inputs) writeValue(w.uint32(90).fork(), name, this.shapes.get(name) ?? []).ldelim()
    for (const name of outputs) writeValue(w.uint32(98).fork(), name, this.shapes.get(name) ?? []).ldelim()
  }
}

/** `name`, or `name` with a number behind it where it is taken already. */
function unique(name: string, taken: Set<string>): string {
  let made = name
  for (let i = 1; taken.has(made); i++) made = `${name}_${i}`
  taken.add(made)
  return made
}

type Emit = (op: string, attributes?: Emitted['attributes'], from?: readonly string[], to?: readonly string[]) => void

/** The attributes of all ops that have an ONNX form. */
interface Fields {
  readonly kernel?: readonly number[]
  readonly stride?: readonly number[]
  readonly pad?: readonly number[]
  readonly dilation?: readonly number[]
  readonly groups?: number
  readonly order?: string
  readonly residual?: boolean
  readonly shuffle?: unknown
  readonly activation?: Activation
  readonly function?: Activation | string
  readonly epsilon?: number
  readonly size?: number
  readonly bins?: readonly number[]
  readonly scale?: number
  readonly zero?: number
  readonly alpha?: number
  readonly beta?: number
  readonly bias?: number
  readonly mode?: string
  readonly ceil?: boolean
  readonly countIncludePad?: boolean
  readonly keepDims?: boolean
  readonly axis?: number
  readonly log?: boolean
  readonly perm?: readonly number[]
  readonly sizes?: readonly number[]
  readonly starts?: readonly number[]
  readonly ends?: readonly number[]
  readonly axes?: readonly number[]
  readonly steps?: readonly number[]
}

function writeNode(w: Writer, node: Emitted): Writer {
  for (const name of node.inputs) w.uint32(10).string(name)
  for (const name of node.outputs) w.uint32(18).string(name)
  w.uint32(26).string(node.name)
  w.uint32(34).string(node.op)
  for (const [name, value] of Object.entries(node.attributes)) {
    w.uint32(42).fork().uint32(10).string(name)
    if (typeof value === 'number') w.uint32(24).int64(value).uint32(160).int32(KIND.int)
    else if ('float' in value) w.uint32(21).float(value.float).uint32(160).int32(KIND.float)
    else {
      for (const v of value) w.uint32(64).int64(v)
      w.uint32(160).int32(KIND.ints)
    }
    w.ldelim()
  }
  return w
}

function writeTensor(w: Writer, t: { name: string; type: number; shape: readonly number[]; bytes: Uint8Array }): Writer {
  for (const n of t.shape) w.uint32(8).int64(n)
  return w.uint32(16).int32(t.type).uint32(66).string(t.name).uint32(74).bytes(t.bytes)
}

function writeValue(w: Writer, name: string, shape: readonly number[]): Writer {
  w.uint32(10).string(name).uint32(18).fork().uint32(10).fork().uint32(8).int32(FLOAT).uint32(18).fork()
  for (const n of shape) w.uint32(10).fork().uint32(8).int64(n).ldelim()
  return w.ldelim().ldelim().ldelim()
}
