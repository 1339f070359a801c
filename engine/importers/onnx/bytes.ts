/** Data that a model quantizes. It is u8 here; that of int8 is shifted by 128 to be so. Whatever else reads it sees its integers as floats. */
import type { GraphBuilder } from '../../ir/build.ts'
import { NONE, type TensorId } from '../../ir/graph.ts'
import type { Affine } from '../../ops/quantized.ts'

/** Added to int8 values, and to their zero point. */
export const SHIFT = 128

interface Quantised {
  /** What the values stand for. */
  readonly affine: Affine
  /** What was added to the values of the model. */
  readonly offset: number
}

export class ByteTensors {
  private readonly known = new Map<TensorId, Quantised>()
  private readonly floats = new Map<string, TensorId>()

  constructor(private readonly builder: GraphBuilder) {}

  add(id: TensorId, affine: Affine, offset: number): void {
    this.known.set(id, { affine, offset })
  }

  /** What was added to the values of a quantized tensor to make them u8; undefined where it is none. */
  offsetOf(id: TensorId): number | undefined {
    return this.known.get(id)?.offset
  }

  /** The integers of a quantized tensor as f32; any other as it is. */
  asIntegers(id: TensorId, scope: string): TensorId {
    const own = this.known.get(id)
    return own ? this.dequantized(id, { scale: 1, zero: own.offset }, 'integers', scope) : id
  }

  /**
   * For a node that moves elements: its inputs as what they stand for, and how its results are quantized again. Undefined where
   * it reads none that is quantized, or not all by one scale.
   */
  moved(
    inputs: readonly TensorId[],
    scope: string,
  ): { readonly inputs: readonly TensorId[]; readonly again: (id: TensorId) => TensorId } | undefined {
    const data = inputs.filter((id) => id !== NONE && this.builder.varies(id)).map((id) => this.known.get(id))
    const [first] = data
    if (!first) return undefined
    const { affine, offset } = first
    if (data.some((d) => d?.offset !== offset || d.affine.scale !== affine.scale || d.affine.zero !== affine.zero)) return undefined
    const again = (id: TensorId): TensorId => {
      const made = this.builder.node('quantize', { ...affine }, [id], { name: `${this.builder.nameOf(id)}:quantize`, scope })
      this.add(made, affine, offset)
      return made
    }
    return { inputs: inputs.map((id) => (this.known.has(id) ? this.dequantized(id, affine, 'values', scope) : id)), again }
  }

  private dequantized(id: TensorId, affine: Affine, word: string, scope: string): TensorId {
    const key = `${word} ${id}`
    const known = this.floats.get(key)
    if (known !== undefined) return known
    const made = this.builder.node('dequantize', { ...affine }, [id], { name: `${this.builder.nameOf(id)}:${word}`, scope })
    this.floats.set(key, made)
    return made
  }
}
