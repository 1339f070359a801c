/** The quantized stage: the same integers in scalar code, in both builds of the kernels and on any number of threads. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildZooModel, evaluateGraph, fuse, type Graph, recognise, tensorOf } from '../../../engine/index.ts'
import { relativeError } from '../../fixtures/evaluate.ts'
import { integerPart, quantizedBy } from '../../fixtures/integerPart.ts'
import { listing, randomNetwork } from '../../fixtures/randomGraph.ts'
import { BACKENDS, randomTensor, runOn } from '../../ops/harness.ts'

const GRAPHS = 200
const PARTS = 4

const inputsOf = (graph: Graph) => graph.inputs.map((id) => randomTensor(tensorOf(graph, id).fact.shape, 5))

/** Without the weights' scales, of which there are thousands. */
const shortListing = (graph: Graph): string => listing(graph).replace(/"weights":\[[^\]]*\]/g, '"weights":[...]')

/** Returns how many nodes of the graph are 8-bit. */
async function expectSameIntegers(fused: Graph, backends = BACKENDS): Promise<number> {
  const inputs = inputsOf(fused)
  const quantized = quantizedBy(fused, inputs)
  const part = integerPart(quantized, evaluateGraph(quantized, inputs))
  if (!part) return 0
  const expected = evaluateGraph(part.graph, part.inputs)
  for (const backend of backends) {
    const outputs = await runOn(backend, part.graph, part.inputs)
    part.graph.outputs.forEach((id, i) => {
      const [is, should] = [outputs[i]?.data ?? [], expected.get(id)?.data ?? []]
      expect(is.length).toBe(should.length)
      const wrong = Array.from(is).filter((v, k) => v !== should[k]).length
      expect(wrong, `values of output ${id} on ${backend.backend} x${backend.threads}:${shortListing(part.graph)}`).toBe(0)
    })
  }
  return part.graph.nodes.length
}

describe('8-bit integers are the same to the bit in scalar code, baseline and relaxed SIMD, on one and three threads', () => {
  for (const id of [
    'shufflenet-v1-g1-0.5x',
    'shufflenet-v1-g3-0.5x',
    'shufflenet-v1-g8-0.5x',
    'shufflenet-v2-torchvision-0.5x',
    'shufflenet-v2-megvii-0.5x',
    'mobilenet-v1-0.25x',
  ])
    it(`in ${id}`, async () => {
      const nodes = await expectSameIntegers(fuse(recognise(buildZooModel(id, { inputSize: [64, 64] }).graph)))
      expect(nodes).toBeGreaterThan(27)
    })

  for (let part = 0; part < PARTS; part++)
    it(`in ${GRAPHS / PARTS} random networks: part ${part + 1} of ${PARTS}`, async () => {
      let nodes = 0
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (draw) => {
          nodes += await expectSameIntegers(fuse(randomNetwork(draw)), BACKENDS.slice(0, 2))
        }),
        { seed: 2600 + part, numRuns: GRAPHS / PARTS, endOnFailure: true },
      )
      expect(nodes).toBeGreaterThan(GRAPHS / PARTS)
    })
})

describe('a quantized network', () => {
  it.each(['shufflenet-v1-g3-0.5x', 'shufflenet-v2-torchvision-0.5x', 'mobilenet-v1-0.25x'])('%s stays near the float one', (id) => {
    const fused = fuse(recognise(buildZooModel(id, { inputSize: [64, 64] }).graph))
    const inputs = inputsOf(fused)
    const [out = -1] = fused.outputs
    const [float, bytes] = [fused, quantizedBy(fused, inputs)].map((g) => evaluateGraph(g, inputs).get(g.outputs[0] ?? out)?.data ?? [])
    expect(relativeError(bytes ?? [], float ?? [])).toBeLessThan(0.05)
  })
})
