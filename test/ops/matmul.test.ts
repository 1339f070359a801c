/** Matrix products. */
import { describe, expect, it } from 'vitest'
import { factsOf } from '../../engine/ops/facts.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { checkNode, nodeGraph } from './cases.ts'
import { randomTensor } from './harness.ts'

describe('matmul', () => {
  it.each([
    [
      [3, 5],
      [5, 7],
    ],
    [
      [2, 3, 5],
      [5, 4],
    ],
    [
      [2, 3, 5],
      [2, 5, 9],
    ],
    [
      [3, 5],
      [2, 5, 4],
    ],
    [
      [2, 1, 3, 5],
      [1, 4, 5, 6],
    ],
    [
      [2, 3, 4, 5],
      [5, 6],
    ],
    [[5], [5, 3]],
    [[2, 4, 5], [5]],
    [
      [1, 1],
      [1, 1],
    ],
  ])('%j times %j, computed and constant', async (a, b) => {
    await checkNode('matmul', {}, [a, b])
    await checkNode('matmul', {}, [a, randomTensor(b, 5)])
    await checkNode('matmul', {}, [randomTensor(a, 6), b])
  })

  it('of two small matrices, by hand', async () => {
    const value = await checkNode('matmul', {}, [[1, 2], { dtype: 'f32', shape: [2, 2], data: Float32Array.of(1, 0, 0, 2) }])
    const [x = 0, y = 0] = randomTensor([1, 2], 1).data
    expect([...value.data]).toEqual([x, Math.fround(2 * y)])
  })

  it('counts one MAC per product and the weights of a constant', () => {
    const graph = nodeGraph('matmul', {}, [[2, 3, 5], randomTensor([5, 4], 1)])
    const [node] = graph.nodes
    const cost = node && opOf('matmul').cost(node.attrs, factsOf(graph, node))
    expect(cost).toMatchObject({ linearMacs: 2 * 3 * 5 * 4, convMacs: 0, params: 20 })
  })

  it('refuses matrices that do not fit', () => {
    expect(() =>
      nodeGraph('matmul', {}, [
        [2, 3],
        [4, 5],
      ]),
    ).toThrow(/"node".*cannot be multiplied/)
    expect(() =>
      nodeGraph('matmul', {}, [
        [2, 3, 4],
        [3, 4, 5],
      ]),
    ).toThrow(/do not broadcast/)
  })
})
