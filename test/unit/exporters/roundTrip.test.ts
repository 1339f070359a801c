/** Every network of the zoo, and random ones, written as ONNX and as a bundle and opened again: they compute the same, here and in onnxruntime. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  buildZooModel,
  evaluateGraph,
  fuse,
  type Graph,
  type HostTensor,
  type Model,
  openModel,
  parameterCount,
  recognise,
  tensorOf,
  writeBundle,
  writeOnnx,
  ZOO,
} from '../../../engine/index.ts'
import { listing, randomNetwork } from '../../fixtures/randomGraph.ts'
import { randomTensor, relativeError, runOn } from '../../ops/harness.ts'
import { runOnnx } from '../importers/onnx/oracle.ts'

/** Their smallest input, for the sake of time; these two do not fit 32x32. */
const SIDE = 32
const SIDES: Readonly<Record<string, number>> = { alexnet: 64, 'alexnet-bvlc': 64, 'googlenet-bvlc': 64 }
/** onnxruntime-web would hold larger files several times. */
const MAX_ORACLE_BYTES = 120e6
const RANDOM = 120

const BACKEND = { backend: 'wasm-simd', threads: 1 } as const
const inputsOf = (graph: Graph, seed: number): HostTensor[] => graph.inputs.map((id, i) => randomTensor(tensorOf(graph, id).fact.shape, seed + i))
const run = (graph: Graph, inputs: readonly HostTensor[]) => runOn(BACKEND, fuse(recognise(graph)), inputs)

function expectSame(actual: readonly HostTensor[], expected: readonly HostTensor[], tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length)
  for (const [i, value] of expected.entries()) {
    expect(actual[i]?.shape, what).toEqual(value.shape)
    expect(relativeError(actual[i]?.data ?? [], value.data), what).toBeLessThan(tolerance)
  }
}

function modelOf(graph: Graph): Model {
  return { id: 'random', title: 'Random', preprocess: null, labels: null, labelSet: null, provenance: 'made', notice: null, graph, format: 'bundle' }
}

describe('the zoo', () => {
  it.each(ZOO.map((entry) => entry.id))('%s', { timeout: 120_000 }, async (id) => {
    const side = SIDES[id] ?? SIDE
    const { graph } = buildZooModel(id, { inputSize: [side, side], classes: 11 })
    const inputs = inputsOf(graph, 5)
    const expected = await run(graph, inputs)
    const bundle = (await openModel({ name: 'again.safetensors', bytes: writeBundle(modelOf(graph)), owned: true })).graph
    expect(bundle.nodes).toEqual(graph.nodes)
    expectSame(await run(bundle, inputs), expected, Number.MIN_VALUE, 'bundle')
    if (graph.nodes.some((n) => n.op === 'nonMaxSuppression')) {
      // As many boxes as there are: an output of no fixed size there.
      expect(() => writeOnnx(recognise(graph))).toThrow(/no ONNX form/)
      return
    }
    const bytes = writeOnnx(recognise(graph))
    if (bytes.length < MAX_ORACLE_BYTES) expectSame(await runOnnx(bytes, inputs), expected, 1e-5, 'onnxruntime')
    const again = (await openModel({ name: 'again.onnx', bytes, owned: true })).graph
    expect(parameterCount(again)).toBe(parameterCount(graph))
    expectSame(await run(again, inputs), expected, 1e-5, 'ONNX')
  })
})

describe('random networks', () => {
  it(`${RANDOM} of them`, { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), fc.nat(), async (draw, seed) => {
        const graph = randomNetwork(draw)
        const inputs = inputsOf(graph, seed)
        const valuesOf = (g: Graph): HostTensor[] => {
          const values = evaluateGraph(g, inputs)
          return g.outputs.flatMap((output) => values.get(output) ?? [])
        }
        const expected = valuesOf(graph)
        const bytes = writeOnnx(graph)
        expectSame(await runOnnx(bytes, inputs), expected, 2e-5, `onnxruntime${listing(graph)}`)
        const again = await openModel({ name: 'again.onnx', bytes, owned: true })
        expectSame(valuesOf(again.graph), expected, 1e-5, `ONNX${listing(graph)}`)
        const bundle = await openModel({ name: 'again.safetensors', bytes: writeBundle(modelOf(graph)), owned: true })
        expect(bundle.graph).toEqual(graph)
        expectSame(valuesOf(bundle.graph), expected, Number.MIN_VALUE, 'bundle')
      }),
      { numRuns: RANDOM },
    )
  })
})
