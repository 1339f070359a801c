/** Unsqueeze. */
import { describe, expect, it } from 'vitest'
import { checkNode, integers, nodeGraph } from './cases.ts'

describe('unsqueeze', () => {
  it('adds axes at their places in the output', async () => {
    expect((await checkNode('unsqueeze', { axes: [2, 3] }, [[2, 5]])).shape).toEqual([2, 5, 1, 1])
    expect((await checkNode('unsqueeze', {}, [[2, 5, 3], integers(-1, 0)])).shape).toEqual([1, 2, 5, 3, 1])
    expect((await checkNode('unsqueeze', { axes: [0] }, [[3, 5, 2]])).shape).toEqual([1, 3, 5, 2])
  })

  it('refuses places that repeat or lie outside', () => {
    expect(() => nodeGraph('unsqueeze', { axes: [0, -4] }, [[2, 5]])).toThrow(/"node".*repeat/)
    expect(() => nodeGraph('unsqueeze', { axes: [3] }, [[2, 5]])).toThrow(/axis 3/)
    expect(() => nodeGraph('unsqueeze', {}, [[2, 5]])).toThrow(/missing/)
  })
})
