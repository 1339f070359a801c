import fc from 'fast-check'
import { Window } from 'happy-dom'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { element, escapeText, markupOf } from '../../../../renderer/export/markup.ts'
import { pngScale } from '../../../../renderer/export/pngFile.ts'

describe('markup', () => {
  it('escapes text and attributes, and leaves out what is not there', () => {
    const made = element('p', { title: '"<&>', hidden: false, class: null, open: true }, 'a < b & "c"', null, false, 3, [element('br'), ['x']])
    expect(markupOf(made)).toBe('<p title="&quot;&lt;&amp;&gt;" open="">a &lt; b &amp; "c"3<br/>x</p>')
  })

  it('closes elements of HTML that are empty, and drawings in short', () => {
    expect(markupOf([element('td'), element('div'), element('rect', { x: 1 }), element('title')])).toBe(
      '<td></td><div></div><rect x="1"/><title></title>',
    )
  })

  it('comes back from an HTML parser as it was, whatever the text', () => {
    const document = new Window().document
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const parent = document.createElement('div')
        parent.innerHTML = markupOf(element('span', { title: text }, text))
        expect(parent.children.length).toBe(1)
        expect(parent.querySelector('script')).toBeNull()
        expect(parent.textContent).toBe(escapeText(text).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'))
      }),
    )
  })

  it('is XML that librsvg reads, even with characters that XML cannot hold', async () => {
    const hostile = '\u0000\u0007\ud800 ]]> <script> & \ufffe\u{1f600}'
    const svg = markupOf(
      element(
        'svg',
        { xmlns: 'http://www.w3.org/2000/svg', width: 9, height: 7 },
        element('title', {}, hostile),
        element('g', { id: hostile }, hostile),
      ),
    )
    expect(await sharp(Buffer.from(svg)).metadata()).toMatchObject({ format: 'svg', width: 9, height: 7 })
  })
})

describe('the size of a PNG', () => {
  it.each([
    [800, 600, 2],
    [300, 16_384, 1],
    [20_000, 100, 16_384 / 20_000],
  ])('of %i x %i is scaled by %d', (width, height, scale) => {
    expect(pngScale({ width, height })).toBeCloseTo(scale)
  })

  it('is never more than a browser draws', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 1, max: 200_000 }), (width, height) => {
        const scale = pngScale({ width, height })
        expect(Math.max(width, height) * scale).toBeLessThanOrEqual(16_384.001)
        expect(width * height * scale * scale).toBeLessThanOrEqual(128e6 * 1.001)
      }),
    )
  })
})
