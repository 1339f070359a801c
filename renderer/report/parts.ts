/** The parts that every section of a report is made of: tables, facts, figures. */
import { element, type Markup, type Part } from '../export/markup.ts'

export interface TableColumn {
  readonly label: string
  /** Numbers stand at the right. */
  readonly isNumber?: boolean
  /** Names of layers, in the fixed-width face. */
  readonly isName?: boolean
}

export type Row = readonly (string | number | null)[]

export interface TableOptions {
  readonly caption: string
  readonly columns: readonly TableColumn[]
  readonly rows: readonly Row[]
  /** A last row of sums. */
  readonly foot?: Row
}

/** The first cell of a row is its head. Wide tables roll in their own frame, which keys reach. */
export function table({ caption, columns, rows, foot }: TableOptions): Markup {
  const kind = ({ isNumber, isName }: TableColumn) => (isNumber ? 'num' : isName ? 'name' : null)
  const line = (row: Row) =>
    element(
      'tr',
      {},
      columns.map((column, i) =>
        i === 0
          ? element('th', { scope: 'row', class: kind(column) }, row[i] ?? '')
          : element('td', { class: kind(column) }, row[i] === null || row[i] === undefined ? '' : row[i]),
      ),
    )
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    element(
      'table',
      {},
      element('caption', {}, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          columns.map((c) => element('th', { scope: 'col', class: c.isNumber ? 'num' : null }, c.label)),
        ),
      ),
      element('tbody', {}, rows.map(line)),
      foot && element('tfoot', {}, line(foot)),
    ),
  )
}

export type Fact = readonly [name: string, value: string | number]

export function facts(list: readonly Fact[]): Markup {
  return element(
    'dl',
    {},
    list.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  )
}

export function section(id: string, title: string, ...children: Part[]): Markup {
  return element('section', { id, 'aria-labelledby': `${id}-title` }, element('h2', { id: `${id}-title` }, title), children)
}

export function figure(picture: Markup, caption: string): Markup {
  return element('figure', {}, picture, element('figcaption', {}, caption))
}

export function paragraph(text: string, kind?: string): Markup {
  return element('p', { class: kind ?? null }, text)
}
