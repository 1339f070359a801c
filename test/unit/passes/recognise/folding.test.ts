/** Constants folded, constant inputs made attributes, identities removed, reshapes merged. */
import { describe, expect, it } from 'vitest'
import { applyPass } from '../../../../engine/passes/pass.ts'
import { constantInputs } from '../../../../engine/passes/recognise/constantInputs.ts'
import { foldConstants } from '../../../../engine/passes/recognise/foldConstants.ts'
import { mergeReshapes } from '../../../../engine/passes/recognise/mergeReshapes.ts'
import { removeIdentities } from '../../../../engine/passes/recognise/removeIdentities.ts'
import { graphOf, opsOf, rewritten, values } from './helpers.ts'

const ints = (...list: number[]) => ({ dtype: 'i64' as const, shape: [list.length], data: Float64Array.from(list) })

describe('fold constants', () => {
  it('a transposed and padded weight is computed once', () => {
    const graph = graphOf([2, 3], (b, x) => {
      const w = b.constant('w', values([3000, 3]))
      const turned = b.node('transpose', { perm: [1, 0] }, [w], { name: 'turn' })
      const log = b.node('softmax', { axis: 0 }, [turned], { name: 'softmax' })
      return b.node('matmul', {}, [x, log], { name: 'product' })
    })
    expect(opsOf(graph)).toEqual(['transpose', 'softmax', 'matmul'])
    expect(opsOf(rewritten(graph, foldConstants))).toEqual(['matmul'])
  })

  it('shape arithmetic that was known while building goes', () => {
    const graph = graphOf([2, 6, 2, 2], (b, x) => {
      const extents = b.node('shape', {}, [x], { name: 'shape' })
      const batch = b.node('gather', {}, [extents, b.constant('0', ints(0))], { name: 'batch' })
      const target = b.node('concat', { axis: 0 }, [batch, b.constant('rest', ints(-1))], { name: 'target' })
      return b.node('reshape', {}, [x, target], { name: 'view' })
    })
    const after = rewritten(graph, foldConstants, constantInputs)
    expect(opsOf(after)).toEqual(['reshape'])
    expect(after.nodes[0]?.attrs.shape).toEqual([2, 24])
    expect(after.nodes[0]?.inputs).toHaveLength(1)
  })

  it('what depends on the data stays', () => {
    const graph = graphOf([2, 3], (b, x) => b.node('binary', { function: 'add' }, [x, b.constant('c', values([3]))], { name: 'add' }))
    expect(rewritten(graph, foldConstants)).toBe(graph)
  })

  it('what would take too long to compute stays', () => {
    const graph = graphOf([1, 1], (b, x) => {
      const a = b.constant('a', values([420, 420]))
      const cube = b.node('matmul', {}, [a, a], { name: 'cube' })
      return [b.node('identity', {}, [x], { name: 'x' }), cube]
    })
    expect(opsOf(graph)).toContain('matmul')
    expect(opsOf(applyPass(graph, foldConstants))).toContain('matmul')
  })
})

describe('turn constant inputs into attributes', () => {
  it.each([
    ['squeeze', {}, [1, 5, 1, 3], ints(0, 2), { axes: [0, 2] }],
    ['unsqueeze', {}, [5, 3], ints(0), { axes: [0] }],
    ['reduce', { function: 'mean' }, [2, 5, 4, 3], ints(2, 3), { axes: [2, 3] }],
    ['pad', {}, [2, 3], ints(1, 0, 0, 2), { pads: [1, 0, 0, 2], value: 0 }],
  ])('%s', (op, attrs, shape, second, expected) => {
    const graph = graphOf(shape, (b, x) => b.node(op, attrs, [x, b.constant('c', second)], { name: 'node' }))
    const after = rewritten(graph, constantInputs)
    expect(after.nodes[0]?.attrs).toMatchObject(expected)
    expect(after.nodes[0]?.inputs).toHaveLength(1)
  })

  it('leaves inputs that are data', () => {
    const graph = graphOf([4], (b, x) => b.node('gather', {}, [x, b.constant('i', ints(1))], { name: 'node' }))
    expect(rewritten(graph, constantInputs)).toBe(graph)
  })
})

describe('remove identities', () => {
  const around = (op: string, attrs: object, shape: number[]) =>
    graphOf(shape, (b, x) => {
      const y = b.node('unary', { function: 'neg' }, [x], { name: 'before' })
      const z = b.node(op, attrs as Record<string, boolean>, [y], { name: 'node' })
      return b.node('unary', { function: 'abs' }, [z], { name: 'after' })
    })

  it.each([
    ['identity', {}, [2, 3]],
    ['cast', { to: 'f32' }, [2, 3]],
    ['reshape', { shape: [2, 3] }, [2, 3]],
    ['flatten', {}, [2, 3]],
    ['transpose', { perm: [0, 1] }, [2, 3]],
    ['transpose', { perm: [0, 2, 1, 3] }, [2, 1, 1, 3]],
    ['pad', { pads: [0, 0, 0, 0] }, [2, 3]],
    ['slice', { axes: [0, 1], starts: [0, -9], ends: [2, 99], steps: [1, 1] }, [2, 3]],
    ['split', { axis: 0, sizes: [2] }, [2, 3]],
    ['concat', { axis: 0 }, [2, 3]],
    ['activation', { function: { kind: 'none' } }, [2, 3]],
  ])('%s %j', (op, attrs, shape) => {
    expect(opsOf(rewritten(around(op, attrs, shape), removeIdentities))).toEqual(['unary', 'unary'])
  })

  it.each([
    ['transpose', { perm: [1, 0] }, [3, 3]],
    ['slice', { axes: [0], starts: [-1], ends: [-99], steps: [-1] }, [3, 3]],
    ['pad', { pads: [1, 0, -1, 0] }, [3, 3]],
    ['softmax', { axis: 0 }, [3, 3]],
    ['activation', { function: { kind: 'clip', min: 0, max: null } }, [3, 3]],
  ])('leaves %s %j', (op, attrs, shape) => {
    expect(opsOf(rewritten(around(op, attrs, shape), removeIdentities))).toContain(op)
  })

  it('an output keeps its name, and an input that is an output its node', () => {
    const named = graphOf([2, 3], (b, x) => {
      const y = b.node('unary', { function: 'neg' }, [x], { name: 'neg' })
      return b.node('identity', {}, [y], { name: 'result' })
    })
    const after = rewritten(named, removeIdentities)
    expect(opsOf(after)).toEqual(['unary'])
    expect(after.tensors.get(after.outputs[0] ?? -1)?.name).toBe('result')
    const through = graphOf([2, 3], (b, x) => b.node('identity', {}, [x], { name: 'result' }))
    expect(opsOf(rewritten(through, removeIdentities))).toEqual(['identity'])
  })
})

describe('merge reshapes', () => {
  it('a chain becomes one', () => {
    const graph = graphOf([1, 6, 2, 2], (b, x) => {
      const flat = b.node('flatten', {}, [x], { name: 'flat' })
      const wide = b.node('unsqueeze', { axes: [2] }, [flat], { name: 'wide' })
      const turned = b.node('transpose', { perm: [0, 2, 1] }, [wide], { name: 'turn' })
      return b.node('reshape', { shape: [4, 6] }, [turned], { name: 'last' })
    })
    const after = rewritten(graph, mergeReshapes)
    expect(opsOf(after)).toEqual(['reshape'])
    expect(after.nodes[0]?.sources).toEqual(['flat', 'wide', 'turn', 'last'])
  })

  it('not across a transpose that moves elements', () => {
    const graph = graphOf([2, 6], (b, x) => {
      const a = b.node('reshape', { shape: [3, 4] }, [x], { name: 'a' })
      const turned = b.node('transpose', { perm: [1, 0] }, [a], { name: 'turn' })
      return b.node('reshape', { shape: [12] }, [turned], { name: 'b' })
    })
    expect(opsOf(rewritten(graph, mergeReshapes))).toEqual(['reshape', 'transpose', 'reshape'])
  })
})
