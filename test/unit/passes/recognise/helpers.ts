/** Building small graphs, running them op by op in plain TypeScript, applying one pass. */
import { expect } from 'vitest'
import { GraphBuilder } from '../../../../engine/ir/build.ts'
import { checkGraph } from '../../../../engine/ir/check.ts'
import { type Graph, NONE, type TensorId, tensorOf } from '../../../../engine/ir/graph.ts'
import { type HostTensor, sizeOf } from '../../../../engine/ir/tensor.ts'
import { OPS } from '../../../../engine/ops/registry.ts'
import { applyPass, type Pass } from '../../../../engine/passes/pass.ts'

/** Deterministic values in -1..1. */
export function values(shape: readonly number[], seed = 1): HostTensor {
  let state = seed * 2654435761
  const data = Float32Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state / 2 ** 31
  })
  return { dtype: 'f32', shape, data }
}

/** Runs every node with its scalar definition. */
export function evaluate(graph: Graph, inputs: readonly HostTensor[]): HostTensor[] {
  const known = new Map<TensorId, HostTensor>()
  for (const tensor of graph.tensors.values()) if (tensor.data) known.set(tensor.id, { ...tensor.fact, data: tensor.data })
  graph.inputs.forEach((id, i) => {
    const value = inputs[i]
    if (value) known.set(id, value)
  })
  for (const node of graph.nodes) {
    const results = OPS.evaluate(
      node.op,
      node.attrs,
      node.inputs.map((id) => (id === NONE ? undefined : known.get(id))),
    )
    node.outputs.forEach((id, i) => {
      const result = results[i]
      if (result) {
        expect(result.shape.join(), node.name).toBe(tensorOf(graph, id).fact.shape.join())
        known.set(id, result)
      }
    })
  }
  return graph.outputs.map((id) => {
    const result = known.get(id)
    if (!result) throw new Error(`output ${id} was not computed`)
    return result
  })
}

/** A graph with one input, built by `body`. */
export function graphOf(shape: readonly number[], body: (b: GraphBuilder, x: TensorId) => TensorId | TensorId[]): Graph {
  const builder = new GraphBuilder('test', OPS)
  const made = body(builder, builder.input('x', shape))
  const graph = builder.finish(Array.isArray(made) ? made : [made])
  checkGraph(graph, OPS, 'the test')
  return graph
}

export function opsOf(graph: Graph): string[] {
  return graph.nodes.map((n) => n.op)
}

/** Applies passes and checks that the graph still computes the same. */
export function rewritten(graph: Graph, ...passes: readonly Pass[]): Graph {
  const after = passes.reduce(applyPass, graph)
  const inputs = graph.inputs.map((id, i) => values(tensorOf(graph, id).fact.shape, i + 7))
  const before = evaluate(graph, inputs)
  evaluate(after, inputs).forEach((result, i) => {
    expect(result.shape).toEqual(before[i]?.shape)
    expect(largestDifference(result, before[i])).toBeLessThan(1e-5)
  })
  return after
}

export function largestDifference(a: HostTensor | undefined, b: HostTensor | undefined): number {
  if (!a || !b || a.data.length !== b.data.length) return Number.POSITIVE_INFINITY
  let worst = 0
  for (let i = 0; i < a.data.length; i++) {
    const d = Math.abs((a.data[i] ?? Number.NaN) - (b.data[i] ?? Number.NaN))
    if (!(d <= worst)) worst = d
  }
  return worst
}
