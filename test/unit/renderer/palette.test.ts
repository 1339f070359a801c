import { describe, expect, it } from 'vitest'
import { ariaKeys, type KeyEvent, keyCaps, matchesKeys } from '../../../renderer/app/commandKeys.ts'
import { COMMANDS } from '../../../renderer/app/commands.ts'
import { LOCALES, translator } from '../../../renderer/app/strings/index.ts'
import { matchText, search } from '../../../renderer/views/palette/match.ts'

const titles = (texts: readonly string[], query: string) =>
  search(
    texts.map((title) => ({ title, note: '', kind: '' })),
    query,
    50,
  ).map((f) => f.entry.title)
const event = (key: string, mods: Partial<KeyEvent> = {}): KeyEvent => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...mods,
})

describe('fuzzy search', () => {
  const units = ['stage2/unit1', 'stage2/unit2', 'stage3/unit1', 'stage3/unit2', 'stage3/unit21', 'Costs: What if']

  it('finds abbreviations by where words and numbers begin', () => {
    expect(titles(units, 's3u2')[0]).toBe('stage3/unit2')
    expect(titles(units, 's3u1')[0]).toBe('stage3/unit1')
    expect(matchText('s3u2', 'stage3/unit2')?.at).toEqual([0, 5, 7, 11])
  })

  it('wants every word, in any order, and marks what it found', () => {
    expect(titles(units, 'if cost')).toEqual(['Costs: What if'])
    expect(matchText('if cost', 'Costs: What if')?.at).toEqual([0, 1, 2, 3, 12, 13])
    expect(titles(units, 'costs nothing')).toEqual([])
  })

  it('puts what stands together before what is scattered, beginnings before middles, short before long', () => {
    expect(titles(['f.u.s.e.d', 'Unfused', 'Stage: Fused', 'Fused'], 'fused')).toEqual(['Fused', 'Stage: Fused', 'Unfused', 'f.u.s.e.d'])
    expect(titles(['conv10', 'conv1'], 'conv1')).toEqual(['conv1', 'conv10'])
  })

  it('keeps the order of all where nothing is asked', () => {
    expect(titles(units, '  ')).toEqual(units)
  })

  it('is quick enough for every layer of a network of 5,000 at each letter', () => {
    const entries = Array.from({ length: 5000 }, (_, i) => ({ title: `stage${i % 7}.unit${i}.expand.conv`, note: '1×1 group conv', kind: 'Layer' }))
    search(entries, 's3u', 60)
    const start = performance.now()
    expect(search(entries, 's3u101expand', 60).length).toBeGreaterThan(0)
    expect(performance.now() - start).toBeLessThan(250)
  })
})

describe('commands', () => {
  it('have names of their own, a title in every language, and no key twice', () => {
    expect(new Set(COMMANDS.map((c) => c.id)).size).toBe(COMMANDS.length)
    for (const { id } of LOCALES) {
      const shown = COMMANDS.map((c) => c.title(translator(id)))
      expect(shown.every((t) => t !== '' && !t.includes('{'))).toBe(true)
      expect(new Set(shown).size, id).toBe(shown.length)
    }
    const keys = COMMANDS.flatMap((c) => (c.keys ?? []).map((k) => ariaKeys(k, false)))
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('answer to their keys and to no others', () => {
    const given = (e: KeyEvent) => COMMANDS.filter((c) => c.keys?.some((k) => matchesKeys(k, e))).map((c) => c.id)
    expect(given(event('z', { ctrlKey: true }))).toEqual(['undo'])
    expect(given(event('Z', { metaKey: true, shiftKey: true }))).toEqual(['redo'])
    expect(given(event('y', { ctrlKey: true }))).toEqual(['redo'])
    expect(given(event('k', { metaKey: true }))).toEqual(['palette'])
    expect(given(event('?', { shiftKey: true }))).toEqual(['keys'])
    expect(given(event('?'))).toEqual(['keys'])
    expect(given(event('s'))).toEqual(['shuffle'])
    expect(given(event('S', { shiftKey: true }))).toEqual([])
    expect(given(event('s', { ctrlKey: true }))).toEqual(['workspace.save'])
    expect(given(event('z'))).toEqual([])
  })

  it('write their keys as the keyboard has them', () => {
    expect(keyCaps({ key: 'z', mod: true, shift: true }, false)).toEqual(['Ctrl', 'Shift', 'Z'])
    expect(keyCaps({ key: 'z', mod: true, shift: true }, true)).toEqual(['⌘', '⇧', 'Z'])
    expect(keyCaps({ key: 'ArrowLeft', alt: true }, false)).toEqual(['Alt', '←'])
  })
})
