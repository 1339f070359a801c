import { describe, expect, it } from 'vitest'
import { ArchitectureChart } from '../../renderer/charts/architecture/Chart.tsx'
import { type ArchitectureStage, architectureLayout, LABEL } from '../../renderer/charts/architecture/layout.ts'
import { svgOf } from './svg.tsx'

const style = '.glyph-ribbon{fill-opacity:.4}.architecture-arrow{stroke:#9a9ea3;fill:none}.architecture-detail{fill:#5b6067}'
const stage = (n: number, channels: number, units: number, groups = 3, shuffle = true): ArchitectureStage => ({
  key: `stage${n}`,
  label: `Stage ${n}`,
  detail: `${channels} × 28 × 28`,
  channels,
  units,
  groups,
  shuffle,
})
const stages = [stage(2, 240, 4), stage(3, 480, 8), stage(4, 960, 4)]

describe('a network in small', () => {
  it('draws stages with their units, widths, groups and shuffles', async () => {
    const chart = <ArchitectureChart stages={stages} width={560} label="The network" describe={(s, u) => `${s.label}, unit ${u}`} />
    await expect(svgOf(chart, style)).toMatchFileSnapshot('architecture.svg')
  })

  it('has a unit for each repeat, higher where the stage is wider, and draws each picture once', () => {
    const { units, pictures } = architectureLayout(stages, { width: 560 })
    expect(units.map((u) => u.key)).toHaveLength(16)
    const [a, b, c] = ['stage2', 'stage3', 'stage4'].map((s) => units.find((u) => u.key === `${s}/unit1`)?.stretch ?? 0)
    expect(a).toBeLessThan(b ?? 0)
    expect(b).toBeLessThan(c ?? 0)
    // With stride and without.
    expect(pictures).toHaveLength(2)
    expect(new Set(units.map((u) => u.picture))).toEqual(new Set(pictures.map((p) => p.key)))
  })

  it('tells shuffled units from others, and groups from none', () => {
    const partsOf = (groups: number, shuffle: boolean) => architectureLayout([stage(2, 240, 2, groups, shuffle)], { width: 400 }).pictures[1]?.parts
    expect(
      partsOf(3, true)
        ?.filter((p) => p.part === 'ribbon')
        .map((p) => p.group),
    ).toEqual([0, 1, 2])
    expect(partsOf(3, true)).not.toEqual(partsOf(3, false))
    expect(partsOf(1, true)?.map((p) => p.group)).toEqual([null, null])
  })

  it('stays in its room with the most units that a slider gives', () => {
    for (const width of [420, 640, 1000]) {
      const { units, unitWidth } = architectureLayout([stage(2, 384, 16, 8), stage(3, 768, 16, 8), stage(4, 1536, 16, 8)], { width })
      for (const { x } of units) {
        expect(x).toBeGreaterThanOrEqual(LABEL)
        expect(x + unitWidth).toBeLessThanOrEqual(width + 1)
      }
    }
  })
})
