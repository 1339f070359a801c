import { describe, expect, it } from 'vitest'
import { GroupsChart } from '../../renderer/charts/mixing/Groups.tsx'
import { cellAt, groupsLayout } from '../../renderer/charts/mixing/groups.ts'
import { svgOf } from './svg.tsx'

const size = { width: 148, height: 148 }
const style = '.groups-value,.groups-key{text-anchor:middle}.is-much{fill:#fcfcfb}.groups-active{fill:none;stroke:#3554d1}'

/** Three groups that have begun to mix; the third is moved by the first the most. */
const change = [
  [0.9, 0.2, 0],
  [0.1, 0.8, 0.004],
  [0.55, 0.05, 1],
]

describe('group-to-group matrix', () => {
  it('shades what zeroing a group changes, with groups keyed along both sides', async () => {
    const chart = <GroupsChart change={change} greatest={1} size={size} label="With shuffle" active={{ row: 2, column: 0 }} />
    await expect(svgOf(chart, style)).toMatchFileSnapshot('groups.svg')
  })

  it('puts the zeroed group across and the changed one down, on the given scale', () => {
    const { cells, cell, left, top } = groupsLayout(change, 2, size)
    const found = cells.find((c) => c.row === 2 && c.column === 0)
    expect(found).toMatchObject({ x: left, y: top + 2 * cell, value: 0.55, share: 0.275, text: '55' })
    expect(cells.find((c) => c.row === 1 && c.column === 2)?.text).toBe('0.40')
    expect(groupsLayout(change, 0, size).cells.every((c) => c.share === 0)).toBe(true)
  })

  it('keeps numbers and names to where they fit, and stays inside its room', () => {
    const wide = (groups: number) => Array.from({ length: groups }, () => new Array<number>(groups).fill(0.5))
    for (const groups of [1, 2, 3, 4, 8, 32]) {
      const shapes = groupsLayout(wide(groups), 1, size)
      expect(shapes.side).toBeLessThanOrEqual(148)
      expect(shapes.cells).toHaveLength(groups ** 2)
      expect(shapes.cells[0]?.text === '').toBe(groups > 4)
      expect(shapes.rowKeys[0]?.isNamed).toBe(groups <= 8)
    }
  })

  it('finds the cell under a pointer, and nothing beside the cells', () => {
    const shapes = groupsLayout(change, 1, size)
    for (const c of shapes.cells) expect(cellAt(shapes, c.x + 2, c.y + 2)).toBe(c)
    expect(cellAt(shapes, 2, 2)).toBeUndefined()
    expect(cellAt(shapes, shapes.side + 1, 30)).toBeUndefined()
  })
})
