/** To 8 bits and back. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../engine/index.ts'
import { GraphBuilder } from '../../engine/ir/build.ts'
import { OPS } from '../../engine/ops/registry.ts'
import { makePlan } from '../../engine/plan/planner.ts'
import { BACKENDS, randomTensor, runOn } from './harness.ts'

/** An input that lies in planes, turned into bytes and back. */
function thereAndBack(shape: readonly number[], scale: number, zero: number) {
  const b = new GraphBuilder('test', OPS)
  const bytes = b.nodeOutputs('quantize', { scale, zero }, [b.input('x', shape)], { name: 'there' })
  return b.finish(b.nodeOutputs('dequantize', { scale, zero }, bytes, { name: 'back' }))
}

describe('quantize and dequantize', () => {
  it('the same to the bit on every backend, for any size, batch and number of channels', async () => {
    const shape = fc.tuple(
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 13 }),
    )
    await fc.assert(
      fc.asyncProperty(shape, fc.constantFrom(0.003, 0.01, 0.02), fc.integer({ min: 0, max: 255 }), async (of, scale, zero) => {
        const graph = thereAndBack(of, scale, zero)
        const inputs = [randomTensor(of, 3)]
        const reference = evaluateGraph(graph, inputs).get(graph.outputs[0] ?? -1)
        for (const backend of BACKENDS) expect((await runOn(backend, graph, inputs))[0]?.data).toEqual(reference?.data)
      }),
      {
        numRuns: 40,
        seed: 8,
        examples: [
          [[1, 3, 2, 8], 0.01, 128],
          [[2, 3, 3, 7], 0.01, 0],
        ],
      },
    )
  })

  it('an input is read from its planes', () => {
    expect(makePlan(thereAndBack([1, 3, 4, 4], 0.01, 128)).steps.map((s) => s.kernel)).toContain('quantizePlanes')
  })
})
