/** What a converter of one ncnn layer works with: its blobs, its parameters, its weights, the graph under construction. */
import { badInput, type ScopeError, unsupported } from '../../base/errors.ts'
import type { GraphBuilder } from '../../ir/build.ts'
import { type Attributes, NONE, type TensorId } from '../../ir/graph.ts'
import { sizeOf } from '../../ir/tensor.ts'
import type { Activation } from '../../ops/activationFunction.ts'
import type { OpenOptions } from '../importer.ts'
import type { NcnnLayer } from './param.ts'
import type { Weights } from './weights.ts'

/** Makes the outputs of a layer, in order. */
export type Converter = (layer: LayerContext) => readonly TensorId[]
export type Converters = Readonly<Record<string, Converter>>

/** A parameter with this value is left open. */
export const OPEN = -233

/** With a slope and an offset of its own. */
interface HardSwish {
  readonly kind: 'hardSwish'
  readonly alpha: number
  readonly beta: number
}

/**
 * A blob has up to four axes, outermost first c, d, h, w, and no batch: here a batch of 1 comes before them, so that
 * [c, h, w] is a map [1, C, H, W] and a vector [w] is [1, W].
 */
export class LayerContext {
  private made = 0

  constructor(
    readonly layer: NcnnLayer,
    /** Unique among the nodes of the graph. */
    readonly name: string,
    private readonly inputs: readonly TensorId[],
    readonly builder: GraphBuilder,
    readonly weights: Weights,
    readonly options: OpenOptions,
    /** Channels that the first convolution of this layer's output wants, where that is known. */
    readonly wantedChannels: number | undefined,
  ) {}

  /** Adds a node of the engine; a converter's last one carries the names of the layer and its outputs. */
  emit(op: string, attrs: Attributes, inputs: readonly TensorId[], last = true): TensorId {
    const [first] = this.emitAll(op, attrs, inputs, last)
    if (first === undefined) throw this.misuse('it has no output')
    return first
  }

  emitAll(op: string, attrs: Attributes, inputs: readonly TensorId[], last = true): TensorId[] {
    const name = last ? this.name : `${this.name}:${op}${this.made++ || ''}`
    const outputNames = last ? this.layer.outputs : []
    return this.builder.nodeOutputs(op, attrs, inputs, { name, outputNames, sources: [this.name], scope: this.scope })
  }

  /** Names of layers often have a path before them: "stage2/unit1/conv" sits in "stage2/unit1". */
  private get scope(): string {
    return this.layer.name.split('/').slice(0, -1).join('/')
  }

  constant(role: string, shape: readonly number[], data: Float32Array): TensorId {
    return this.builder.constant(`${this.name}:${role}`, { dtype: 'f32', shape, data })
  }

  get count(): number {
    return this.inputs.length
  }

  input(index = 0): TensorId {
    const id = this.inputs[index]
    if (id === undefined) throw this.misuse(`its input ${index} is missing`)
    return id
  }

  get all(): readonly TensorId[] {
    return this.inputs
  }

  /** Axes of the blob, without the batch. */
  shape(index = 0): readonly number[] {
    return this.shapeOf(this.input(index)).slice(1)
  }

  shapeOf(id: TensorId): readonly number[] {
    return this.builder.factOf(id).shape
  }

  reshape(id: TensorId, shape: readonly number[], last = true): TensorId {
    return this.emit('reshape', { shape: [1, ...shape], allowZero: true }, [id], last)
  }

  /** The axis of the engine for axis `axis` of a blob; below 0 from the innermost on. */
  axis(axis: number, rank = this.shape().length): number {
    const own = axis < 0 ? axis + rank : axis
    if (!(Number.isInteger(own) && own >= 0 && own < rank)) throw this.misuse(`axis ${axis} is outside a blob of ${rank} axes`)
    return own + 1
  }

  has(id: number): boolean {
    return this.layer.values.has(id)
  }

  float(id: number, otherwise: number): number {
    const value = this.layer.values.get(id) ?? otherwise
    if (typeof value !== 'number') throw this.misuse(`its parameter ${id} is no number`)
    return value
  }

  integer(id: number, otherwise: number): number {
    const value = this.float(id, otherwise)
    if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 31) throw this.misuse(`its parameter ${id} is ${value}, no whole number`)
    return value
  }

  /** A whole number from `least` on. */
  size(id: number, otherwise: number, role: string, least = 1): number {
    const value = this.integer(id, otherwise)
    if (value < least) throw this.misuse(`its ${role} is ${value}`)
    return value
  }

  list(id: number): readonly number[] | undefined {
    const value = this.layer.values.get(id)
    if (value === undefined) return undefined
    if (typeof value === 'string') throw this.misuse(`its parameter ${id} is no list of numbers`)
    return typeof value === 'number' ? [value] : value
  }

  integers(id: number): readonly number[] | undefined {
    const list = this.list(id)
    if (list?.some((n) => !Number.isInteger(n) || Math.abs(n) >= 2 ** 31)) throw this.misuse(`its parameter ${id} is no list of whole numbers`)
    return list
  }

  marked(count: number): Float32Array {
    return this.weights.marked(count, this.what, this.where)
  }

  plain(count: number): Float32Array {
    return this.weights.plain(count, this.what, this.where)
  }

  /** One number per output, or NONE. */
  bias(has: boolean, count: number): TensorId {
    return has ? this.constant('bias', [count], this.plain(count)) : NONE
  }

  /** A vector of one element per outermost index of a blob of rank `rank`, in a shape that broadcasts so. */
  perChannel(role: string, data: Float32Array, rank: number): TensorId {
    return this.constant(role, [1, data.length, ...new Array<number>(rank - 1).fill(1)], data)
  }

  /** The op, and the activation of parameters 9 and 10 after it, if any; the op has the layer's name, and the last of the two the output's. */
  activated(op: string, attrs: Attributes, inputs: readonly TensorId[]): TensorId {
    const activation = this.fused()
    if (!activation) return this.emit(op, attrs, inputs)
    const { name, scope } = this
    const before = this.builder.node(op, attrs, inputs, { name, outputNames: [`${name}:before`], sources: [name], scope })
    if (activation.kind === 'hardSwish') return this.hardSwish(before, activation.alpha, activation.beta, `${name}:activation`)
    const options = { name: `${name}:activation`, outputNames: this.layer.outputs, sources: [name], scope }
    return this.builder.node('activation', { function: activation }, [before], options)
  }

  /** x * clamp(alpha x + beta, 0, 1) */
  hardSwish(x: TensorId, alpha: number, beta: number, name = this.name): TensorId {
    const options = { name, outputNames: this.layer.outputs, sources: [this.name], scope: this.scope }
    if (Math.abs(alpha - 1 / 6) < 1e-6 && beta === 0.5) return this.builder.node('activation', { function: { kind: 'hardSwish' } }, [x], options)
    const gate = this.emit('activation', { function: { kind: 'hardSigmoid', alpha, beta } }, [x], false)
    return this.builder.node('binary', { function: 'mul' }, [x, gate], options)
  }

  private fused(): Exclude<Activation, { kind: 'hardSwish' }> | HardSwish | undefined {
    const kind = this.integer(9, 0)
    const [a = Number.NaN, b = Number.NaN] = this.list(10) ?? []
    const needs = (...numbers: number[]): void => {
      if (numbers.some((n) => Number.isNaN(n))) throw this.misuse(`its activation of kind ${kind} lacks a parameter`)
    }
    switch (kind) {
      case 0:
        return undefined
      case 1:
        return { kind: 'clip', min: 0, max: null }
      case 2:
        needs(a)
        return { kind: 'leakyRelu', alpha: a }
      case 3:
        needs(a, b)
        return clip(a, b)
      case 4:
        return { kind: 'sigmoid' }
      case 5:
        return { kind: 'mish' }
      case 6:
        needs(a, b)
        return { kind: 'hardSwish', alpha: a, beta: b }
      default:
        throw this.refuse(
          `its fused activation is of kind ${kind}, which is not known`,
          'Convert the model with the activation as a layer of its own',
        )
    }
  }

  /** Elements of an input. */
  elements(index = 0): number {
    return sizeOf(this.shape(index))
  }

  /** Well-formed, but beyond the engine. */
  refuse(why: string, hint: string): ScopeError {
    return unsupported(this.what, why, hint, this.where)
  }

  /** Against the format. */
  misuse(why: string): ScopeError {
    return badInput(this.what, why, 'The model does not fit together; check how it was converted', this.where)
  }

  get what(): string {
    return `Layer "${this.layer.name}" (${this.layer.type})`
  }

  get where(): string {
    return `line ${this.layer.line}`
  }
}

/** Bounds as large as a float can be stand for none. */
export function clip(min: number, max: number): Extract<Activation, { kind: 'clip' }> {
  return { kind: 'clip', min: min < -3.4e38 ? null : min, max: max > 3.4e38 ? null : max }
}
