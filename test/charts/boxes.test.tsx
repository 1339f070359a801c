import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BoxesChart } from '../../renderer/charts/boxes/Chart.tsx'
import { type BoxItem, boxAt, boxesLayout } from '../../renderer/charts/boxes/layout.ts'
import { svgOf } from './svg.tsx'

const photo = { width: 800, height: 400 }
const size = { width: 400, height: 200 }
const items: readonly BoxItem[] = [
  { key: 0, box: [100, 100, 400, 360], text: 'dog 77 %', hue: 0 },
  { key: 1, box: [120, 100, 700, 300], text: 'bicycle 73 %', hue: 1 },
  { key: 2, box: [500, 0, 800, 120], text: 'car 78 %', hue: 2 },
]
const nothing = () => undefined

describe('boxes over a photo', () => {
  it('draws a frame and a tag for each, one of them picked', async () => {
    const shapes = boxesLayout(items, photo, size)
    const chart = <BoxesChart shapes={shapes} size={size} active={[1]} label="3 objects" onPoint={nothing} onPick={nothing} />
    const style = '.box-halo,.box-frame{fill:none}.box-halo{stroke:#0008;stroke-width:4}.box-frame{stroke-width:2}.is-dim{opacity:.5}'
    await expect(svgOf(chart, style)).toMatchFileSnapshot('boxes.svg')
  })

  it('tells the boxes of two detectors apart, and lights both of one object', () => {
    const both = boxesLayout([...items, { key: 9, box: [110, 100, 410, 350], text: 'B dog 70 %', hue: 5, isDashed: true }], photo, size)
    const drawn = svgOf(<BoxesChart shapes={both} size={size} active={[0, 9]} label="4 objects" onPoint={nothing} onPick={nothing} />)
    expect(drawn.match(/class="box( is-[a-z]+)*"/g)?.sort()).toEqual(
      ['class="box is-active"', 'class="box is-dashed is-active"', 'class="box is-dim"', 'class="box is-dim"'].sort(),
    )
  })

  it('keeps frames where the boxes are, and tags inside the picture and apart', () => {
    const shapes = boxesLayout(items, photo, size)
    expect(shapes.map(({ x, y, width, height }) => [x, y, width, height])).toEqual([
      [50, 50, 150, 130],
      [60, 50, 290, 100],
      [250, 0, 150, 60],
    ])
    for (const a of shapes)
      for (const b of shapes)
        if (a !== b)
          expect(a.tag.x + a.tag.width <= b.tag.x || b.tag.x + b.tag.width <= a.tag.x || Math.abs(a.tag.y - b.tag.y) >= a.tag.height).toBe(true)
  })

  it('lets no tag leave the picture, whatever the boxes', () => {
    const coordinate = fc.double({ min: 0, max: 400, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate, coordinate, coordinate), { maxLength: 20 }), (boxes) => {
        const list = boxes.map(([a, b, c, d], key) => ({
          key,
          box: [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)] as const,
          text: 'a name',
          hue: 0,
        }))
        for (const { tag } of boxesLayout(list, photo, size)) {
          expect(Math.min(tag.x, tag.y)).toBeGreaterThanOrEqual(0)
          expect(tag.x + tag.width).toBeLessThanOrEqual(size.width)
          expect(tag.y + tag.height).toBeLessThanOrEqual(size.height)
        }
      }),
    )
  })

  it('finds the smallest box under a point', () => {
    const shapes = boxesLayout([...items, { key: 3, box: [300, 200, 340, 240], text: 'cup 50 %', hue: 3 }], photo, size)
    expect(boxAt(shapes, 160, 110)).toBe(3)
    expect(boxAt(shapes, 55, 150)).toBe(0)
    expect(boxAt(shapes, 10, 190)).toBeUndefined()
  })
})
