/** What a converter of one ONNX node works with: its inputs, attributes, and the graph under construction. */
import { badInput, type ScopeError, unsupported } from '../../base/errors.ts'
import type { GraphBuilder } from '../../ir/build.ts'
import { type Attributes, NONE, type TensorId } from '../../ir/graph.ts'
import type { HostTensor, TensorFact } from '../../ir/tensor.ts'
import type { ByteTensors } from './bytes.ts'
import type { OnnxNode, OnnxTensor } from './proto.ts'

/** Makes the node's outputs, in order; outputs that it leaves out stay undefined (e.g. a dropout's mask). */
export type Converter = (node: NodeContext) => readonly TensorId[]
export type Converters = Readonly<Record<string, Converter>>

/** Beyond every extent; ONNX writes the end of an axis as INT64_MAX. */
const INTEGER_LIMIT = 2 ** 31

export class NodeContext {
  private made = 0

  constructor(
    readonly onnx: OnnxNode,
    /** Unique among the nodes of the graph. */
    readonly name: string,
    readonly opset: number,
    readonly builder: GraphBuilder,
    readonly inputs: readonly TensorId[],
    private readonly scope: string,
    readonly bytes: ByteTensors,
    /** Of the ONNX node. */
    private readonly source = name,
  ) {}

  /**
   * A node of which this one is made, with other inputs. `word`: what it is, empty where it is the node's own operation.
   * `axis`: in place of the node's own.
   */
  part(word: string, inputs: readonly TensorId[], axis?: number, outputs: readonly string[] = []): NodeContext {
    const attributes = new Map(this.onnx.attributes)
    if (axis !== undefined) attributes.set('axis', { name: 'axis', f: undefined, i: axis, s: undefined, t: undefined, floats: [], ints: [] })
    const name = word ? `${this.name}:${word}` : this.name
    return new NodeContext(
      { ...this.onnx, outputs: [...outputs], attributes },
      name,
      this.opset,
      this.builder,
      inputs,
      this.scope,
      this.bytes,
      this.source,
    )
  }

  /** Adds a node of the engine; a converter's last one carries the names of the ONNX node and its outputs. */
  emit(op: string, attrs: Attributes, inputs: readonly TensorId[], last = true): TensorId {
    const [first] = this.emitAll(op, attrs, inputs, last)
    if (first === undefined) throw this.misuse('it has no output')
    return first
  }

  emitAll(op: string, attrs: Attributes, inputs: readonly TensorId[], last = true): TensorId[] {
    const name = last ? this.name : `${this.name}:${op}${this.made++ || ''}`
    const outputNames = last ? this.onnx.outputs : []
    return this.builder.nodeOutputs(op, attrs, inputs, { name, outputNames, sources: [this.source], scope: this.scope })
  }

  constant(suffix: string, value: HostTensor): TensorId {
    return this.builder.constant(`${this.name}:${suffix}`, value)
  }

  /** A number as a tensor of one element. */
  scalar(suffix: string, value: number): TensorId {
    return this.constant(suffix, { dtype: 'f32', shape: [1], data: Float32Array.of(value) })
  }

  /** Elementwise function of two tensors, one of several nodes that the ONNX node becomes. */
  combine(fn: string, a: TensorId, b: TensorId, last = false): TensorId {
    return this.emit('binary', { function: fn }, [a, b], last)
  }

  /** Input `index`; throws where it is absent. */
  input(index: number, role = 'input'): TensorId {
    const id = this.optional(index)
    if (id === NONE) throw this.misuse(`its ${role} (input ${index}) is missing`)
    return id
  }

  optional(index: number): TensorId {
    return this.inputs[index] ?? NONE
  }

  /** Input `index`, where it is a quantized map its integers as floats. */
  integersAsFloats(index: number): TensorId {
    return this.bytes.asIntegers(this.input(index), this.scope)
  }

  fact(index: number, role?: string): TensorFact {
    return this.builder.factOf(this.input(index, role))
  }

  valueOf(id: TensorId): HostTensor | undefined {
    return id === NONE ? undefined : this.builder.valueOf(id)
  }

  /** Whether a tensor depends on the inputs of the model. */
  varies(id: TensorId): boolean {
    return id !== NONE && this.builder.varies(id)
  }

  /** The value of an input that must be a constant; undefined where the input is absent. */
  constantInput(index: number, role: string): HostTensor | undefined {
    const id = this.optional(index)
    if (id === NONE) return undefined
    const value = this.valueOf(id)
    if (!value) throw this.refuse(`its ${role} is computed from the data`, 'Export the model with a fixed input size')
    return value
  }

  /** Integers of a constant input, or of the attribute that older operator sets have in its place. */
  integers(attribute: string, index: number, role = attribute): number[] | undefined {
    const own = this.onnx.attributes.get(attribute)
    const list = own ? own.ints : this.constantInput(index, role)?.data
    return list && Array.from(list, (n) => this.integer(Number(n), role))
  }

  ints(attribute: string): number[] | undefined {
    const own = this.onnx.attributes.get(attribute)
    return own && (own.ints.length > 0 || own.i === undefined) ? own.ints.map((n) => this.integer(n, attribute)) : undefined
  }

  int(attribute: string, otherwise: number): number {
    return this.integer(this.onnx.attributes.get(attribute)?.i ?? otherwise, attribute)
  }

  float(attribute: string, otherwise: number): number {
    return this.onnx.attributes.get(attribute)?.f ?? otherwise
  }

  string(attribute: string, otherwise: string): string {
    return this.onnx.attributes.get(attribute)?.s ?? otherwise
  }

  floats(attribute: string): readonly number[] | undefined {
    return this.onnx.attributes.get(attribute)?.floats
  }

  tensor(attribute: string): OnnxTensor | undefined {
    return this.onnx.attributes.get(attribute)?.t
  }

  has(attribute: string): boolean {
    return this.onnx.attributes.has(attribute)
  }

  /** Two numbers of a window, along rows and columns. */
  pair(attribute: string, otherwise: readonly [number, number]): readonly [number, number] {
    const list = this.ints(attribute)
    if (!list) return otherwise
    const [a, b] = list
    if (list.length !== 2 || a === undefined || b === undefined)
      throw this.refuse(`its ${attribute} has ${list.length} entries, and only two-dimensional windows are supported`, 'Use a model for images')
    return [a, b]
  }

  /** Well-formed, but beyond the engine. */
  refuse(why: string, hint: string): ScopeError {
    return unsupported(`Node "${this.name}" (${this.onnx.opType})`, why, hint, this.name)
  }

  /** Against the specification. */
  misuse(why: string): ScopeError {
    return badInput(`Node "${this.name}" (${this.onnx.opType})`, why, 'The model does not fit together; check how it was exported', this.name)
  }

  private integer(value: number, role: string): number {
    if (!Number.isFinite(value)) throw this.misuse(`its ${role} is not a number`)
    return Math.min(Math.max(Math.trunc(value), -INTEGER_LIMIT), INTEGER_LIMIT)
  }
}
