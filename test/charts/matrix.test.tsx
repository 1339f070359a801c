import { describe, expect, it } from 'vitest'
import { MatrixChart } from '../../renderer/charts/matrix/Chart.tsx'
import { blocksOfRows, matrixLayout } from '../../renderer/charts/matrix/layout.ts'
import { matricesOf } from '../../renderer/views/unit/matrixData.ts'
import { svgOf } from './svg.tsx'
import { unitOf } from './units.ts'

const SIZE = { width: 160, height: 120 }

describe('connectivity matrix', () => {
  const view = unitOf('shufflenet-v1-g3-0.25x', 'stage2/unit2')
  const [first, depthwise] = matricesOf(view.on)

  it('is block-diagonal for a grouped convolution', async () => {
    if (!first) throw new Error('no matrix')
    expect(first.kind).toBe('groups')
    expect(first.data.blocks.map((b) => [b.row * 3, b.column * 3])).toEqual([0, 1, 2].map((g) => [g * first.data.rows, g * first.data.columns]))
    await expect(svgOf(<MatrixChart data={first.data} size={SIZE} label="groups" />)).toMatchFileSnapshot('matrix-groups.svg')
  })

  it('is a diagonal for a depthwise convolution', () => {
    expect(depthwise?.kind).toBe('depthwise')
    expect(depthwise?.data.blocks.every((b) => b.row === b.column && b.rows === 1 && b.columns === 1)).toBe(true)
  })

  it('of the whole unit falls apart into groups without the shuffle', async () => {
    const whole = matricesOf(view.off).at(-1)
    if (whole?.kind !== 'whole') throw new Error('no matrix of the whole unit')
    expect(whole.seen).toEqual([whole.data.columns / 3, whole.data.columns / 3])
    await expect(svgOf(<MatrixChart data={whole.data} size={SIZE} label="whole unit" />)).toMatchFileSnapshot('matrix-no-shuffle.svg')
  })

  it('joins equal neighbouring rows and cuts columns where their group changes', () => {
    const row = Uint8Array.from([1, 1, 0, 1])
    expect(blocksOfRows([row, row, Uint8Array.from([0, 0, 0, 1])], [0, 1, 1, 1])).toEqual([
      { row: 0, column: 0, rows: 2, columns: 1, group: 0 },
      { row: 0, column: 1, rows: 2, columns: 1, group: 1 },
      { row: 0, column: 3, rows: 2, columns: 1, group: 1 },
      { row: 2, column: 3, rows: 1, columns: 1, group: 1 },
    ])
  })

  it('stays inside its size, however long and thin', () => {
    const { width, height } = matrixLayout({ rows: 4, columns: 4000, blocks: [] }, SIZE)
    expect(width).toBeLessThanOrEqual(SIZE.width)
    expect(height).toBeGreaterThan(20)
  })
})
