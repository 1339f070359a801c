import { describe, expect, it } from 'vitest'
import { IcicleChart } from '../../renderer/charts/icicle/Chart.tsx'
import { cellBeside, type IcicleNode, icicleLayout } from '../../renderer/charts/icicle/layout.ts'
import { svgOf } from './svg.tsx'

const size = { width: 400, height: 72 }
const leaf = (key: string, value: number): IcicleNode => ({ key, label: key, value, children: [] })
const node = (key: string, label: string, children: readonly IcicleNode[]): IcicleNode => ({ key, label, value: 0, children })
const tree = [
  node('stem', 'Stem', [leaf('conv', 30), leaf('pool', 0)]),
  node('stage2', 'Stage 2', [
    node('u1', 'Unit 1', [leaf('u1.pw', 20), leaf('u1.shuffle', 0), leaf('u1.dw', 10)]),
    node('u2', 'Unit 2', [leaf('u2.pw', 25), leaf('u2.dw', 5)]),
  ]),
  node('head', 'Head', [leaf('fc', 10)]),
]
const nothing = () => undefined
const chart = (own: readonly IcicleNode[], selected: readonly string[] = []) => (
  <IcicleChart
    sections={own}
    size={size}
    label="Icicle"
    selected={new Set(selected)}
    active={selected[0] ?? null}
    describe={(key, value) => `${key}: ${value}`}
    onHover={nothing}
    onSelect={nothing}
    onEnter={nothing}
  />
)
const style = '.icicle-cell:not(.is-leaf) rect{fill:#f5f5f3;stroke:#dddedb}.is-selected rect{stroke:#3554d1;stroke-width:2}text{text-anchor:middle}'

describe('icicle', () => {
  it('draws sections, units and ops', async () => {
    await expect(svgOf(chart(tree, ['u2']), style)).toMatchFileSnapshot('icicle.svg')
  })

  it('draws nothing where nothing costs', async () => {
    await expect(svgOf(chart([node('a', 'A', [leaf('b', 0)])]), style)).toMatchFileSnapshot('icicle-empty.svg')
    expect(icicleLayout([], size)).toEqual({ cells: [], total: 0, greatest: 0 })
  })

  it('gives each cell its share of the width, in network order, children under their parent', () => {
    const { cells, total, greatest } = icicleLayout(tree, size)
    expect([total, greatest]).toEqual([100, 30])
    for (const cell of cells) expect(cell.width).toBeCloseTo((cell.value / 100) * size.width)
    for (const depth of [1, 2, 3]) {
      const row = cells.filter((c) => c.depth === depth)
      for (const [i, cell] of row.entries()) if (i > 0) expect(cell.x).toBeGreaterThanOrEqual((row[i - 1]?.x ?? 0) + (row[i - 1]?.width ?? 0) - 1e-9)
    }
    for (const cell of cells) {
      const parent = cells.find((c) => c.key === cell.parent)
      if (!parent) continue
      expect(cell.x).toBeGreaterThanOrEqual(parent.x - 1e-9)
      expect(cell.x + cell.width).toBeLessThanOrEqual(parent.x + parent.width + 1e-9)
      expect(cell.y).toBeCloseTo(parent.y + parent.height)
    }
    // An op outside of units reaches down to the last row; what costs nothing has no cell.
    const fc = cells.find((c) => c.key === 'fc')
    expect((fc?.y ?? 0) + (fc?.height ?? 0)).toBeCloseTo(size.height)
    expect(cells.some((c) => c.key === 'u1.shuffle')).toBe(false)
  })

  it('writes labels that fit, or their number', () => {
    const text = (width: number) => icicleLayout(tree, { width, height: 72 }).cells.find((c) => c.key === 'u1')?.text
    expect(text(400)).toBe('Unit 1')
    expect(text(60)).toBe('1')
    expect(text(20)).toBe('')
  })

  it('lays 5,000 ops out, and leaves out what is too narrow to see', () => {
    const many = Array.from({ length: 50 }, (_, s) =>
      node(`s${s}`, `Section ${s}`, [
        ...Array.from({ length: 10 }, (_, u) =>
          node(
            `s${s}u${u}`,
            `Unit ${u}`,
            Array.from({ length: 10 }, (_, l) => leaf(`s${s}u${u}l${l}`, 1 + ((s * 7 + l) % 5))),
          ),
        ),
      ]),
    )
    expect(icicleLayout(many, { width: 10_000, height: 72 }).cells).toHaveLength(50 + 500 + 5000)
    const { cells } = icicleLayout(many, { width: 1000, height: 72 })
    expect(cells.filter((c) => c.depth === 1)).toHaveLength(50)
    expect(cells.length).toBeLessThan(50 + 500 + 5000)
  })

  it('is walked by arrow keys', () => {
    const shapes = icicleLayout(tree, size)
    const walk = (key: string, from: string | null) => cellBeside(shapes, from, key)?.key
    expect(walk('ArrowRight', null)).toBe('stem')
    expect(walk('ArrowRight', 'stem')).toBe('stage2')
    expect(walk('ArrowDown', 'stage2')).toBe('u1')
    expect(walk('ArrowDown', 'u1')).toBe('u1.pw')
    expect(walk('ArrowDown', 'u1.pw')).toBe('u1.pw')
    expect(walk('ArrowUp', 'u2.dw')).toBe('u2')
    expect(walk('ArrowUp', 'stem')).toBe('stem')
    expect(walk('ArrowLeft', 'u2')).toBe('u1')
    expect([walk('Home', 'u2.pw'), walk('End', 'u1.pw')]).toEqual(['u1.pw', 'u2.dw'])
    expect(walk('Enter', 'u2')).toBeUndefined()
  })
})
