/** Flatten: features of a classifier keep their channel. */
import { describe, expect, it } from 'vitest'
import { factsOf } from '../../engine/ops/facts.ts'
import { opOf } from '../../engine/ops/registry.ts'
import { checkNode, nodeGraph } from './cases.ts'

describe('flatten', () => {
  it.each([
    [1, [2, 24]],
    [2, [6, 8]],
    [0, [1, 48]],
    [4, [48, 1]],
    [-1, [12, 4]],
  ])('at axis %i', async (axis, shape) => {
    expect((await checkNode('flatten', { axis }, [[2, 3, 2, 4]])).shape).toEqual(shape)
  })

  it('feature f comes from channel floor(f / (H W))', () => {
    const graph = nodeGraph('flatten', {}, [[1, 3, 2, 2]])
    const [node] = graph.nodes
    const flow = node && opOf('flatten').flow(node.attrs, factsOf(graph, node), 0, 0)
    expect(flow?.kind === 'map' && [...flow.source]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
  })

  it('refuses an axis outside the tensor', () => {
    expect(() => nodeGraph('flatten', { axis: 5 }, [[1, 3, 2, 2]])).toThrow(/"node".*axis 5/)
  })
})
