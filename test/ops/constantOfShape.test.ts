/** ConstantOfShape. */
import { describe, expect, it } from 'vitest'
import { integers, nodeGraph } from './cases.ts'

describe('constantOfShape', () => {
  it('is filled while the graph is built', () => {
    const graph = nodeGraph('constantOfShape', { value: 0.5 }, [integers(2, 3)])
    expect(graph.tensors.get(graph.outputs[0] ?? -1)).toMatchObject({ fact: { dtype: 'f32', shape: [2, 3] }, data: new Float32Array(6).fill(0.5) })
    const whole = nodeGraph('constantOfShape', { value: 3, dtype: 'i64' }, [integers(2)])
    expect(whole.tensors.get(whole.outputs[0] ?? -1)).toMatchObject({ fact: { dtype: 'i64', shape: [2] }, data: Float64Array.of(3, 3) })
  })

  it('a shape of many elements is stated but not filled', () => {
    const graph = nodeGraph('constantOfShape', {}, [integers(2 ** 14, 2 ** 13)])
    expect(graph.tensors.get(graph.outputs[0] ?? -1)?.data).toBeUndefined()
    expect(() => nodeGraph('constantOfShape', {}, [integers(2 ** 20, 2 ** 20)])).toThrow(/"node".*larger than/)
    expect(() => nodeGraph('constantOfShape', {}, [integers(-1)])).toThrow(/\[-1\]/)
  })

  it('needs its shape to be known', () => {
    expect(() => nodeGraph('constantOfShape', {}, [[2]])).toThrow(/"node".*computed from the data/)
  })
})
