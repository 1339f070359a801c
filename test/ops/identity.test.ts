/** Identity. */
import { describe, expect, it } from 'vitest'
import { checkNode } from './cases.ts'
import { randomTensor } from './harness.ts'

describe('identity', () => {
  it.each([[[2, 5, 3, 4]], [[1, 7]], [[2, 3, 4]]])('of %j', async (shape) => {
    expect((await checkNode('identity', {}, [shape])).data).toEqual(randomTensor(shape, 1).data)
  })
})
