/** 200 random networks: what is fused, planned and threaded gives what the graph itself gives in scalar code. */
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import {
  createRunner,
  evaluateGraph,
  fuse,
  type Graph,
  type HostTensor,
  makePlan,
  type Plan,
  type RunResult,
  tensorOf,
} from '../../../engine/index.ts'
import { listing, randomNetwork } from '../../fixtures/randomGraph.ts'
import { ReusedThreads } from '../../fixtures/reusedThreads.ts'
import { type Backend, kernelsOf, randomTensor, relativeError } from '../../ops/harness.ts'

const GRAPHS = 200
const PARTS = 4
const TOLERANCE = 1e-4
const BACKENDS: readonly Backend[] = [
  { backend: 'wasm-simd', threads: 1 },
  { backend: 'wasm-relaxed-simd', threads: 1 },
  { backend: 'wasm-relaxed-simd', threads: 2 },
  { backend: 'wasm-relaxed-simd', threads: 3 },
]

const threads = new ReusedThreads()
afterAll(() => threads.close())

/** The second of two runs: what the first leaves in the arena must not matter. */
async function runPlan({ backend, threads: count }: Backend, plan: Plan, inputs: readonly HostTensor[]): Promise<RunResult> {
  const runner = await createRunner(plan, { module: await kernelsOf(backend), backend, threads: count, spawn: threads.spawn })
  try {
    await runner.run(inputs)
    return await runner.run(inputs, { keep: plan.kept.map((t) => t.id) })
  } finally {
    await runner.close()
  }
}

const inputsOf = (graph: Graph): HostTensor[] => graph.inputs.map((id) => randomTensor(tensorOf(graph, id).fact.shape, 5))

/** Up to two tensors that are computed on the way, by the numbers drawn. */
function someOf(graph: Graph, fused: Graph, numbers: readonly number[]): number[] {
  const between = fused.nodes
    .flatMap((n) => n.outputs)
    .filter((id) => graph.tensors.has(id) && !fused.outputs.includes(id) && !tensorOf(fused, id).data)
  return between.length === 0 ? [] : [...new Set(numbers.map((n) => between[n % between.length] ?? 0))]
}

function expectClose(actual: HostTensor | undefined, expected: HostTensor | undefined, where: string): void {
  expect(actual?.shape, where).toEqual(expected?.shape)
  expect(relativeError(actual?.data ?? [], expected?.data ?? []), where).toBeLessThan(TOLERANCE)
}

async function check(graph: Graph, numbers: readonly number[]): Promise<void> {
  const inputs = inputsOf(graph)
  const values = evaluateGraph(graph, inputs)
  const fused = fuse(graph)
  const where = listing(graph)
  const plan = makePlan(fused)
  const relaxed: RunResult[] = []
  for (const backend of BACKENDS) {
    const result = await runPlan(backend, plan, inputs)
    graph.outputs.forEach(
      (id, i) => void expectClose(result.outputs[i], values.get(id), `${backend.backend} x${backend.threads}, output ${id}:${where}`),
    )
    if (backend.backend === 'wasm-relaxed-simd') relaxed.push(result)
  }
  for (const { outputs } of relaxed.slice(1)) expect(outputs, `threads cut work, not sums:${where}`).toEqual(relaxed[0]?.outputs)

  const keep = someOf(graph, fused, numbers)
  const keeping = makePlan(fused, { keep })
  for (const backend of [BACKENDS[0], BACKENDS[2]]) {
    if (!backend) continue
    const result = await runPlan(backend, keeping, inputs)
    for (const id of keep) expectClose(result.kept.get(id), values.get(id), `x${backend.threads}, kept tensor ${id}:${where}`)
    graph.outputs.forEach(
      (id, i) => void expectClose(result.outputs[i], values.get(id), `x${backend.threads}, output ${id} beside kept ${keep.join()}:${where}`),
    )
  }
}

const partOf = (part: number): fc.Parameters<unknown> => ({ seed: 1807 + part, numRuns: GRAPHS / PARTS, endOnFailure: true })

describe('random networks', () => {
  for (let part = 0; part < PARTS; part++)
    it(`give the values of the unfused graph on every backend, with and without tensors kept: part ${part + 1} of ${PARTS}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.gen(), fc.array(fc.nat(10_000), { minLength: 1, maxLength: 2 }), (draw, numbers) => check(randomNetwork(draw), numbers)),
        partOf(part),
      )
    })
})
