import { describe, expect, it } from 'vitest'
import { type Place, readPlace, writePlace } from '../../../renderer/app/hash.ts'

const START: Place = { model: null, screen: 'explore', stage: 'recognised', focus: null, item: null, node: null, shuffle: true }

describe('address', () => {
  it('comes back as it was written', () => {
    const place: Place = {
      model: { kind: 'host', id: 'a:b/c d' },
      screen: 'costs',
      stage: 'fused',
      focus: 'stage2/unit1',
      item: 'stage3/unit2',
      node: 'conv & more',
      shuffle: false,
    }
    expect(readPlace(`#${writePlace(place)}`)).toEqual(place)
    expect(writePlace(START)).toBe('')
    expect(readPlace('')).toEqual(START)
  })

  it('takes nothing that it does not know', () => {
    expect(readPlace('#view=devices&stage=9&model=http:evil')).toEqual(START)
  })

  it('does not name a file, which it could not open again', () => {
    expect(writePlace({ ...START, model: { kind: 'file', name: 'x.onnx' } })).toBe('')
  })
})
