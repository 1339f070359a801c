/** What every op must hold to, on one small graph: facts, kernels and channel flow agree with the scalar evaluation. */
import { expect } from 'vitest'
import { type Attributes, checkGraph, evaluateGraph, type Graph, type HostTensor, type TensorId, tensorOf } from '../../engine/index.ts'
import { GraphBuilder } from '../../engine/ir/build.ts'
import { factsOf } from '../../engine/ops/facts.ts'
import { OPS, opOf } from '../../engine/ops/registry.ts'
import { expectAgreement, randomTensor } from './harness.ts'

/** An input of a node under test: the shape of a computed tensor, or a constant. */
export type Operand = readonly number[] | HostTensor

const isConstant = (operand: Operand): operand is HostTensor => !Array.isArray(operand)

export function integers(...list: number[]): HostTensor {
  return { dtype: 'i64', shape: [list.length], data: Float64Array.from(list) }
}

/** One node, its outputs the outputs of the graph. */
export function nodeGraph(op: string, attrs: Attributes, operands: readonly Operand[]): Graph {
  const b = new GraphBuilder('test', OPS)
  const inputs = operands.map((o, i) => (isConstant(o) ? b.constant(`c${i}`, o) : b.input(`x${i}`, o)))
  const graph = b.finish(b.nodeOutputs(op, attrs, inputs, { name: 'node' }))
  checkGraph(graph, OPS, 'the test')
  return graph
}

const inputsOf = (graph: Graph, seed: number): HostTensor[] => graph.inputs.map((id, i) => randomTensor(tensorOf(graph, id).fact.shape, seed + i))

/** The one node on computed inputs: scalar values of its first output, after kernels and channel flow were compared with them. */
export async function checkNode(
  op: string,
  attrs: Attributes,
  operands: readonly Operand[],
  options: { kernels?: boolean } = {},
): Promise<HostTensor> {
  const graph = nodeGraph(op, attrs, operands)
  const inputs = inputsOf(graph, 1)
  expectFlow(graph)
  if (options.kernels !== false) await expectAgreement(graph, inputs)
  return first(graph, inputs)
}

export function first(graph: Graph, inputs: readonly HostTensor[]): HostTensor {
  const id = graph.outputs[0] as TensorId
  const value = evaluateGraph(graph, inputs).get(id) ?? { ...tensorOf(graph, id).fact, data: tensorOf(graph, id).data ?? new Float32Array(0) }
  expect(value.shape, 'evaluation gives the inferred shape').toEqual(tensorOf(graph, id).fact.shape)
  return value
}

function channelOf(shape: readonly number[], index: number): number {
  if (shape.length < 2) return 0
  const inner = shape.slice(2).reduce((a, b) => a * b, 1)
  return Math.floor(index / inner) % (shape[1] ?? 1)
}

/** Which input channels change which output channels when every element of one channel is moved. */
function observed(graph: Graph, inputs: readonly HostTensor[], input: number): Set<number>[] {
  const before = first(graph, inputs)
  const x = inputs[input]
  const reached = Array.from({ length: before.shape.length >= 2 ? (before.shape[1] ?? 1) : 1 }, () => new Set<number>())
  if (!x) return reached
  const channels = x.shape.length >= 2 ? (x.shape[1] ?? 1) : 1
  for (let c = 0; c < channels; c++) {
    const moved = { ...x, data: Float32Array.from(x.data, (v, i) => (channelOf(x.shape, i) === c ? v + 3.7 + (i % 5) : v)) }
    const after = first(
      graph,
      inputs.map((t, i) => (i === input ? moved : t)),
    )
    after.data.forEach((v, i) => {
      if (v !== before.data[i]) reached[channelOf(after.shape, i)]?.add(c)
    })
  }
  return reached
}

/** The flow that an op states is what is seen when channels are disturbed: maps exactly, groups as a bound that is met somewhere. */
export function expectFlow(graph: Graph): void {
  const [node] = graph.nodes
  if (!node || graph.outputs.some((id) => tensorOf(graph, id).data)) return
  const op = opOf(node.op)
  const facts = factsOf(graph, node)
  graph.inputs.forEach((id, index) => {
    const at = node.inputs.indexOf(id)
    const seen = observed(graph, inputsOf(graph, 11), index)
    const flow = op.flow(node.attrs, facts, at, 0)
    if (flow.kind === 'map') {
      expect(flow.source.length).toBe(seen.length)
      expect(
        seen.map((s) => [...s]),
        `${node.op}: channel flow`,
      ).toEqual(Array.from(flow.source, (c) => (c < 0 ? [] : [c])))
    } else if (flow.kind === 'groups') {
      for (const run of flow.runs)
        for (let c = run.out[0]; c < run.out[1]; c++) {
          const outside = [...(seen[c] ?? [])].filter((k) => k < run.in[0] || k >= run.in[1])
          expect(outside, `${node.op}: channel ${c} sees beyond its run`).toEqual([])
        }
      const covered = new Set(flow.runs.flatMap((r) => Array.from({ length: r.out[1] - r.out[0] }, (_, i) => r.out[0] + i)))
      seen.forEach((s, c) => {
        if (s.size > 0) expect(covered.has(c), `${node.op}: channel ${c} has no run`).toBe(true)
      })
    } else expect(seen.every((s) => s.size === 0)).toBe(true)
  })
}
