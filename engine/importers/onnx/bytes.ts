/** Feature maps that a model quantizes. They are u8 here; those of int8 are shifted by 128 to be so. Whatever else reads them sees their integers as floats. */
import type { GraphBuilder } from '../../ir/build.ts'
import type { TensorId } from '../../ir/graph.ts'

/** Added to int8 values, and to their zero point. */
export const SHIFT = 128

export class ByteTensors {
  private readonly offsets = new Map<TensorId, number>()
  private readonly floats = new Map<TensorId, TensorId>()

  constructor(private readonly builder: GraphBuilder) {}

  add(id: TensorId, offset: number): void {
    this.offsets.set(id, offset)
  }

  /** What was added to the values of a quantized map to make them u8; undefined where the tensor is none. */
  offsetOf(id: TensorId): number | undefined {
    return this.offsets.get(id)
  }

  /** The integers of a quantized map as f32; any other tensor as it is. */
  asFloats(id: TensorId, scope: string): TensorId {
    const offset = this.offsets.get(id)
    if (offset === undefined) return id
    const known = this.floats.get(id)
    if (known !== undefined) return known
    const name = `${this.builder.nameOf(id)}:integers`
    const made = this.builder.node('dequantize', { scale: 1, zero: offset }, [id], { name, scope })
    this.floats.set(id, made)
    return made
  }
}
