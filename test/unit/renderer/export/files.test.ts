import { csvParseRows } from 'd3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tableToCsv } from '../../../../renderer/export/csv.ts'
import type { FigureCell, FigureTable } from '../../../../renderer/export/figures.ts'
import { exportName } from '../../../../renderer/export/fileName.ts'
import { type figureDocument, figureJson } from '../../../../renderer/export/json.ts'

const COLUMNS = [
  { key: 'name', label: 'Name' },
  { key: 'ms', label: 'Time', unit: 'ms' },
]

describe('CSV', () => {
  it('has a head with units, CRLF line ends, numbers in full and nothing where there is no value', () => {
    const rows = [
      ['a', 0.1 + 0.2],
      ['b', null],
      ['c', Number.NaN],
      ['d', -1e-7],
      ['e', 136500672],
    ]
    expect(tableToCsv({ columns: COLUMNS, rows })).toBe('Name,Time (ms)\r\na,0.30000000000000004\r\nb,\r\nc,\r\nd,-1e-7\r\ne,136500672\r\n')
  })

  it('quotes commas, quotation marks and line ends as RFC 4180 says', () => {
    expect(tableToCsv({ columns: COLUMNS.slice(0, 1), rows: [['a,b'], ['say "x"'], ['two\r\nlines'], ['']] })).toBe(
      'Name\r\n"a,b"\r\n"say ""x"""\r\n"two\r\nlines"\r\n\r\n',
    )
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=cmd|"/c calc"!A1'])('keeps spreadsheets from running %j', (text) => {
    const [, [cell = ''] = []] = csvParseRows(tableToCsv({ columns: COLUMNS.slice(0, 1), rows: [[text]] }))
    expect(cell).toBe(`'${text}`)
  })

  it('leaves negative numbers numbers, and heads safe too', () => {
    expect(tableToCsv({ columns: [{ key: 'a', label: '=A' }], rows: [[-2]] })).toBe("'=A\r\n-2\r\n")
  })

  it('is read back by another reader, whatever is in it', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.constant(null),
      fc.boolean(),
    )
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.array(fc.array(cell, { minLength: 5, maxLength: 5 }), { maxLength: 8 }), (width, all) => {
        const columns = Array.from({ length: width }, (_, i) => ({ key: `k${i}`, label: `Column ${i}` }))
        const rows: FigureCell[][] = all.map((row) => row.slice(0, width))
        const [head, ...body] = csvParseRows(tableToCsv({ columns, rows }))
        expect(head).toEqual(columns.map((c) => c.label))
        expect(body).toEqual(
          rows.map((row) =>
            row.map((c) => (c === null ? '' : typeof c === 'string' ? (/^[=+\-@\t\r]/.test(c) ? `'${c}` : c) : Object.is(c, -0) ? '0' : String(c))),
          ),
        )
      }),
    )
  })
})

const CONTEXT = {
  app: { name: 'ShuffleScope', version: '1.2.3' },
  model: { id: 'net', title: 'Net' },
  convention: { id: 'paper', words: 'convolutions only' },
}

describe('JSON', () => {
  const table: FigureTable = {
    columns: COLUMNS,
    rows: [
      ['a', 1.5],
      ['b', Number.POSITIVE_INFINITY],
    ],
  }

  it('says what it is of, and names every value', () => {
    expect(JSON.parse(figureJson('Layers', table, CONTEXT))).toEqual({
      title: 'Layers',
      model: { id: 'net', title: 'Net' },
      convention: { id: 'paper', words: 'convolutions only' },
      columns: [
        { key: 'name', label: 'Name', unit: null },
        { key: 'ms', label: 'Time', unit: 'ms' },
      ],
      rows: [
        { name: 'a', ms: 1.5 },
        { name: 'b', ms: null },
      ],
      app: { name: 'ShuffleScope', version: '1.2.3' },
    })
  })

  it('holds numbers exactly', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const made = JSON.parse(figureJson('T', { columns: COLUMNS, rows: [['a', value]] }, CONTEXT)) as ReturnType<typeof figureDocument>
        expect(made.rows[0]?.ms).toBe(Object.is(value, -0) ? 0 : value)
      }),
    )
  })
})

describe('names of files', () => {
  it.each([
    ['shufflenet-v1-g3-0.5x', 'roofline', 'svg', 'shufflenet-v1-g3-0.5x-roofline.svg'],
    ['My model (v2)/final', 'unit-stage3/unit2', 'csv', 'My-model-v2-final-unit-stage3-unit2.csv'],
    ['../../etc/passwd', 'map', 'png', 'etc-passwd-map.png'],
    ['C:\\x\\net', 'map', 'png', 'C-x-net-map.png'],
    ['模型', '图', 'json', '模型-图.json'],
    [null, 'map', 'svg', 'map.svg'],
    ['…', '///', 'svg', 'shufflescope.svg'],
  ])('%j and %j make a name of a file', (model, view, extension, name) => {
    expect(exportName(model, view, extension)).toBe(name)
  })

  it('are what the back end takes for a name, whatever the model is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ unit: 'grapheme', maxLength: 400 }), (model, view) => {
        const name = exportName(model, view, 'svg')
        expect(name).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}._-]*\.svg$/u)
        expect(name.length).toBeLessThan(256)
        expect(name.isWellFormed()).toBe(true)
      }),
    )
  })
})
