import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../../engine/ir/build.ts'
import { OPS } from '../../../engine/ops/registry.ts'
import { areProbabilities, classProbabilities, softmax, topK } from '../../../engine/vision/classify.ts'
import { LABEL_SETS, labelOf, labelSetOf, parseLabels } from '../../../engine/vision/labels.ts'

describe('softmax', () => {
  it('gives probabilities of any finite logits', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 }), (logits) => {
        const made = softmax(logits)
        expect(made.every((p) => p >= 0 && p <= 1)).toBe(true)
        expect(made.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 4)
      }),
    )
  })

  it('has the values of the definition', () => {
    const made = softmax([Math.log(1), Math.log(2), Math.log(5)])
    expect([...made]).toEqual([0.125, 0.25, 0.625].map((v) => expect.closeTo(v, 6)))
  })

  it('says so where the output is not finite', () => {
    expect(() => softmax([1, Number.NaN])).toThrow(/not finite/)
    expect(() => softmax([Number.POSITIVE_INFINITY, 0])).toThrow(/not finite/)
  })
})

describe('topK', () => {
  it('is a stable descending sort, cut off', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), fc.integer({ min: 0, max: 50 }), (values, k) => {
        const expected = values
          .map((value, index) => ({ index, value }))
          .sort((a, b) => b.value - a.value || a.index - b.index)
          .slice(0, k)
        expect(topK(values, k)).toEqual(expected)
      }),
    )
  })

  it('puts NaN last', () => {
    expect(topK([Number.NaN, 1, Number.NaN, 2], 3).map((r) => r.index)).toEqual([3, 1, 0])
  })
})

describe('classProbabilities', () => {
  const classifier = (end?: { log: boolean }) => {
    const builder = new GraphBuilder('net', OPS)
    const input = builder.input('logits', [1, 3])
    return builder.finish([builder.node(end ? 'softmax' : 'identity', end ? { axis: 1, ...end } : {}, [input], { name: 'last' })])
  }
  const output = (values: number[], shape = [1, values.length]) => ({ dtype: 'f32' as const, shape, data: Float32Array.from(values) })
  const half = [0.5, 0.25, 0.25]

  it('adds a softmax where the graph has none', () => {
    const closeToHalf = half.map((v) => expect.closeTo(v, 6))
    expect([...classProbabilities(classifier(), output(half.map(Math.log)))]).toEqual(closeToHalf)
    expect([...classProbabilities(classifier({ log: false }), output(half))]).toEqual(half)
    expect([...classProbabilities(classifier({ log: true }), output(half.map(Math.log)))]).toEqual(closeToHalf)
  })

  it('takes [1, classes, 1, 1] and refuses a map', () => {
    expect(classProbabilities(classifier(), output(half, [1, 3, 1, 1])).length).toBe(3)
    expect(() => classProbabilities(classifier(), output([1, 2, 3, 4], [1, 1, 2, 2]))).toThrow(
      /shape \[1, 1, 2, 2\], which is not one value per class/,
    )
    expect(() => classProbabilities(classifier(), output([], [1, 0]))).toThrow(/not one value per class/)
  })
})

describe('areProbabilities', () => {
  it('tells a softmax output from logits', () => {
    expect(areProbabilities([0.25, 0.75])).toBe(true)
    expect(areProbabilities([0.25, 0.5])).toBe(false)
    expect(areProbabilities([-1, 2])).toBe(false)
    expect(areProbabilities([Number.NaN, 1])).toBe(false)
  })
})

describe('labels', () => {
  it('reads both forms and refuses the rest', () => {
    expect(parseLabels('["a","b"]', 'x')).toEqual(['a', 'b'])
    expect(parseLabels('{"labels":["a"]}', 'x')).toEqual(['a'])
    for (const text of ['[', '{}', '[1]', '[]', 'null']) expect(() => parseLabels(text, 'File "x"')).toThrow(/^File "x": it/)
  })

  it('names a class or says its number', () => {
    expect(labelOf(['cat'], 0)).toBe('cat')
    expect(labelOf(['cat'], 1)).toBe('class 1')
    expect(labelOf(null, 3)).toBe('class 3')
  })

  it('finds a set only for a model without names of its own', () => {
    expect(labelSetOf({ labels: null, labelSet: 'imagenette' })).toBe(LABEL_SETS[1])
    expect(labelSetOf({ labels: ['a'], labelSet: 'imagenette' })).toBeUndefined()
    expect(labelSetOf({ labels: null, labelSet: 'other' })).toBeUndefined()
  })
})
