/** What a converter of one Caffe layer works with: its blobs, its parameters, its weights, the graph under construction. */
import { badInput, type ScopeError, unsupported } from '../../base/errors.ts'
import type { GraphBuilder } from '../../ir/build.ts'
import { type Attributes, NONE, type TensorId } from '../../ir/graph.ts'
import type { OpenOptions } from '../importer.ts'
import { shapeOf, valuesOf } from './blob.ts'
import type { Step } from './flow.ts'
import { Message } from './message.ts'

/** Makes the outputs of a layer, in order. */
export type Converter = (layer: LayerContext) => readonly TensorId[]
export type Converters = Readonly<Record<string, Converter>>

/** What the file and its reader settle for all layers. */
export interface Setting {
  readonly builder: GraphBuilder
  readonly options: OpenOptions
  /** Whether the layers come from a file of weights. */
  readonly trained: boolean
  /** Whether weights may be views of their file. */
  readonly kept: boolean
}

export class LayerContext {
  private made = 0
  /** A BatchNorm layer right before a Scale layer, which does the work of both. */
  normalisation: LayerContext | undefined

  constructor(
    readonly step: Step,
    /** Unique among the nodes of the graph. */
    readonly name: string,
    readonly all: readonly TensorId[],
    /** The message of its type's own parameters; without a name where it has none. */
    parameter: string,
    readonly setting: Setting,
    /** Channels that the first convolution of this layer's output wants, where that is known. */
    readonly wantedChannels: number | undefined,
  ) {
    this.parameters = (parameter ? step.layer.message.message(parameter) : undefined) ?? new Message(step.layer.where)
  }

  readonly parameters: Message

  get builder(): GraphBuilder {
    return this.setting.builder
  }

  /** Adds a node of the engine; a converter's last one carries the names of the layer and its outputs. */
  emit(op: string, attrs: Attributes, inputs: readonly TensorId[], last = true): TensorId {
    const [first] = this.emitAll(op, attrs, inputs, last)
    if (first === undefined) throw this.misuse('it has no output')
    return first
  }

  emitAll(op: string, attrs: Attributes, inputs: readonly TensorId[], last = true): TensorId[] {
    const name = last ? this.name : `${this.name}:${op}${this.made++ || ''}`
    const outputNames = last ? this.step.outputs.map((value) => value.name) : []
    const sources = [...(this.normalisation ? [this.normalisation.name] : []), this.name]
    return this.builder.nodeOutputs(op, attrs, inputs, { name, outputNames, sources, scope: this.scope })
  }

  /** Names of layers often have a path before them: "stage2/unit1/conv" sits in "stage2/unit1". */
  private get scope(): string {
    return this.step.layer.name.split('/').slice(0, -1).join('/')
  }

  constant(role: string, shape: readonly number[], data: Float32Array): TensorId {
    return this.builder.constant(`${this.name}:${role}`, { dtype: 'f32', shape, data })
  }

  scalar(role: string, value: number): TensorId {
    return this.constant(role, [1], Float32Array.of(value))
  }

  get count(): number {
    return this.all.length
  }

  input(index = 0): TensorId {
    const id = this.all[index]
    if (id === undefined) throw this.misuse(`its input ${index} is missing`)
    return id
  }

  /** With the batch. */
  shape(index = 0): readonly number[] {
    return this.shapeOf(this.input(index))
  }

  shapeOf(id: TensorId): readonly number[] {
    return this.builder.factOf(id).shape
  }

  reshape(id: TensorId, shape: readonly number[], last = true): TensorId {
    return this.emit('reshape', { shape, allowZero: true }, [id], last)
  }

  /** An axis from 0 to `most`; below 0 counted from the end, where -1 is `rank` - 1. */
  axis(value: number, rank = this.shape().length, most = rank - 1): number {
    const own = value < 0 ? value + rank : value
    if (!(Number.isInteger(own) && own >= 0 && own <= most)) throw this.misuse(`axis ${value} is outside a blob of ${rank} axes`)
    return own
  }

  integer(name: string, otherwise: number): number {
    const value = this.parameters.number(name) ?? otherwise
    if (!(Number.isInteger(value) && Math.abs(value) < 2 ** 31)) throw this.misuse(`its ${name} is ${value}`)
    return value
  }

  /** A whole number from `least` on. */
  size(name: string, otherwise: number, least = 1): number {
    const value = this.integer(name, otherwise)
    if (value < least) throw this.misuse(`its ${name} is ${value}`)
    return value
  }

  integers(name: string): readonly number[] {
    const list = this.parameters.numbers(name)
    for (const value of list) if (!(Number.isInteger(value) && Math.abs(value) < 2 ** 31)) throw this.misuse(`its ${name} is ${value}`)
    return list
  }

  float(name: string, otherwise: number): number {
    const value = this.parameters.number(name) ?? otherwise
    if (!Number.isFinite(value)) throw this.misuse(`its ${name} is ${value}`)
    return value
  }

  bool(name: string, otherwise: boolean): boolean {
    return (this.parameters.number(name) ?? Number(otherwise)) !== 0
  }

  choice(name: string, otherwise: string): string {
    return this.parameters.string(name) ?? otherwise
  }

  /** Stored numbers number `index` of the layer, which have to have `shape`, apart from extents of 1. */
  blob(index: number, shape: readonly number[], role: string): Float32Array {
    const found = this.blobShape(index, role)
    const plain = (list: readonly number[]): string => list.filter((n) => n !== 1).join(', ')
    if (plain(found) !== plain(shape))
      throw this.misuse(`its ${role} has the shape [${found.join(', ')}] in the file of weights where [${shape.join(', ')}] is needed`)
    return this.stored(index, role)
  }

  blobShape(index: number, role: string): readonly number[] {
    const blob = this.step.layer.blobs[index]
    if (blob) return shapeOf(blob)
    const all = this.step.layer.blobs.length
    const why = all === 0 ? 'the file of weights has none under its name' : `the file of weights has ${all} for it`
    throw badInput(this.what, `its ${role} is missing: ${why}`, 'The two files may not belong together', this.where)
  }

  /** The same without a wish for its shape. */
  stored(index: number, role: string): Float32Array {
    this.blobShape(index, role)
    const blob = this.step.layer.blobs[index]
    return blob ? valuesOf(blob, this.setting.kept, this.what) : new Float32Array(0)
  }

  get blobs(): number {
    return this.step.layer.blobs.length
  }

  /** One number per output, or NONE. */
  bias(has: boolean, count: number): TensorId {
    return has ? this.constant('bias', [count], this.blob(1, [count], 'bias')) : NONE
  }

  /** Well-formed, but beyond the engine. */
  refuse(why: string, hint: string): ScopeError {
    return unsupported(this.what, why, hint, this.where)
  }

  /** Against the format. */
  misuse(why: string): ScopeError {
    return badInput(this.what, why, 'The model does not fit together; check how it was written', this.where)
  }

  get what(): string {
    return `Layer "${this.step.layer.name}" (${this.step.layer.type})`
  }

  get where(): string {
    return this.step.layer.where
  }
}
