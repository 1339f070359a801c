/** Shape arithmetic is known while the graph is built: shape, cast, constantOfShape. */
import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../engine/ir/build.ts'
import { OPS } from '../../engine/ops/registry.ts'
import { integers, nodeGraph } from './cases.ts'

function built(op: string, attrs: Parameters<typeof nodeGraph>[1], operand: Parameters<typeof nodeGraph>[2][number]) {
  const graph = nodeGraph(op, attrs, [operand])
  return graph.tensors.get(graph.outputs[0] ?? -1)
}

describe('shape', () => {
  it('gives the extents of a tensor that is yet to be computed', () => {
    expect(built('shape', {}, [2, 3, 4])).toMatchObject({ fact: { dtype: 'i64', shape: [3] }, data: Float64Array.of(2, 3, 4) })
    expect(built('shape', { start: 1 }, [2, 3, 4])?.data).toEqual(Float64Array.of(3, 4))
    expect(built('shape', { start: -3, end: -1 }, [2, 3, 4])?.data).toEqual(Float64Array.of(2, 3))
  })

  it('feeds arithmetic that ends in a reshape, as PyTorch exports view(x.size(0), x.size(1) // 2, 2, -1)', () => {
    const b = new GraphBuilder('test', OPS)
    const x = b.input('x', [2, 6, 4, 4])
    const extents = b.node('shape', {}, [x], { name: 'shape' })
    const pick = (i: number, name: string) =>
      b.node('gather', {}, [extents, b.constant(`${name}:i`, { dtype: 'i64', shape: [], data: Float64Array.of(i) })], { name })
    const half = b.node(
      'binary',
      { function: 'div' },
      [pick(1, 'channels'), b.constant('two', { dtype: 'i64', shape: [], data: Float64Array.of(2) })],
      { name: 'half' },
    )
    const wide = (id: number, name: string) => b.node('unsqueeze', { axes: [0] }, [id], { name })
    const parts = [wide(pick(0, 'batch'), 'n'), wide(half, 'c'), b.constant('tail', integers(2, -1))]
    const target = b.node('concat', { axis: 0 }, parts, { name: 'target' })
    expect(b.valueOf(target)?.data).toEqual(Float64Array.of(2, 3, 2, -1))
    expect(b.factOf(b.node('reshape', {}, [x, target], { name: 'view' })).shape).toEqual([2, 3, 2, 16])
  })
})
