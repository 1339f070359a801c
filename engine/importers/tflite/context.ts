/** What a converter of one TensorFlow Lite operator works with: its tensors in either order, its options, the graph under construction. */
import { badInput, type ScopeError, unsupported } from '../../base/errors.ts'
import type { GraphBuilder } from '../../ir/build.ts'
import { type Attributes, NONE, type TensorId } from '../../ir/graph.ts'
import type { HostTensor } from '../../ir/tensor.ts'
import type { Activation } from '../../ops/activationFunction.ts'
import { normalAxis } from '../../ops/shared.ts'
import { mapAxis, type Order, TO_MAP, type Values } from './layout.ts'
import type { TfliteOperator, TfliteTensor } from './model.ts'
import { FUSED_ACTIVATIONS, OPTIONS } from './schema.ts'
import { rangeOf } from './tensor.ts'

/** An output: a tensor of the graph, and the order of its axes. */
export interface Made {
  readonly id: TensorId
  readonly order: Order
}

/** Makes the outputs of an operator, in order. */
export type Converter = (node: NodeContext) => readonly Made[]
export type Converters = Readonly<Record<string, Converter>>

export const map = (id: TensorId): Made[] => [{ id, order: 'map' }]
export const plain = (id: TensorId): Made[] => [{ id, order: 'plain' }]

export class NodeContext {
  private made = 0

  constructor(
    readonly operator: TfliteOperator,
    /** Unique among the nodes of the graph. */
    readonly name: string,
    readonly values: Values,
    readonly builder: GraphBuilder,
    private readonly scope: string,
  ) {}

  /** Adds a node of the engine; a converter's last one carries the names of the operator and its outputs. */
  emit(op: string, attrs: Attributes, inputs: readonly TensorId[], last = true): TensorId {
    const [first] = this.emitAll(op, attrs, inputs, last)
    if (first === undefined) throw this.misuse('it has no output')
    return first
  }

  emitAll(op: string, attrs: Attributes, inputs: readonly TensorId[], last = true): TensorId[] {
    const name = last ? this.name : `${this.name}:${op}${this.made++ || ''}`
    const outputNames = last ? this.operator.outputs.map((index) => this.values.tensor(index).name) : []
    return this.builder.nodeOutputs(op, attrs, inputs, { name, outputNames, sources: [this.name], scope: this.scope })
  }

  constantTensor(suffix: string, value: HostTensor): TensorId {
    return this.builder.constant(`${this.name}:${suffix}`, value)
  }

  get count(): number {
    return this.operator.inputs.length
  }

  has(index: number): boolean {
    return (this.operator.inputs[index] ?? NONE) !== NONE
  }

  /** The tensor of the file that input `index` is. */
  index(index: number, role = 'input'): number {
    const tensor = this.operator.inputs[index] ?? NONE
    if (tensor === NONE) throw this.misuse(`its ${role} (input ${index}) is missing`)
    return tensor
  }

  output(index = 0): TfliteTensor {
    const tensor = this.operator.outputs[index]
    if (tensor === undefined) throw this.misuse('it has no output')
    return this.values.tensor(tensor)
  }

  /** Shape of an input, axes as in the file. */
  shape(index: number, role?: string): readonly number[] {
    return this.values.shape(this.index(index, role))
  }

  varies(index: number): boolean {
    return this.has(index) && this.values.varies(this.index(index))
  }

  dtype(index: number): string | undefined {
    return this.has(index) ? this.values.dtype(this.index(index)) : undefined
  }

  plain(index: number, role?: string): TensorId {
    return this.values.plain(this.index(index, role), this.name)
  }

  map(index: number, role?: string): TensorId {
    return this.values.map(this.index(index, role), this.name)
  }

  /** The order that an input is worked on in: whatever has rank 4 is a map, of which the engine's memory has the file's order. */
  order(index: number): Order {
    return this.shape(index).length === 4 && !this.values.constant(this.index(index)) ? 'map' : 'plain'
  }

  /** An input, and the axis that stands for axis `axis` of the file there. `order`: where another than its own is wanted. */
  inOrder(
    index: number,
    order: Order = this.order(index),
  ): { readonly id: TensorId; readonly order: Order; readonly axis: (axis: number) => number } {
    const rank = this.shape(index).length
    const axis = (a: number): number => {
      const own = normalAxis(a, rank, this.name)
      return order === 'map' ? mapAxis(own) : own
    }
    return { id: order === 'map' ? this.map(index) : this.plain(index), order, axis }
  }

  /** An input of rank 4, or of a lower one that broadcasts onto a map, as [N, C, H, W]. */
  ontoMap(index: number): TensorId {
    const shape = this.shape(index)
    if (shape.length === 4) return this.map(index)
    const raised = [...new Array<number>(4 - shape.length).fill(1), ...shape]
    const value = this.values.constant(this.index(index))
    // A single number broadcasts as it is.
    if (value?.data.length === 1) return this.plain(index)
    const constant = this.values.permutedConstant(this.index(index), TO_MAP, raised)
    if (constant !== undefined) return constant
    const reshaped = this.emit('reshape', { shape: raised, allowZero: true }, [this.plain(index)], false)
    return this.emit('transpose', { perm: [...TO_MAP] }, [reshaped], false)
  }

  /** Inputs that are worked on element by element, all in one order. */
  together(indices: readonly number[]): { readonly ids: readonly TensorId[]; readonly order: Order } {
    const rank = Math.max(...indices.map((i) => this.shape(i).length))
    const order: Order = rank === 4 && indices.some((i) => this.order(i) === 'map') ? 'map' : 'plain'
    return { ids: indices.map((i) => (order === 'map' ? this.ontoMap(i) : this.plain(i))), order }
  }

  /** The value of an input that must be a constant, axes as in the file. */
  constant(index: number, role: string): HostTensor {
    const value = this.values.constant(this.index(index, role))
    if (!value) throw this.refuse(`its ${role} is computed from the data`, 'Convert the model with a fixed input size, and with its weights stored')
    return value
  }

  /** Integers of a constant input. */
  integers(index: number, role: string): number[] {
    return Array.from(this.constant(index, role).data, (n) => {
      if (!Number.isSafeInteger(n)) throw this.misuse(`its ${role} has an entry ${n}`)
      return n
    })
  }

  /** A constant weight with its axes in another order. */
  weight(index: number, role: string, perm: readonly number[]): TensorId {
    this.constant(index, role)
    return this.values.permutedConstant(this.index(index, role), perm) ?? NONE
  }

  /** One number per channel, or NONE where there are none. */
  bias(index: number): TensorId {
    if (!this.has(index)) return NONE
    this.constant(index, 'bias')
    return this.plain(index)
  }

  private table(name: string) {
    const table = OPTIONS[this.operator.op]
    const field = table?.fields[name]
    const { options } = this.operator
    // 0 stands for no options: all as the schema has it.
    if (table && options && options.kind !== 0 && options.kind !== table.type)
      throw this.misuse(`its options are of kind ${options.kind}, not ${table.type}`)
    return { field, own: options?.kind === table?.type ? options?.table : undefined }
  }

  /** A number among the options; flags are 0 and 1. */
  option(name: string): number {
    const { field, own } = this.table(name)
    if (!field || !own) return field?.otherwise ?? 0
    if (field.kind === 'float') return own.f32(field.at, field.otherwise)
    return field.kind === 'int' ? own.i32(field.at, field.otherwise) : own.i8(field.at, field.otherwise)
  }

  optionList(name: string): readonly number[] | undefined {
    const { field, own } = this.table(name)
    return field && own?.i32s(field.at)
  }

  /**
   * Adds what is done to the result of an operator: its fused activation, within the range of an output that is quantised.
   * Where that range begins at 0 and nothing is fused, the 8-bit model has its ReLU in the saturation (`saturates`).
   */
  finish(op: string, attrs: Attributes, inputs: readonly TensorId[], order: Order, saturates = true): Made[] {
    const activation = this.fused(saturates)
    return [{ id: this.activated(op, attrs, inputs, activation), order }]
  }

  /** An op and the activation after it, if any; the op has the operator's name, and the last of the two the output's. */
  activated(op: string, attrs: Attributes, inputs: readonly TensorId[], activation: Activation | undefined): TensorId {
    if (!activation) return this.emit(op, attrs, inputs)
    const { name, scope } = this
    const before = this.builder.node(op, attrs, inputs, { name, outputNames: [`${name}:before`], sources: [name], scope })
    const outputNames = [this.output().name]
    const options = { name: `${name}:activation`, outputNames, sources: [name], scope }
    return this.builder.node('activation', { function: activation }, [before], options)
  }

  /** The activation after an operator, or undefined. */
  fused(saturates: boolean): Activation | undefined {
    const number = this.option('fusedActivation')
    const kind = FUSED_ACTIVATIONS[number]
    if (!kind || kind === 'tanh' || kind === 'signBit') throw this.misuse(`its fused activation is of kind ${kind ?? number}`)
    const range = rangeOf(this.output())
    const bounds = { none: undefined, relu: [0, null], reluN1To1: [-1, 1], relu6: [0, 6] }[kind] as [number, number | null] | undefined
    if (bounds) return { kind: 'clip', ...within(bounds, range, this.output()) }
    return saturates && range?.[0] === 0 ? { kind: 'clip', min: 0, max: range[1] } : undefined
  }

  /** Well-formed, but beyond the engine. */
  refuse(why: string, hint: string): ScopeError {
    return unsupported(this.what, why, hint, this.where)
  }

  /** Against the schema. */
  misuse(why: string): ScopeError {
    return badInput(this.what, why, 'The model does not fit together; check how it was converted', this.where)
  }

  get what(): string {
    return `Node ${this.operator.index} "${this.name}" (${this.operator.op})`
  }

  get where(): string {
    return `node ${this.operator.index}, byte ${this.operator.at}`
  }
}

/** Bounds of an activation cut to the range of its output; one that the range misses by less than a hundredth of a step stays as it is. */
function within(
  [min, max]: readonly [number, number | null],
  range: readonly [number, number] | undefined,
  { quantization }: TfliteTensor,
): { min: number; max: number | null } {
  if (!range) return { min, max }
  const little = (quantization?.scale[0] ?? 0) / 100
  const [lowest, highest] = range
  return { min: lowest > min + little ? lowest : min, max: max === null || highest < max - little ? highest : max }
}
