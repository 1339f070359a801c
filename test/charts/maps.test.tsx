import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heatAt, heatPixels, peakOf, strongestOf } from '../../renderer/charts/maps/heat.ts'
import { channelFacts, greyPixels, greyRange } from '../../renderer/charts/maps/images.ts'
import { Tiles } from '../../renderer/charts/maps/Tiles.tsx'
import { type TilesData, tileAt, tileBeside, tileCorner, tilesLayout } from '../../renderer/charts/maps/tiles.ts'
import { svgOf } from './svg.tsx'

const STYLE =
  '.tile-frame,.tile-active{fill:none;stroke-width:2}.tile-veil{fill:#fcfcfb;fill-opacity:.82}.tile-cross{fill:none;stroke:#5b6067}.tile-active{stroke:#3554d1}.tile-index{text-anchor:middle;font-size:10px}'
const size = { width: 320, height: 190 }
/** 12 channels in 3 groups and the paper's shuffle of them. */
const shuffled: TilesData = { channels: 12, groups: 3, order: [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], aspect: 1 }
const nothing = () => undefined

function picture(amount: number, off: readonly number[]): string {
  const shapes = tilesLayout(shuffled, size)
  const maps = { channels: 12, height: 2, width: 2, values: new Float32Array(48) }
  const chart = (
    <Tiles
      shapes={shapes}
      maps={maps}
      range={{ low: 0, high: 1 }}
      groups={3}
      amount={amount}
      off={new Set(off)}
      active={7}
      label="Feature maps"
      describe={(c) => `Channel ${c}`}
      onActive={nothing}
      onToggle={nothing}
    />
  )
  // The images are drawn on a canvas below the frames.
  const markup = svgOf(chart, STYLE)
  return markup.slice(markup.indexOf('<svg '), markup.indexOf('</svg>') + 6)
}

describe('channel tiles', () => {
  it('frames channels by group, with one group zeroed', async () => {
    await expect(picture(0, [4, 5, 6, 7])).toMatchFileSnapshot('tiles-before.svg')
  })

  it('puts them where the shuffle does', async () => {
    await expect(picture(1, [4, 5, 6, 7])).toMatchFileSnapshot('tiles-after.svg')
  })

  it('has every channel in one place before and after, and tiles never overlap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 4, 8),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 200, max: 1200 }),
        fc.integer({ min: 100, max: 700 }),
        fc.constantFrom(0.5, 1, 2),
        (groups, each, width, height, aspect) => {
          const channels = groups * each
          const order = Array.from({ length: channels }, (_, p) => (p % groups) * each + Math.floor(p / groups))
          const shapes = tilesLayout({ channels, groups, order, aspect }, { width, height })
          expect([...shapes.after].sort((a, b) => a - b)).toEqual(shapes.before)
          order.forEach((channel, position) => {
            expect(shapes.after[channel]).toBe(position)
          })
          expect(new Set(shapes.slots.map(String)).size).toBe(channels)
          for (let c = 0; c < channels; c += 7)
            for (const amount of [0, 1]) {
              const [x, y] = tileCorner(shapes, c, amount)
              expect(y + shapes.tileHeight).toBeLessThanOrEqual(shapes.height)
              expect(tileAt(shapes, amount, x + shapes.tileWidth / 2, y + shapes.tileHeight / 2)).toBe(c)
            }
        },
      ),
    )
  })

  it('is walked by keys in the order that is shown', () => {
    const shapes = tilesLayout(shuffled, size)
    expect(tileBeside(shapes, false, null, 'ArrowRight')).toBe(0)
    expect(tileBeside(shapes, false, 0, 'ArrowRight')).toBe(1)
    expect(tileBeside(shapes, true, 0, 'ArrowRight')).toBe(4)
    expect(tileBeside(shapes, true, 4, 'ArrowLeft')).toBe(0)
    expect(tileBeside(shapes, false, 11, 'ArrowRight')).toBeUndefined()
    expect(tileBeside(shapes, false, 3, 'End')).toBe(11)
    expect(tileBeside(shapes, false, 3, 'x')).toBeUndefined()
    const down = tileBeside(shapes, false, 0, 'ArrowDown')
    expect(down).toBeDefined()
    expect(tileBeside(shapes, false, down ?? null, 'ArrowUp')).toBe(0)
  })
})

describe('heat', () => {
  const data = { rows: 2, columns: 2, values: [0, 1, 2, -1] }

  it('is the value at the centre of a cell, and between them linear', () => {
    expect(heatAt(data, 0.25, 0.25)).toBe(0)
    expect(heatAt(data, 0.75, 0.25)).toBe(1)
    expect(heatAt(data, 0.25, 0.75)).toBe(2)
    expect(heatAt(data, 0.5, 0.25)).toBe(0.5)
    expect(heatAt(data, 0.5, 0.5)).toBe(0.5)
    expect(heatAt(data, 0, 0)).toBe(0)
    expect(heatAt(data, 1, 1)).toBe(-1)
  })

  it('is darkest at 0 and below, lightest at the peak', () => {
    const pixels = heatPixels(data, peakOf(data), 2, 2)
    const light = [0, 1, 2, 3].map((i) => (pixels[4 * i] ?? 0) + (pixels[4 * i + 1] ?? 0) + (pixels[4 * i + 2] ?? 0))
    expect(light[0]).toBe(light[3])
    expect(light[1]).toBeGreaterThan(light[0] ?? 0)
    expect(light[2]).toBeGreaterThan(light[1] ?? 0)
    expect(heatPixels({ rows: 1, columns: 1, values: [-3] }, 0, 1, 1)[3]).toBe(255)
  })

  it('says where it is strongest', () => {
    expect(strongestOf({ rows: 7, columns: 7, values: Float32Array.from({ length: 49 }, (_, i) => (i === 24 ? 3 : 0)) })).toEqual({
      value: 3,
      place: 4,
    })
    expect(strongestOf({ rows: 7, columns: 7, values: Float32Array.from({ length: 49 }, (_, i) => (i === 6 ? 3 : 1)) })).toEqual({
      value: 3,
      place: 2,
    })
    expect(strongestOf({ rows: 1, columns: 2, values: [-1, 0] })).toBeUndefined()
  })
})

describe('grey images', () => {
  const maps = { channels: 2, height: 1, width: 2, values: Float32Array.from([0, 1, 2, 4]) }

  it('has one scale for all channels', () => {
    const range = greyRange(maps)
    expect(range.low).toBe(0)
    expect(range.high).toBe(4)
    expect([0, 4, 8, 12].map((i) => greyPixels(maps, range)[i])).toEqual([0, 64, 128, 255])
  })

  it('spans negative values, and is a scale even where all values are the same', () => {
    expect(greyRange({ ...maps, values: Float32Array.from([-2, 0, 1, 1]) }).low).toBe(-2)
    const flat = greyRange({ ...maps, values: new Float32Array(4) })
    expect(flat.high).toBeGreaterThan(flat.low)
  })

  it('knows mean and largest value of a channel', () =>
    expect(channelFacts(maps)).toEqual([
      { mean: 0.5, max: 1 },
      { mean: 3, max: 4 },
    ]))
})
