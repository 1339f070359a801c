/** The map under a zoom: its shape, its levels, ops inside of units, ways of the arrow keys, and flows of a trace. */
import { describe, expect, it } from 'vitest'
import { buildZooModel, recognise } from '../../engine/index.ts'
import { translator } from '../../renderer/app/strings/index.ts'
import { mapLayout, networkLayout } from '../../renderer/charts/network/layout.ts'
import { matchItems, opPlaces } from '../../renderer/charts/network/morph.ts'
import { OpGraphView } from '../../renderer/charts/network/OpGraphView.tsx'
import { moved, type OpGraph, opGraphLayout, structureOf } from '../../renderer/charts/network/opGraph.ts'
import { placeOf, samePlace, transformOf } from '../../renderer/charts/network/place.ts'
import { opStepFrom, stepFrom } from '../../renderer/charts/network/steps.ts'
import { flowBands, flowParts } from '../../renderer/charts/network/traceFlow.ts'
import { broughtIn, closeTo, firstLook, fitted, levelOf, MOST, meets, seenOf } from '../../renderer/charts/network/view.ts'
import { mapOps, mapSections, opGraphOf } from '../../renderer/views/explore/mapData.ts'
import { measuringOf } from '../../renderer/views/explore/measures.ts'
import { networkView } from '../../renderer/workers/network.ts'
import { traceView } from '../../renderer/workers/tracing.ts'
import { largeModel } from '../fixtures/largeModel.ts'
import { MapPicture } from './mapPicture.tsx'
import { svgOf } from './svg.tsx'

const t = translator('en')
const WINDOW = { width: 1060, height: 650 }
const measure = { measureShown: 'macs', convention: 'paper', profile: null } as const

function prepared(id: string) {
  const { graph } = buildZooModel(id, { inputSize: 64, classes: 10 })
  const recognised = recognise(graph)
  const network = networkView(graph, recognised, 'recognised')
  return { graph: recognised, network, sections: mapSections(t, network, measuringOf(t, { ...measure, network })) }
}
const v1 = prepared('shufflenet-v1-g3-0.25x')
const large = (() => {
  const { graph } = largeModel()
  const network = networkView(graph, recognise(graph), 'recognised')
  return mapSections(t, network, measuringOf(t, { ...measure, network }))
})()

describe('the first look', () => {
  it('is at its own size where the map nearly fits, and at the whole where it is far larger', () => {
    const small = mapLayout(v1.sections, WINDOW)
    expect(small.width).toBe(WINDOW.width)
    expect(firstLook(small, WINDOW)).toEqual({ k: 1, x: 0, y: 0 })
    const all = mapLayout(large, WINDOW)
    const look = firstLook(all, WINDOW)
    expect(levelOf(look.k)).toBe('stages')
    const seen = seenOf(look, WINDOW)
    for (const glyph of all.glyphs) expect(meets(glyph, seen), glyph.item.key).toBe(true)
  })

  it('lays a large network out in the shape of its window, so that most of it is used', () => {
    const one = networkLayout(large, WINDOW)
    const best = mapLayout(large, WINDOW)
    expect(fitted(best, WINDOW).k).toBeGreaterThan(1.8 * fitted(one, WINDOW).k)
    const aspect = best.width / best.height
    expect(aspect).toBeGreaterThan(0.8)
    expect(aspect).toBeLessThan(3.2)
  })

  it('takes milliseconds for 5,000 nodes', () => {
    mapLayout(large, WINDOW)
    const start = performance.now()
    mapLayout(large, WINDOW)
    const ms = performance.now() - start
    console.log(`map of 5,000 nodes laid out in ${ms.toFixed(1)} ms`)
    // Far above what it takes, so that a busy machine does not fail it.
    expect(ms).toBeLessThan(500)
  })
})

describe('a place', () => {
  const middle = (window: typeof WINDOW, at: { k: number; x: number; y: number }) => [
    (window.width / 2 - at.x) / at.k,
    (window.height / 2 - at.y) / at.k,
  ]

  it('leads back to where it was told from, and is told again as it is', () => {
    const shapes = mapLayout(v1.sections, WINDOW)
    expect(placeOf(shapes, WINDOW, firstLook(shapes, WINDOW))).toBeNull()
    for (const key of ['stage2/unit1', 'stage3/unit8', 'stage4/unit2'])
      for (const [share, dx, dy] of [
        [0.8, 0, 0],
        [0.3, 17, -40],
        [0.12, 333.3, 120],
      ] as const) {
        const glyph = shapes.glyphs.find((g) => g.item.key === key)
        if (!glyph) throw new Error(key)
        const close = closeTo(glyph, WINDOW, share)
        const at = { k: close.k, x: close.x + dx, y: close.y + dy }
        const place = placeOf(shapes, WINDOW, at)
        const back = transformOf(shapes, WINDOW, place)
        if (!back) throw new Error('no way back')
        expect(back.k).toBeCloseTo(at.k, 2)
        for (const [i, value] of middle(WINDOW, back).entries()) expect(Math.abs(value - (middle(WINDOW, at)[i] ?? 0))).toBeLessThan(1)
        expect(samePlace(placeOf(shapes, WINDOW, back), place)).toBe(true)
      }
  })

  it('has the same item in the middle of another window, and is none where the map has no such item', () => {
    const shapes = mapLayout(v1.sections, WINDOW)
    const place = { item: 'stage3/unit5', k: 3, dx: 0.2, dy: -0.1 }
    const small = { width: 640, height: 420 }
    const other = mapLayout(v1.sections, small)
    const at = transformOf(other, small, place)
    if (!at) throw new Error('no place')
    expect(placeOf(other, small, at)).toEqual(place)
    expect(transformOf(shapes, WINDOW, { ...place, item: 'nowhere' })).toBeNull()
    expect(transformOf(shapes, WINDOW, { ...place, k: 900 })?.k).toBe(MOST)
  })
})

describe('ways to a place', () => {
  const box = { x: 2000, y: 900, width: 132, height: 92 }
  it('bring a box to the middle, or just into the window', () => {
    const close = closeTo(box, WINDOW, 0.8)
    const seen = seenOf(close, WINDOW)
    expect(seen.x + seen.width / 2).toBeCloseTo(box.x + box.width / 2)
    expect(seen.y + seen.height / 2).toBeCloseTo(box.y + box.height / 2)
    const at = { k: 1, x: 0, y: 0 }
    const moved = broughtIn(box, at, WINDOW)
    const now = seenOf(moved, WINDOW)
    expect(box.x + box.width).toBeLessThanOrEqual(now.x + now.width)
    expect(box.y + box.height).toBeLessThanOrEqual(now.y + now.height)
    // A second time there is nothing left to do.
    expect(broughtIn(box, moved, WINDOW)).toEqual(moved)
  })
})

describe('ops inside of a unit', () => {
  const graphOf = (key: string, aspect = 1.57): OpGraph => {
    const graph = opGraphOf(v1.network, key, aspect)
    if (!graph) throw new Error(`no unit ${key}`)
    return graph
  }

  it.each(['stage2/unit1', 'stage3/unit2'])('stand apart, inside of their frame, with an edge for each of theirs: %s', (key) => {
    const graph = graphOf(key)
    const shape = opGraphLayout(graph)
    expect(shape.ops.map((o) => o.layer)).toEqual(graph.ops)
    for (const a of shape.ops) {
      expect(a.x).toBeGreaterThanOrEqual(0)
      expect(a.x + a.width).toBeLessThanOrEqual(shape.width)
      expect(a.y + a.height).toBeLessThanOrEqual(shape.height)
      for (const b of shape.ops) if (a !== b) expect(meets(a, b)).toBe(false)
    }
    expect(shape.edges.map((e) => `${e.from}>${e.to}`).sort()).toEqual(graph.edges.map((e) => e.join('>')).sort())
    expect(shape.edges.every((e) => /^M[\d.-]+ [\d.-]+C/.test(e.d))).toBe(true)
  })

  it('fold a long chain to fill the box, and keep an edge from column to column', () => {
    const wide = opGraphLayout(graphOf('stage3/unit2'))
    const tall = opGraphLayout(graphOf('stage3/unit2', 0.2))
    expect(new Set(wide.ops.map((o) => o.x)).size).toBeGreaterThan(1)
    expect(tall.width).toBeLessThan(wide.width)
    expect(tall.height).toBeGreaterThan(wide.height)
    expect(wide.edges.length).toBe(tall.edges.length)
  })

  it('have one layout where units are alike', () => {
    const [a, b] = [graphOf('stage3/unit2'), graphOf('stage3/unit3')]
    expect(structureOf(a)).toBe(structureOf(b))
    expect(moved(opGraphLayout(a), a, b)).toEqual(opGraphLayout(b))
    expect(structureOf(graphOf('stage3/unit1'))).not.toBe(structureOf(a))
  })

  it('are drawn with groups, costs and names', async () => {
    const [glyph] = networkLayout(v1.sections, { width: 720, height: 500 }).glyphs.filter((g) => g.item.key === 'stage2/unit1')
    if (!glyph) throw new Error('no glyph')
    const placed = { ...glyph, x: 0, y: 0, width: 720, height: 460 }
    const ops = mapOps(v1.network, measuringOf(t, { ...measure, network: v1.network }))
    const chart = (
      <svg width={720} height={460} role="img" aria-label="Ops of a unit">
        <OpGraphView
          glyph={placed}
          shape={opGraphLayout(graphOf('stage2/unit1'))}
          ops={ops}
          k={1}
          selected="stage2.unit1.shuffle"
          focusable={null}
          describe={(o) => o.name}
        />
      </svg>
    )
    await expect(
      svgOf(chart, '.op-box{fill:#fff;stroke:#9a9ea3}.op-edge{fill:none;stroke:#9a9ea3}.op-value,.op-detail{font-size:9px}'),
    ).toMatchFileSnapshot('network-ops.svg')
  })
})

describe('arrow keys', () => {
  const { glyphs } = networkLayout(v1.sections, WINDOW)
  const from = (key: string, pressed: string) => stepFrom(glyphs, key, pressed)?.item.key

  it('walk units along edges, over the ends of stages, and from row to row', () => {
    expect(from('stage2/unit4', 'ArrowRight')).toBe('stage3/unit1')
    expect(from('stage3/unit1', 'ArrowLeft')).toBe('stage2/unit4')
    expect(from('stage2/unit2', 'ArrowDown')).toBe('stage3/unit2')
    expect(from('stage3/unit8', 'ArrowUp')).toBe('stage2/unit4')
    expect(from('stage2/unit2', 'Home')).toBe(glyphs[0]?.item.key)
    expect(from('stage2/unit2', 'x')).toBeUndefined()
  })

  it('walk ops along edges, into the next unit too', () => {
    const edges = v1.network.edges.map((e) => [e.from, e.to] as const)
    const last = v1.network.items.find((i) => i.key === 'stage2/unit2')?.layers.at(-1) ?? -1
    const next = opStepFrom(last, 'ArrowRight', edges, [])
    expect(v1.network.layers[next ?? -1]?.item).toBe('stage2/unit3')
    expect(opStepFrom(next ?? -1, 'ArrowLeft', edges, [])).toBe(last)
  })
})

describe('another stage', () => {
  it('matches what has gone by the nodes that it stood for', () => {
    const op = (layer: number, name: string, item: string, sources: string[]) => ({
      layer,
      name,
      item,
      sources,
      label: '',
      short: '',
      costText: '',
      share: 0,
      shape: '',
      params: '',
      groups: 1,
      shuffleGroups: null,
    })
    const before = new Map(
      [op(0, 'conv', 'op:conv', ['conv']), op(1, 'relu', 'op:relu', ['relu']), op(2, 'fc', 'op:fc', ['fc'])].map((o) => [o.layer, o]),
    )
    const after = new Map([op(0, 'conv+relu', 'op:conv+relu', ['conv', 'relu']), op(1, 'fc', 'op:fc', ['fc'])].map((o) => [o.layer, o]))
    expect([...matchItems(before, after)]).toEqual([['op:conv+relu', 'op:conv']])
  })

  it('knows where ops were drawn', () => {
    const shapes = networkLayout(v1.sections, WINDOW)
    const graph = opGraphOf(v1.network, 'stage2/unit2', 1.57)
    if (!graph) throw new Error('no graph')
    const ops = mapOps(v1.network, measuringOf(t, { ...measure, network: v1.network }))
    const places = opPlaces({ shapes, graphs: new Map([[graph.key, opGraphLayout(graph)]]), ops })
    const glyph = shapes.glyphs.find((g) => g.item.key === 'stage2/unit2')
    const place = places.get('stage2.unit2.shuffle')
    if (!glyph || !place) throw new Error('not placed')
    expect(meets({ ...place, width: 1, height: 1 }, glyph)).toBe(true)
  })
})

describe('flows of a trace', () => {
  const tensor = v1.graph.nodes.find((n) => n.name === 'stage3.unit3.relu')?.outputs[0] ?? -1
  const trace = traceView(v1.graph, tensor, 7, true)
  const sections = mapSections(t, v1.network, measuringOf(t, { ...measure, network: v1.network }), trace)
  const { glyphs } = networkLayout(sections, { width: 1000, height: 600 })

  it('draw ribbons from group to group through units, and bands between them', async () => {
    const chart = <MapPicture sections={sections} size={{ width: 1000, height: 600 }} label="Map" selected={null} tracing describe={(i) => i.key} />
    await expect(
      svgOf(chart, '.is-away{opacity:.4}.flow-track,.glyph-track{fill:#e6e7e4}.flow-ribbon{fill-opacity:.5}.flow-band{fill-opacity:.6}'),
    ).toMatchFileSnapshot('network-trace.svg')
  })

  it('have a ribbon per pair of groups that something passes between', () => {
    for (const glyph of glyphs.filter((g) => g.item.kind === 'unit')) {
      const flow = trace.flows.find((f) => f.to === glyph.item.key)
      const ribbons = flowParts(glyph).filter((p) => p.part === 'ribbon')
      expect(ribbons.length, glyph.item.key).toBe((flow?.flows.length ?? 0) * (flow?.through ? 2 : 1))
    }
    const unit = glyphs.find((g) => g.item.key === 'stage3/unit2')
    expect(unit?.item.reach?.side).toBe('before')
    // Bands lie between the units of a row, one for each group that is touched.
    const into = flowBands(glyphs).filter(
      (b) => unit && b.box.x + b.box.width > unit.x && b.box.x + b.box.width < unit.x + 20 && b.box.y > unit.y && b.box.y < unit.y + unit.height,
    )
    expect(into.length).toBe(unit?.item.reach?.flow?.groups.filter((g) => g.reached > 0).length)
  })
})
