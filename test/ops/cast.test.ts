/** Cast. */
import { describe, expect, it } from 'vitest'
import { makePlan } from '../../engine/index.ts'
import { checkNode, nodeGraph } from './cases.ts'
import { randomTensor } from './harness.ts'

describe('cast', () => {
  const row = { dtype: 'f32' as const, shape: [4], data: Float32Array.of(-1.7, 0, 0.4, 300) }
  it.each([
    ['i32', [-1, 0, 0, 300]],
    ['i64', [-1, 0, 0, 300]],
    ['bool', [1, 0, 1, 1]],
    ['u8', [255, 0, 0, 44]],
  ])('of constants to %s', (to, expected) => {
    const graph = nodeGraph('cast', { to }, [row])
    const tensor = graph.tensors.get(graph.outputs[0] ?? -1)
    expect(tensor?.fact.dtype).toBe(to)
    expect(Array.from(tensor?.data ?? [], (v) => v + 0)).toEqual(expected)
  })

  it('to its own type changes nothing', async () => {
    expect((await checkNode('cast', { to: 'f32' }, [[2, 3, 4, 5]])).data).toEqual(randomTensor([2, 3, 4, 5], 1).data)
  })

  it('of run-time data to another type has no kernel, and the plan says so', () => {
    expect(() => makePlan(nodeGraph('cast', { to: 'i32' }, [[2, 3]]))).toThrow(/"node".*f32/)
  })
})
