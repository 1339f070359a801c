/** Well-formed SVG and HTML from parts: text and attributes are escaped where they are put in, so nothing else needs to be. */

/** Finished markup; made here alone. */
export interface Markup {
  readonly markup: string
}

export type Part = Markup | string | number | null | undefined | false | readonly Part[]
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>

/** Elements of HTML that have no end tag. */
const VOID = new Set(['meta', 'link', 'br', 'hr', 'img', 'col', 'input', 'wbr'])

/** An element; null, undefined and false leave an attribute out, true makes it empty. Names are ours, never a file's. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly Part[]): Markup {
  const head = `<${name}${Object.entries(attributes).map(attribute).join('')}`
  const body = markupOf(children)
  if (VOID.has(name)) return { markup: `${head}/>` }
  return { markup: body === '' && !isHtml(name) ? `${head}/>` : `${head}>${body}</${name}>` }
}

/** In HTML only elements of SVG may close themselves. */
const SVG_LEAVES = new Set(['path', 'rect', 'circle', 'line', 'image', 'stop', 'use', 'ellipse', 'polygon', 'polyline', 'g', 'svg', 'text'])
function isHtml(name: string): boolean {
  return !SVG_LEAVES.has(name)
}

export function markupOf(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escapeText(String(part))
  return isMarkup(part) ? part.markup : part.map(markupOf).join('')
}

function isMarkup(part: Markup | readonly Part[]): part is Markup {
  return 'markup' in part
}

function attribute([name, value]: [string, Attributes[string]]): string {
  if (value === null || value === undefined || value === false) return ''
  if (value === true) return ` ${name}=""`
  return ` ${name}="${escapeText(String(value)).replaceAll('"', '&quot;')}"`
}

/** Characters that XML 1.0 cannot hold in any form, and halves of surrogate pairs, become U+FFFD. */
export function escapeText(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
  )
}
