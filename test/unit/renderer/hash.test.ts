import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Place, readPlace, writePlace } from '../../../renderer/app/hash.ts'
import { PART_KEYS } from '../../../renderer/store/viewParts.ts'
import { START_VIEW } from '../../../renderer/store/viewState.ts'
import { anyView } from './views.ts'

const START: Place = { model: null, sample: null, view: START_VIEW }
const id = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
const anyPlace: fc.Arbitrary<Place> = fc.record({
  model: fc.option(fc.record({ kind: fc.constantFrom('host', 'zoo'), id })),
  sample: fc.option(id),
  view: anyView,
})

describe('address', () => {
  it('comes back as it was written, whatever is shown', () => {
    const comesBack = fc.property(anyPlace, (place) => {
      expect(readPlace(`#${writePlace(place)}`)).toEqual(place)
    })
    fc.assert(comesBack, { numRuns: 500 })
  })

  it('says nothing of what is as at the start', () => {
    expect(writePlace(START)).toBe('')
    expect(readPlace('')).toEqual(START)
    expect(writePlace({ ...START, view: { ...START_VIEW, screen: 'costs', focus: 'stage2/unit1', item: 'stage2/unit1' } })).toBe(
      'view=costs&unit=stage2/unit1',
    )
  })

  it('reads addresses of earlier releases', () => {
    const { model, view } = readPlace('#model=host%3Aa&view=costs&stage=fused&unit=stage2%2Funit1&op=conv+1&shuffle=off')
    expect(model).toEqual({ kind: 'host', id: 'a' })
    expect(view).toEqual({
      ...START_VIEW,
      screen: 'costs',
      stage: 'fused',
      focus: 'stage2/unit1',
      item: 'stage2/unit1',
      node: 'conv 1',
      shuffleOn: false,
    })
  })

  it.each([
    '#view=elsewhere&stage=9&model=http:evil',
    '#channel=1&range=9-3&trace=1.2.3&layer=x&what=3,1',
    '#channel=-1.2&range=1-99999999&trace=1e3.1&layer=5.3-1&what=3,99,224,224,4,8,4,1,1000,',
    '#layer=1.0-999999&what=5,1,224,224,4,8,4,1,1000,&what=',
    '#layer=1.5.5&channel=1.2.3&measure=constructor&view=__proto__&count=toString',
    `#unit=${'x'.repeat(20_000)}`,
    '#%E0%A4%A&=&&&a==b',
  ])('takes nothing that it does not know: %s', (hash) => {
    expect(readPlace(hash)).toEqual(START)
  })

  it('reads any text, and what it understood of it comes back', () => {
    const part = fc.tuple(fc.constantFrom(...PART_KEYS, 'model', 'sample', '__proto__'), fc.string({ maxLength: 40 }))
    const hostile = fc.oneof(
      fc.string({ maxLength: 400, unit: 'binary' }),
      fc.array(part).map((p) => p.map(([k, v]) => `${k}=${v}`).join('&')),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        const place = readPlace(text)
        expect(readPlace(writePlace(place))).toEqual(place)
      }),
      { numRuns: 1000 },
    )
  })

  it('does not name a file, which it could not open again', () => {
    expect(writePlace({ ...START, model: { kind: 'file', name: 'x.onnx' } })).toBe('')
  })
})
