/** Functions of two tensors: what broadcasts in any direction, powers and slopes. */
import { describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../engine/index.ts'
import { checkNode, nodeGraph } from './cases.ts'
import { BACKENDS, expectAgreement, randomTensor, runOn } from './harness.ts'

describe('binary', () => {
  it.each([
    [
      [2, 5, 3, 4],
      [3, 1],
    ],
    [[2, 5, 3, 4], [4]],
    [
      [2, 5, 3, 4],
      [5, 3, 4],
    ],
    [
      [2, 5, 3, 4],
      [5, 1, 4],
    ],
    [
      [2, 1, 3, 4],
      [1, 5, 1, 4],
    ],
    [
      [1, 5, 1, 1],
      [2, 5, 3, 4],
    ],
    [
      [2, 3, 4, 5, 2],
      [3, 4, 5, 2],
    ],
    [
      [2, 3, 4, 5, 2],
      [4, 1, 1],
    ],
    [
      [3, 4],
      [3, 1],
    ],
    [[4], [2, 3, 4]],
  ])('%j with %j, either first, on every backend', async (a, b) => {
    for (const shapes of [
      [a, b],
      [b, a],
    ]) {
      await checkNode('binary', { function: 'sub' }, shapes)
      const inputs = shapes.map((shape, i) => randomTensor(shape, i + 1))
      await expectAgreement(nodeGraph('binary', { function: 'prelu' }, shapes), inputs)
    }
  })

  it('powers of every sign, whole and broken exponents', async () => {
    const bases = [-2, -1.5, -1, 0, 0.25, 1, 2, 7.5]
    const exponents = [-2, -1, -0.5, 0, 0.5, 1, 2, 3, 4.5]
    const shape = [bases.length, exponents.length]
    const graph = nodeGraph('binary', { function: 'pow' }, [[bases.length, 1], [exponents.length]])
    const inputs = [bases, exponents].map((list, i) => ({
      dtype: 'f32' as const,
      shape: i === 0 ? [list.length, 1] : [list.length],
      data: Float32Array.from(list),
    }))
    const expected = bases.flatMap((x) => exponents.map((y) => x ** y))
    const scalar = evaluateGraph(graph, inputs).get(graph.outputs[0] ?? -1)
    const results = [scalar, ...(await Promise.all(BACKENDS.map(async (b) => (await runOn(b, graph, inputs))[0])))]
    for (const result of results) {
      expect(result?.shape).toEqual(shape)
      expected.forEach((e, i) => {
        const a = result?.data[i] ?? 0
        const same = (Number.isNaN(a) && Number.isNaN(e)) || a === e || Math.abs(a - e) < 2e-6 * Math.abs(e)
        expect(same, `${bases[Math.floor(i / exponents.length)]} ** ${exponents[i % exponents.length]} is ${a}`).toBe(true)
      })
    }
  })
})
