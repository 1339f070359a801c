/** Renders a chart to a standalone SVG that a person can open, with the light theme's colours written out. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'

const tokens = readFileSync(resolve(import.meta.dirname, '../../renderer/app/styles/tokens.css'), 'utf8')
const light = new Map([...(tokens.split(':root[data-theme')[0] ?? '').matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((m) => [m[1] ?? '', m[2] ?? '']))
const STYLE = [
  'text{font:11px sans-serif;fill:#1b1d20}',
  '.glyph-box,.matrix-frame,.glyph-track,.unit-header rect,.unit-hit,.strip-range{fill:none}',
  '.glyph-box,.matrix-frame,.strip-line,.network-arrow{stroke:#9a9ea3}',
  '.glyph-ribbon,.unit-link path{fill-opacity:.35}',
  '.unit-header text,.unit-count,.glyph-cost,.matrix-label{text-anchor:middle}',
  '.glyph-facts,.strip-axis{text-anchor:end}',
  '.is-op{text-anchor:start}',
  '.matrix-ground{fill:#f5f5f3}',
].join('')

/** `style`: rules for the classes of this chart alone. */
export function svgOf(chart: ReactElement, style = ''): string {
  const markup = renderToStaticMarkup(chart)
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace(/>/, `><style>${STYLE}${style}</style>`)
    .replace(/color-mix\(in oklab, var\(--cost-high\) (\d+)%, var\(--cost-low\)\)/g, (_, p: string) => mix(Number(p) / 100))
    .replace(/var\((--[\w-]+)\)/g, (whole, name: string) => light.get(name) ?? whole)
  return `${markup.replace(/></g, '>\n<')}\n`
}

/** Between the two ends of the cost scale, plainly in RGB: close enough for a picture in a test. */
function mix(share: number): string {
  const ends = ['--cost-low', '--cost-high'].map(
    (n) =>
      (light.get(n) ?? '#000000')
        .slice(1)
        .match(/../g)
        ?.map((h) => Number.parseInt(h, 16)) ?? [],
  )
  return `rgb(${[0, 1, 2].map((i) => Math.round((ends[0]?.[i] ?? 0) * (1 - share) + (ends[1]?.[i] ?? 0) * share)).join(',')})`
}
