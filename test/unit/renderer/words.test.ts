/** Ready for another language: no view holds words of its own, and numbers are written in one place. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { parseAst } from 'vite'
import { describe, expect, it } from 'vitest'
import { LOCALES, translator } from '../../../renderer/app/strings/index.ts'
import { en, zh } from '../../../renderer/app/strings/tables.ts'

const ROOT = resolve(import.meta.dirname, '../../../renderer')
/** Attributes whose text a person reads or hears. */
const SPOKEN = new Set([
  'title',
  'alt',
  'placeholder',
  'label',
  'aria-label',
  'aria-description',
  'aria-valuetext',
  'aria-roledescription',
  'hint',
  'caption',
])
/** Two letters or more: single ones are signs of mathematics and units of measure. */
const WORD = /\p{L}{2,}/u
/** Names that are the same in every language: keys of the keyboard, formats, the field's own abbreviations. */
const NAMES = /^(ShuffleNet|ShuffleScope|MACs?|FLOPs|SVG|PNG|CSV|JSON|HTML|Ctrl|Shift|Esc|Enter|ms|px)$/

async function sources(): Promise<{ path: string; text: string }[]> {
  const entries = await readdir(ROOT, { recursive: true, withFileTypes: true })
  const paths = entries.filter((e) => e.isFile() && /\.tsx?$/.test(e.name)).map((e) => join(e.parentPath, e.name))
  return Promise.all(paths.map(async (path) => ({ path: relative(ROOT, path), text: await readFile(path, 'utf8') })))
}

interface AstNode {
  readonly type: string
  readonly [key: string]: unknown
}
const isNode = (value: unknown): value is AstNode => typeof value === 'object' && value !== null && 'type' in value

function* nodes(value: unknown): Generator<AstNode> {
  if (Array.isArray(value)) for (const v of value) yield* nodes(v)
  else if (isNode(value)) {
    yield value
    for (const key of Object.keys(value)) yield* nodes(value[key])
  }
}

/** Text that an expression in the page may show: literals, and both branches of a choice. */
function texts(value: unknown): string[] {
  if (!isNode(value)) return []
  if (value.type === 'Literal') return typeof value.value === 'string' ? [value.value] : []
  if (value.type === 'TemplateLiteral') return (value.quasis as { value: { cooked: string } }[]).map((q) => q.value.cooked)
  if (value.type === 'ConditionalExpression') return [...texts(value.consequent), ...texts(value.alternate)]
  if (value.type === 'LogicalExpression') return texts(value.right)
  if (value.type === 'JSXExpressionContainer') return texts(value.expression)
  return []
}

/** Words that stand in the code of a view. */
function wordsIn(text: string): string[] {
  const found: string[] = []
  for (const node of nodes(parseAst(text, { lang: 'tsx' }))) {
    if (node.type === 'JSXText') found.push(String(node.value))
    if (node.type === 'JSXElement' || node.type === 'JSXFragment')
      for (const child of node.children as unknown[]) if (isNode(child) && child.type === 'JSXExpressionContainer') found.push(...texts(child))
    if (node.type === 'JSXAttribute' && isNode(node.name) && SPOKEN.has(attributeName(node.name))) found.push(...texts(node.value))
  }
  return found.map((t) => t.trim()).filter((t) => t.split(/[^\p{L}]+/u).some((word) => WORD.test(word) && !NAMES.test(word)))
}

const attributeName = (name: AstNode): string => String(isNode(name.name) ? name.name.name : name.name)

describe('words', () => {
  it('are found where a view has some of its own', () => {
    const view = `const V = () => <p title="Close it">Two words{wide ? 'here' : ''} {t('app.close')} <b aria-label={\`\${n} layers\`}>{n}×</b></p>`
    expect(wordsIn(view).sort()).toEqual(['Close it', 'Two words', 'here', 'layers'].sort())
  })

  it('are in no view, but in the strings', async () => {
    const found = (await sources()).filter(({ path }) => path.endsWith('.tsx')).flatMap(({ path, text }) => wordsIn(text).map((w) => `${path}: ${w}`))
    expect(found).toEqual([])
  })

  it('have the same keys in every language, in no order', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
  })

  it('are all used', async () => {
    const all = (await sources()).filter(({ path }) => !path.startsWith('app/strings/')).map(({ text }) => text)
    const code = all.join('\n')
    // A key that is put together, e.g. `stage.${s}`, is used by its beginning.
    const made = [...code.matchAll(/`([a-zA-Z.+]+\.)\$\{/g)].map((m) => m[1] ?? '')
    const unused = Object.keys(en).filter((key) => !code.includes(`'${key}'`) && !made.some((begin) => key.startsWith(begin)))
    expect(unused).toEqual([])
  })
})

describe('numbers', () => {
  it('choose words in one place, as the language counts', () => {
    expect(translator('en')('inspector.range', { n: 1 })).toBe('1 layer')
    expect(translator('en')('inspector.range', { n: 2 })).toBe('2 layers')
    expect(translator('en')('costs.total', { macs: '1.9 M', n: 0 })).toBe('1.9 M MACs in 0 layers')
    for (const { id } of LOCALES)
      for (const key of Object.keys(en) as (keyof typeof en)[]) expect(translator(id)(key, { n: 1 }), `${id} ${key}`).not.toMatch(/\{\w+\|/)
  })

  it('are formatted in one place', async () => {
    const found = (await sources())
      .filter(({ path, text }) => path !== 'charts/kit/format.ts' && /Intl\.(NumberFormat|DateTimeFormat)|\.toLocale\w*String\(/.test(text))
      .map(({ path }) => path)
    expect(found).toEqual([])
  })
})
