/** The scale of an 8-bit tensor, which its producer has among its attributes. */
import { assert } from '../../base/assert.ts'
import { type Graph, NONE, type TensorId, tensorOf } from '../../ir/graph.ts'
import type { HostTensor } from '../../ir/tensor.ts'
import { type Affine, affineSchema, dequantize } from '../../ops/quantized.ts'

/** Ops that move values keep the scale of their input. */
export function affineOfTensor(graph: Graph, id: TensorId): Affine {
  let at = id
  for (let steps = 0; steps <= graph.nodes.length; steps++) {
    const maker = graph.nodes.find((n) => n.outputs.includes(at))
    if (!maker) break
    const { quantized } = maker.attrs as { readonly quantized?: { readonly output?: unknown } | null }
    const own = affineSchema.safeParse(maker.op === 'quantize' ? maker.attrs : quantized?.output)
    if (own.success) return own.data
    at = maker.inputs[0] ?? NONE
  }
  assert(false, `nothing says what the bytes of "${tensorOf(graph, id).name}" stand for`)
}

/** What a tensor's elements stand for: themselves, or what the scale of their bytes makes of them. */
export function realValues(graph: Graph, id: TensorId, { dtype, data }: HostTensor): Float32Array {
  if (dtype !== 'u8') return Float32Array.from(data)
  const affine = affineOfTensor(graph, id)
  return Float32Array.from(data, (q) => dequantize(q, affine))
}
