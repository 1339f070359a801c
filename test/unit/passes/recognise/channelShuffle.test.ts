/** Channel shuffles written as reshape, transpose, reshape. */
import { describe, expect, it } from 'vitest'
import type { GraphBuilder } from '../../../../engine/ir/build.ts'
import { NONE, type TensorId } from '../../../../engine/ir/graph.ts'
import { channelShuffle, swappedBlocks } from '../../../../engine/passes/recognise/channelShuffle.ts'
import { gatherToSlice } from '../../../../engine/passes/recognise/gatherToSlice.ts'
import { graphOf, opsOf, rewritten, values } from './helpers.ts'

function shuffled(b: GraphBuilder, x: TensorId, first: number[], perm: number[], last: number[]): TensorId {
  const split = b.node('reshape', { shape: first }, [x], { name: 'split' })
  const turned = b.node('transpose', { perm }, [split], { name: 'turn' })
  return b.node('reshape', { shape: last }, [turned], { name: 'join' })
}

const FORMS: [string, number[], number[], number[], number[], object][] = [
  ['five axes', [1, 12, 2, 3], [1, 3, 4, 2, 3], [0, 2, 1, 3, 4], [1, 12, 2, 3], { groups: 3, order: '(g,n)' }],
  ['five axes, batch left open', [2, 12, 2, 3], [-1, 3, 4, 2, 3], [0, 2, 1, 3, 4], [-1, 12, 2, 3], { groups: 3, order: '(g,n)' }],
  ['the inverse order', [2, 12, 2, 3], [0, 4, 3, 2, 3], [0, 2, 1, 3, 4], [0, 12, 2, 3], { groups: 3, order: '(n,g)' }],
  ['four axes, pixels in one', [2, 12, 2, 3], [2, 2, 6, 6], [0, 2, 1, 3], [2, 12, 2, 3], { groups: 2, order: '(g,n)' }],
  ['batch merged into channels', [1, 12, 2, 3], [6, 2, 6], [1, 0, 2], [1, 12, 2, 3], { groups: 2, order: '(n,g)' }],
  ['three factors, turned as two', [1, 24, 2, 2], [1, 2, 3, 4, 2, 2], [0, 2, 3, 1, 4, 5], [1, 24, 2, 2], { groups: 2, order: '(g,n)' }],
  ['one pixel', [1, 12, 1, 1], [1, 3, 4, 1, 1], [0, 2, 1, 3, 4], [1, 12, 1, 1], { groups: 3, order: '(g,n)' }],
]

describe('recognise channel shuffles', () => {
  it.each(FORMS)('%s', (_, shape, first, perm, last, attrs) => {
    const graph = graphOf(shape, (b, x) => shuffled(b, x, first, perm, last))
    const after = rewritten(graph, channelShuffle)
    expect(opsOf(after)).toEqual(['channelShuffle'])
    expect(after.nodes[0]?.attrs).toEqual(attrs)
    expect(after.nodes[0]?.sources).toEqual(['split', 'turn', 'join'])
  })

  it('is named by the convolution before it, through batch norm and activation', () => {
    const graph = graphOf([1, 8, 2, 2], (b, x) => {
      const w = b.weight('w', [8, 2, 1, 1], values([8, 2, 1, 1]).data)
      const y = b.node('conv2d', { kernel: [1, 1], groups: 4 }, [x, w, NONE], { name: 'conv' })
      const z = b.node('activation', { function: { kind: 'clip', min: 0, max: null } }, [y], { name: 'relu' })
      return shuffled(b, z, [1, 2, 4, 2, 2], [0, 2, 1, 3, 4], [1, 8, 2, 2])
    })
    expect(rewritten(graph, channelShuffle).nodes[2]?.attrs).toEqual({ groups: 4, order: '(n,g)' })
  })

  it('FastestDet: halves are picked after a shuffle of three axes', () => {
    const graph = graphOf([1, 8, 2, 3], (b, x) => {
      const halves = shuffled(b, x, [4, 2, 6], [1, 0, 2], [2, -1, 4, 2, 3])
      const pick = (i: number) => b.constant(`i${i}`, { dtype: 'i64', shape: [], data: Float64Array.of(i) })
      return [0, -1].map((i) => b.node('gather', { axis: 0 }, [halves, pick(i)], { name: `half${i}` }))
    })
    const after = rewritten(graph, channelShuffle, gatherToSlice)
    expect(opsOf(after)).toEqual(['channelShuffle', 'slice', 'slice'])
    expect(after.nodes.map((n) => n.attrs.starts)).toEqual([undefined, [0], [4]])
  })

  const LEFT: [string, number[], number[], number[], number[]][] = [
    ['nothing turned', [1, 12, 2, 3], [1, 3, 4, 2, 3], [0, 1, 2, 3, 4], [1, 12, 2, 3]],
    ['pixels turned', [1, 12, 2, 3], [1, 3, 4, 2, 3], [0, 1, 2, 4, 3], [1, 12, 2, 3]],
    ['channels and rows turned', [1, 12, 2, 3], [1, 3, 4, 2, 3], [0, 1, 3, 2, 4], [1, 12, 2, 3]],
    ['batch turned', [2, 12, 2, 3], [2, 3, 4, 2, 3], [1, 0, 2, 3, 4], [2, 12, 2, 3]],
    ['batch merged into channels with two photos', [2, 12, 2, 3], [12, 2, 6], [1, 0, 2], [2, 12, 2, 3]],
    ['three factors reversed', [1, 24, 2, 2], [1, 2, 3, 4, 2, 2], [0, 3, 2, 1, 4, 5], [1, 24, 2, 2]],
    ['a factor that straddles channels and rows', [1, 6, 4, 2], [1, 2, 12, 2], [0, 2, 1, 3], [1, 6, 4, 2]],
  ]
  it.each(LEFT)('is left alone: %s', (_, shape, first, perm, last) => {
    const graph = graphOf(shape, (b, x) => shuffled(b, x, first, perm, last))
    expect(opsOf(rewritten(graph, channelShuffle))).toEqual(['reshape', 'transpose', 'reshape'])
  })

  it('is left alone where something else reads the middle', () => {
    const graph = graphOf([1, 12, 2, 3], (b, x) => {
      const split = b.node('reshape', { shape: [1, 3, 4, 2, 3] }, [x], { name: 'split' })
      const turned = b.node('transpose', { perm: [0, 2, 1, 3, 4] }, [split], { name: 'turn' })
      return [b.node('reshape', { shape: [1, 12, 2, 3] }, [turned], { name: 'join' }), turned]
    })
    expect(opsOf(rewritten(graph, channelShuffle))).toEqual(['reshape', 'transpose', 'reshape'])
  })

  it('gather of another axis or of several parts is no slice', () => {
    const graph = graphOf([1, 8, 2, 2], (b, x) => {
      const parts = b.node('reshape', { shape: [2, 1, 4, 2, 2] }, [x], { name: 'parts' })
      const scalar = b.constant('i', { dtype: 'i64', shape: [], data: Float64Array.of(1) })
      const list = b.constant('l', { dtype: 'i64', shape: [1], data: Float64Array.of(1) })
      return [b.node('gather', { axis: 2 }, [parts, scalar], { name: 'a' }), b.node('gather', { axis: 0 }, [parts, list], { name: 'b' })]
    })
    expect(opsOf(rewritten(graph, gatherToSlice))).toEqual(['reshape', 'gather', 'gather'])
  })

  it('the blocks that change places', () => {
    expect(swappedBlocks([1, 12, 2, 3], [1, 3, 4, 2, 3], [0, 2, 1, 3, 4])).toEqual([3, 4])
    expect(swappedBlocks([1, 12, 2, 3], [12, 6], [1, 0])).toBeUndefined()
  })
})
