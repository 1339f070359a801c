/** Squeeze. */
import { describe, expect, it } from 'vitest'
import { checkNode, integers, nodeGraph } from './cases.ts'

describe('squeeze', () => {
  it('drops the axes it names, as attribute or input, or all of extent 1', async () => {
    expect((await checkNode('squeeze', { axes: [2, -1] }, [[2, 5, 1, 1]])).shape).toEqual([2, 5])
    expect((await checkNode('squeeze', {}, [[1, 5, 1, 3], integers(0)])).shape).toEqual([5, 1, 3])
    expect((await checkNode('squeeze', {}, [[1, 5, 1, 3]])).shape).toEqual([5, 3])
    expect((await checkNode('squeeze', { axes: [0] }, [[1, 3, 5, 2]])).shape).toEqual([3, 5, 2])
  })

  it('refuses an axis that is not 1 or not there', () => {
    expect(() => nodeGraph('squeeze', { axes: [1] }, [[1, 5]])).toThrow(/"node".*not 1/)
    expect(() => nodeGraph('squeeze', { axes: [4] }, [[1, 5]])).toThrow(/axis 4/)
  })
})
