/**
 * Tensors of the file in the graph under construction. TensorFlow Lite has maps as [N, H, W, C], the engine as [N, C, H, W]:
 * each tensor is held in one of the two orders, and made in the other by a transpose when something first asks for it.
 * Convolutions and whatever follows them stay in the engine's order, so that transposes remain only around what is no map.
 */
import { assert } from '../../base/assert.ts'
import { badInput, unsupported } from '../../base/errors.ts'
import type { GraphBuilder } from '../../ir/build.ts'
import { allocate, type HostTensor, stridesOf } from '../../ir/tensor.ts'
import type { FlatFile } from './flatbuffer.ts'
import type { TfliteTensor } from './model.ts'
import { constantOf, placeOf } from './tensor.ts'

/** `plain`: axes as in the file. `map`: a tensor of rank 4 as [N, C, H, W] of the file's [N, H, W, C]. */
export type Order = 'plain' | 'map'

/** Input axis of each output axis of the transposes between the two. */
export const TO_MAP = [0, 3, 1, 2] as const
export const TO_PLAIN = [0, 2, 3, 1] as const

/** The axis of a map that stands for axis `axis` of the file. */
export function mapAxis(axis: number): number {
  return TO_PLAIN[axis] ?? axis
}

interface Held {
  /** The order that it was made in. */
  readonly order: Order
  readonly ids: { plain?: number; map?: number }
}

export class Values {
  private readonly held = new Map<number, Held>()
  private readonly constants = new Map<number, HostTensor | undefined>()
  private readonly permuted = new Map<string, number>()

  constructor(
    private readonly file: FlatFile,
    private readonly tensors: readonly TfliteTensor[],
    private readonly builder: GraphBuilder,
    private readonly unique: (name: string) => string,
  ) {}

  /** A tensor that the model defines. Throws ScopeError where it is defined twice. */
  define(index: number, id: number, order: Order): void {
    const tensor = this.tensor(index)
    const { what, where } = placeOf(tensor)
    if (this.held.has(index) || this.constants.get(index)) throw badInput(what, 'the model defines it twice', 'Convert the model again', where)
    this.held.set(index, { order, ids: { [order]: id } })
  }

  tensor(index: number): TfliteTensor {
    const tensor = this.tensors[index]
    if (!tensor) throw badInput('TensorFlow Lite model', `tensor ${index} is not in it`, 'Convert the model again')
    return tensor
  }

  /** Whether a tensor depends on the inputs of the model. */
  varies(index: number): boolean {
    const held = this.held.get(index)
    const id = held && (held.ids.plain ?? held.ids.map)
    return id !== undefined && this.builder.varies(id)
  }

  /** The value, axes as in the file, of what does not depend on the inputs; undefined where it does. */
  constant(index: number): HostTensor | undefined {
    const held = this.held.get(index)
    if (held) {
      const { plain } = held.ids
      return plain === undefined ? undefined : this.builder.valueOf(plain)
    }
    if (!this.constants.has(index)) this.constants.set(index, constantOf(this.file, this.tensor(index)))
    return this.constants.get(index)
  }

  /** The order that a tensor was made in. */
  order(index: number): Order {
    return this.held.get(index)?.order ?? 'plain'
  }

  /** Shape in the file's order, as the graph has it. */
  shape(index: number): readonly number[] {
    const held = this.held.get(index)
    if (!held) return this.tensor(index).shape
    if (held.ids.plain !== undefined) return this.builder.factOf(held.ids.plain).shape
    const [n = 1, c = 1, h = 1, w = 1] = this.builder.factOf(held.ids.map ?? -1).shape
    return [n, h, w, c]
  }

  dtype(index: number): string | undefined {
    const held = this.held.get(index)
    const id = held && (held.ids.plain ?? held.ids.map)
    return id === undefined ? this.constant(index)?.dtype : this.builder.factOf(id).dtype
  }

  /** The tensor in the graph, axes as in the file. `by`: the node that asks, which a transpose is then counted to. */
  plain(index: number, by: string): number {
    return this.inOrder(index, 'plain', by)
  }

  /** The same as [N, C, H, W]; it must be of rank 4. */
  map(index: number, by: string): number {
    return this.inOrder(index, 'map', by)
  }

  /** A constant with its axes in another order and perhaps another shape, e.g. weights; made once. */
  permutedConstant(index: number, perm: readonly number[], shape?: readonly number[]): number | undefined {
    const value = this.constant(index)
    if (!value) return undefined
    const key = `${index}:${perm.join()}:${shape?.join() ?? ''}`
    const made = this.permuted.get(key)
    if (made !== undefined) return made
    const turned = permute(shape ? { ...value, shape } : value, perm)
    const id = this.builder.constant(this.tensor(index).name, turned, perm.length === 4 ? 'OIHW' : undefined)
    this.permuted.set(key, id)
    return id
  }

  private inOrder(index: number, order: Order, by: string): number {
    const held = this.held.get(index) ?? this.fromFile(index)
    const own = held.ids[order]
    if (own !== undefined) return own
    const value = held.ids.plain === undefined ? undefined : this.builder.valueOf(held.ids.plain)
    const { name } = this.tensor(index)
    const id = value
      ? this.builder.constant(name, permute(value, TO_MAP))
      : this.builder.node('transpose', { perm: [...(order === 'map' ? TO_MAP : TO_PLAIN)] }, [held.ids[held.order] ?? -1], {
          name: this.unique(`${name}:${order === 'map' ? 'nchw' : 'nhwc'}`),
          sources: [by],
        })
    held.ids[order] = id
    return id
  }

  /** A constant of the file enters the graph when it is first read. */
  private fromFile(index: number): Held {
    const tensor = this.tensor(index)
    const value = this.constant(index)
    const { what, where } = placeOf(tensor)
    if (!value && tensor.variable)
      throw unsupported(what, 'it is a variable that lasts from one run to the next', 'Convert a model without state', where)
    if (!value) throw badInput(what, 'it is read, and nothing before makes it', 'The file may be damaged; convert the model again', where)
    const held: Held = { order: 'plain', ids: { plain: this.builder.constant(tensor.name, value) } }
    this.held.set(index, held)
    return held
  }
}

/** Output axis i is input axis perm[i]. Plain loops over four axes: this runs over every weight of a model. */
export function permute({ dtype, shape, data }: HostTensor, perm: readonly number[]): HostTensor {
  assert(perm.length <= 4, `a constant of ${perm.length} axes`)
  const strides = stridesOf(shape)
  const turned = perm.map((axis) => shape[axis] ?? 1)
  const lead = 4 - perm.length
  const [n = 1, c = 1, h = 1, w = 1] = [...new Array<number>(lead).fill(1), ...turned]
  const [sn = 0, sc = 0, sh = 0, sw = 0] = [...new Array<number>(lead).fill(0), ...perm.map((axis) => strides[axis] ?? 0)]
  const out = allocate(dtype, data.length)
  let to = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < c; j++)
      for (let k = 0; k < h; k++) {
        let from = i * sn + j * sc + k * sh
        for (const end = to + w; to < end; from += sw) out[to++] = data[from] ?? 0
      }
  return { dtype, shape: turned, data: out }
}
