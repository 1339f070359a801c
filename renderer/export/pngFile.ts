/** An SVG file as a PNG, at twice its size so that it stays sharp on paper and on dense screens. */
import { unsupported } from '../../engine/index.ts'
import type { SvgFile } from './svgFile.ts'

const SCALE = 2
/** What every browser can draw: pixels along a side, and in all. */
const LONGEST = 16_384
const MOST = 128e6

/** Pixels per CSS pixel; less than two only where a picture would be too large to draw. */
export function pngScale({ width, height }: Pick<SvgFile, 'width' | 'height'>): number {
  return Math.min(SCALE, LONGEST / Math.max(width, height), Math.sqrt(MOST / (width * height)))
}

/** Throws ScopeError `unsupported` where the browser cannot draw it. */
export async function pngFile(file: SvgFile): Promise<Blob> {
  const scale = pngScale(file)
  const image = new Image()
  const url = URL.createObjectURL(new Blob([await withFonts(file.svg)], { type: 'image/svg+xml' }))
  try {
    image.src = url
    await image.decode().catch(() => {
      throw cannotDraw()
    })
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(file.width * scale)
    canvas.height = Math.round(file.height * scale)
    const context = canvas.getContext('2d')
    if (!context) throw cannotDraw()
    context.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(cannotDraw())), 'image/png')
    })
  } finally {
    URL.revokeObjectURL(url)
  }
}

function cannotDraw() {
  return unsupported('PNG', 'the browser cannot draw this picture', 'Export it as SVG, which any drawing program turns into a PNG')
}

/** A picture in an image element cannot reach the page's fonts: those that its letters need go into it. */
async function withFonts(svg: string): Promise<string> {
  const letters = new Set([...svg.matchAll(/>([^<]+)</g)].flatMap((m) => [...(m[1] ?? '')].map((c) => c.codePointAt(0) ?? 0)))
  const faces = fontFaces().filter(({ family, ranges }) => svg.includes(family) && needs(letters, ranges))
  const rules = await Promise.all(faces.map(async ({ css, url }) => css.replace(/url\([^)]*\)/, `url(${await dataOf(url)})`)))
  return rules.length === 0 ? svg : svg.replace(/(<svg[^>]*>)/, (head) => `${head}<style>${rules.join('').replaceAll('&', '&amp;')}</style>`)
}

interface Face {
  readonly family: string
  readonly ranges: string
  readonly css: string
  readonly url: string
}

function fontFaces(): Face[] {
  return [...document.styleSheets].flatMap((sheet) =>
    [...sheet.cssRules].flatMap((rule): Face[] => {
      if (!(rule instanceof CSSFontFaceRule)) return []
      const source = /url\(["']?([^"')]+)["']?\)/.exec(rule.style.getPropertyValue('src'))?.[1]
      if (source === undefined) return []
      return [
        {
          family: rule.style.getPropertyValue('font-family').replaceAll(/["']/g, ''),
          ranges: rule.style.getPropertyValue('unicode-range'),
          css: rule.cssText,
          url: new URL(source, sheet.href ?? document.baseURI).href,
        },
      ]
    }),
  )
}

function needs(letters: ReadonlySet<number>, ranges: string): boolean {
  const spans = [...ranges.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/gi)].map((m) => [
    Number.parseInt(m[1] ?? '', 16),
    Number.parseInt(m[2] ?? m[1] ?? '', 16),
  ])
  return spans.length === 0 || [...letters].some((c) => spans.some(([from = 0, to = 0]) => c >= from && c <= to))
}

const loaded = new Map<string, Promise<string>>()

function dataOf(url: string): Promise<string> {
  const known = loaded.get(url) ?? load(url)
  loaded.set(url, known)
  known.catch(() => loaded.delete(url))
  return known
}

/** Of the application's own files. */
async function load(url: string): Promise<string> {
  const blob = await (await fetch(url)).blob()
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(String(reader.result)))
    reader.addEventListener('error', () => reject(reader.error))
    reader.readAsDataURL(blob)
  })
}
