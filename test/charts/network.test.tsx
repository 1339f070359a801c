import { describe, expect, it } from 'vitest'
import { buildZooModel, recognise } from '../../engine/index.ts'
import { translator } from '../../renderer/app/strings/index.ts'
import { networkLayout } from '../../renderer/charts/network/layout.ts'
import { mapSections } from '../../renderer/views/explore/mapData.ts'
import { measuringOf } from '../../renderer/views/explore/measures.ts'
import { networkView } from '../../renderer/workers/network.ts'
import { MapPicture } from './mapPicture.tsx'
import { svgOf } from './svg.tsx'

const { graph } = buildZooModel('shufflenet-v1-g3-0.25x', { inputSize: 64, classes: 10 })
const network = networkView(graph, recognise(graph), 'recognised')
const measuring = measuringOf(translator('en'), { measureShown: 'macs', convention: 'paper', profile: null, network })
const sections = mapSections(translator('en'), network, measuring)

describe('network map', () => {
  it('draws stages of units with their shuffles', async () => {
    const chart = (
      <MapPicture sections={sections} size={{ width: 720, height: 500 }} label="network" selected="stage2/unit1" describe={(i) => i.key} />
    )
    await expect(svgOf(chart)).toMatchFileSnapshot('network.svg')
  })

  it.each([320, 640, 728, 1024, 1600])('keeps glyphs apart and inside at a width of %i', (width) => {
    const { glyphs } = networkLayout(sections, { width, height: 500 })
    for (const a of glyphs) {
      expect(a.x + a.width).toBeLessThanOrEqual(width)
      for (const b of glyphs)
        if (a !== b) expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true)
    }
  })

  it('puts the eight units of stage 3 in one row of a window 1024 px wide', () => {
    const { glyphs } = networkLayout(sections, { width: 728, height: 500 })
    expect(new Set(glyphs.filter((g) => g.item.key.startsWith('stage3/')).map((g) => g.y)).size).toBe(1)
  })
})
