/**
 * The ONNX project's node tests against what the importer claims: every one whose operators are all claimed computes what it
 * should, as loaded, recognised, and by the kernels, unless a restriction of `claims.ts` names what it asks for.
 */
import { afterAll, describe, expect, it } from 'vitest'
import { CLAIMS } from '../../../../engine/importers/onnx/claims.ts'
import { evaluateGraph, type Graph, type HostTensor, makePlan } from '../../../../engine/index.ts'
import { checkGraph } from '../../../../engine/ir/check.ts'
import { OPS } from '../../../../engine/ops/registry.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { runOn } from '../../../ops/harness.ts'
import { type Case, caseOf, dataSets, type Feeding, mismatch, type NodeTest, nodeTests, readNodeTest } from './nodeTests.ts'

const all = nodeTests.map(readNodeTest)
const claimed = all.filter((t) => t.claimed)
const groups = [...new Set(claimed.map((t) => t.ops.join(' + ')))].sort()

const passed = new Map<string, { planned: boolean; fed: boolean }>()
const outside = new Map<string, string[]>()

function expectOutputs(expected: readonly HostTensor[], outputs: readonly (HostTensor | undefined)[], where: string): void {
  expect(outputs.length, where).toBe(expected.length)
  expected.forEach((e, i) => {
    expect(mismatch(outputs[i], e), `${where}, output ${i}`).toBeUndefined()
  })
}

function evaluated(graph: Graph, inputs: readonly HostTensor[]): (HostTensor | undefined)[] {
  const values = evaluateGraph(graph, inputs)
  return graph.outputs.map((id) => values.get(id))
}

/** Whether kernels had anything to compute. */
async function check({ graph, inputs, expected }: Case, where: string): Promise<boolean> {
  checkGraph(graph, OPS, 'import')
  expectOutputs(expected, evaluated(graph, inputs), `${where}, as loaded`)
  const known = recognise(graph)
  expectOutputs(expected, evaluated(known, inputs), `${where}, recognised`)
  const fused = fuse(known)
  const { steps } = makePlan(fused)
  for (const backend of ['wasm-simd', 'wasm-relaxed-simd'] as const)
    expectOutputs(expected, await runOn({ backend, threads: 1 }, fused, inputs), `${where}, ${backend}`)
  return steps.length > 0
}

async function run(test: NodeTest): Promise<void> {
  let planned = false
  const taken: Record<Feeding, boolean> = { stored: true, fed: true }
  for (const feeding of ['stored', 'fed'] as const)
    for (const set of dataSets(test.name)) {
      const one = caseOf(test.name, set, feeding)
      if (typeof one === 'string') {
        taken[feeding] = false
        if (feeding === 'stored') outside.set(one, [...(outside.get(one) ?? []), test.name])
        break
      }
      planned = (await check(one, `${test.name}, inputs ${feeding}`)) || planned
    }
  if (taken.stored) passed.set(test.name, { planned, fed: taken.fed })
  else expect(taken.fed, `${test.name}: what is left out with its weights stored is left out with them fed`).toBe(false)
}

describe.skipIf(all.length === 0)('node tests of the ONNX project (skipped where Debian package libonnx-testdata is not installed)', () => {
  it('hundreds of them are of claimed operators alone', () => {
    expect(claimed.length).toBeGreaterThan(400)
  })

  it.each(groups)('%s', async (ops) => {
    const failures: string[] = []
    for (const test of claimed.filter((t) => t.ops.join(' + ') === ops))
      await run(test).catch((thrown: unknown) => failures.push(`${test.name}: ${thrown instanceof Error ? thrown.message : thrown}`))
    expect(failures).toEqual([])
  })

  afterAll(() => {
    const left = [...outside.values()].reduce((sum, names) => sum + names.length, 0)
    const kinds = [...passed.values()]
    const lines = [
      `ONNX operators claimed: ${Object.keys(CLAIMS).length}, of them with node tests: ${new Set(claimed.flatMap((t) => t.ops)).size}`,
      `node tests: ${all.length}; of claimed operators alone: ${claimed.length}; passing: ${passed.size}; outside by a restriction: ${left}; failing: ${claimed.length - passed.size - left}; with an operator that is not claimed: ${all.length - claimed.length}`,
      `of those passing, with kernels: ${kinds.filter((k) => k.planned).length}, of constants alone: ${kinds.filter((k) => !k.planned).length}; also with every input fed: ${kinds.filter((k) => k.fed).length}`,
      ...[...outside].map(([words, names]) => `  outside, ${names.length}: ${words}`),
    ]
    console.log(lines.join('\n'))
  })
})
