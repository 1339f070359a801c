/** Elementwise functions. */
import { describe, expect, it } from 'vitest'
import { makePlan } from '../../engine/index.ts'
import { checkNode, nodeGraph } from './cases.ts'
import { randomTensor } from './harness.ts'

describe('unary', () => {
  it.each(['neg', 'abs', 'reciprocal'])('%s, on every backend', async (fn) => {
    const of: Record<string, (x: number) => number> = { neg: (x) => -x, abs: Math.abs, reciprocal: (x) => 1 / x }
    for (const shape of [[2, 5, 3, 4], [3, 7], [2, 3, 5], [6]]) {
      const value = await checkNode('unary', { function: fn }, [shape])
      value.data.forEach((v, i) => {
        expect(v).toBe(Math.fround(of[fn]?.(randomTensor(shape, 1).data[i] ?? 0) ?? 0))
      })
    }
  })

  it.each([
    ['sqrt', 1.5],
    ['floor', 2],
    ['ceil', 3],
    ['exp', Math.fround(Math.exp(2.25))],
  ])('%s of a constant is computed while the graph is built', (fn, expected) => {
    const graph = nodeGraph('unary', { function: fn }, [{ dtype: 'f32', shape: [1], data: Float32Array.of(2.25) }])
    expect(graph.tensors.get(graph.outputs[0] ?? -1)?.data?.[0]).toBe(expected)
    expect(() => makePlan(nodeGraph('unary', { function: fn }, [[2, 3]]))).toThrow(new RegExp(`"node".*${fn}`))
  })
})
