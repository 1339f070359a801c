import { describe, expect, it } from 'vitest'
import { type MapItem, type MapSection, networkLayout } from '../../renderer/charts/network/layout.ts'
import { MapPicture } from './mapPicture.tsx'
import { svgOf } from './svg.tsx'

const unit = (n: number, reach: MapItem['reach']): MapItem => ({
  key: `stage2/unit${n}`,
  kind: 'unit',
  label: `Unit ${n}`,
  groups: 3,
  stride: 1,
  shuffleGroups: 3,
  join: 'add',
  channelsIn: 24,
  channelsOut: 24,
  cost: 1000,
  costText: '1 k',
  costWords: '1 k MACs',
  next: [`stage2/unit${n + 1}`],
  ...(reach === undefined ? {} : { reach }),
})
const groups = (...reached: number[]) => reached.map((r) => ({ reached: r, size: 8 }))
const head: MapItem = { ...unit(4, { side: 'after', groups: [{ reached: 10, size: 10 }] }), key: 'op:fc', kind: 'op', label: 'Fully connected' }
/** Its own third leads to a channel of unit 2; it leads to parts of all thirds; unit 4 is not touched. */
const sections: MapSection[] = [
  {
    key: 'stage2',
    label: 'Stage 2',
    detail: '4 units',
    items: [
      unit(1, { side: 'before', groups: groups(0, 8, 0) }),
      unit(2, { side: 'after', groups: groups(0, 1, 0) }),
      unit(3, { side: 'after', groups: groups(2, 4, 8) }),
      unit(4, null),
    ],
  },
  { key: 'head', label: 'Head', detail: '1 op', items: [head] },
]

describe('a trace on the map', () => {
  it('draws how much of each group is touched, and steps back what is not', async () => {
    const chart = <MapPicture sections={sections} size={{ width: 620, height: 300 }} label="Map" selected={null} tracing describe={(i) => i.key} />
    await expect(svgOf(chart, '.is-away{opacity:.4}.glyph-track{fill:#e6e7e4}')).toMatchFileSnapshot('trace.svg')
  })

  it('has a bar per group as long as the touched share, and gathers more groups than it can draw', () => {
    const bars = networkLayout(sections, { width: 620, height: 300 }).glyphs.map((g) => g.reach)
    expect(bars.map((b) => b.length)).toEqual([3, 3, 3, 0, 1])
    expect(bars[0]?.map((b) => b.share)).toEqual([0, 1, 0])
    expect(bars[2]?.map((b) => b.share)).toEqual([0.25, 0.5, 1])
    const many = unit(1, { side: 'before', groups: Array.from({ length: 64 }, (_, g) => ({ reached: g < 32 ? 1 : 0, size: 1 })) })
    const [gathered] = networkLayout([{ key: 's', label: 's', detail: '', items: [many] }], { width: 300, height: 200 }).glyphs
    expect(gathered?.reach.map((b) => b.share)).toEqual([1, 1, 1, 1, 0, 0, 0, 0])
    expect(gathered?.reach.every((b) => b.group === null)).toBe(true)
  })

  it('keeps bars inside their glyphs', () => {
    for (const width of [200, 620, 1200])
      for (const glyph of networkLayout(sections, { width, height: 300 }).glyphs)
        for (const bar of glyph.reach) {
          expect(bar.y).toBeGreaterThan(glyph.y)
          expect(bar.y + bar.height).toBeLessThan(glyph.y + glyph.height)
          expect(bar.x + bar.width).toBeLessThan(glyph.x + glyph.width)
        }
  })
})
