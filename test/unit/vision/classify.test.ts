import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areProbabilities, softmax, topK } from '../../../engine/vision/classify.ts'
import { LABEL_SETS, labelOf, labelSetOf, parseLabels } from '../../../engine/vision/labels.ts'

describe('softmax', () => {
  it('gives probabilities of any finite logits', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 }), (logits) => {
        expect(areProbabilities(softmax(logits))).toBe(true)
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
