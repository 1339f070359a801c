/** What the map gets: places for nodes without scopes, edges, the plan's steps, and what the search finds. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildZooModel, fuse, type Model, makePlan, openModel, recognise } from '../../../engine/index.ts'
import { searchNetwork } from '../../../renderer/views/explore/search.ts'
import { networkView } from '../../../renderer/workers/network.ts'
import { plannedView } from '../../../renderer/workers/planned.ts'
import { withScopes } from '../../../renderer/workers/scopes.ts'
import { largeModel } from '../../fixtures/largeModel.ts'
import { sharedPath } from '../../fixtures/shared.ts'

const zoo = (id: string): Model => buildZooModel(id, { inputSize: 64, classes: 10 })

/** As an importer gives it that knows no scopes. */
function bare(model: Model): Model {
  return { ...model, graph: { ...model.graph, nodes: model.graph.nodes.map((n) => ({ ...n, scope: '' })) } }
}

describe('edges between layers', () => {
  it.each([
    'shufflenet-v1-g3-0.25x',
    'shufflenet-v1-g3-2.0x-se',
    'shufflenet-v2-torchvision-0.5x',
    'resnet-18',
    'squeezenet-1.1',
    'googlenet-bvlc',
    'xception',
  ])('lead from what computes to what reads: %s', (id) => {
    const { graph } = zoo(id)
    const recognised = recognise(graph)
    const { layers, edges } = networkView(graph, recognised, 'recognised')
    const made = new Map(recognised.nodes.flatMap((n) => n.outputs.map((o) => [o, n.name] as const)))
    const expected = recognised.nodes.flatMap((n) => [...new Set(n.inputs)].flatMap((i) => (made.has(i) ? [`${made.get(i)}>${n.name}`] : [])))
    const found = edges.flatMap(({ from, to }) => (from >= 0 && to >= 0 ? [`${layers[from]?.name}>${layers[to]?.name}`] : []))
    expect(found.sort()).toEqual(expected.sort())
    expect(edges.filter((e) => e.from === -1).length).toBeGreaterThan(0)
    expect(edges.filter((e) => e.to === -1).length).toBe(recognised.outputs.length)
  })
})

describe('the planned stage', () => {
  it('has the steps of the plan in order, in the units of the fused graph, at the cost of it', () => {
    const { graph } = zoo('shufflenet-v1-g3-0.25x')
    const fused = fuse(recognise(graph))
    const plan = makePlan(fused)
    const view = plannedView(graph, fused, plan)
    const before = networkView(graph, fused, 'fused')
    expect(view.layers.map((l) => l.op)).toEqual(plan.steps.map((s) => s.kernel))
    expect(view.layers.map((l) => l.node)).toEqual(plan.steps.map((s) => s.node))
    expect(new Set(view.layers.map((l) => l.name)).size).toBe(view.layers.length)
    expect(view.totals.paper).toBe(before.totals.paper)
    expect(view.layers.reduce((sum, l) => sum + l.bytes, 0)).toBe(plan.steps.reduce((sum, s) => sum + s.bytes, 0))
    // Time is known by the first node of a step, so none may be first twice.
    const sources = view.layers.flatMap((l) => l.sources[0] ?? [])
    expect(new Set(sources).size).toBe(sources.length)
    const keys = new Set(before.items.map((i) => i.key))
    expect(view.items.every((i) => keys.has(i.key))).toBe(true)
    // Every step but the first reads what another computes.
    const read = new Set(view.edges.filter((e) => e.to >= 0).map((e) => e.to))
    expect(view.layers.every((l) => read.has(l.index))).toBe(true)
  })
})

describe('places for nodes without any', () => {
  it('leave a network alone that has its own', () => {
    const { graph } = zoo('shufflenet-v1-g3-0.25x')
    expect(withScopes(graph).loaded).toBe(graph)
  })

  it.each(['shufflenet-v1-g3-0.25x', 'shufflenet-v2-torchvision-0.5x'])('find the units that the builder of %s named', (id) => {
    const named = zoo(id)
    const { loaded, recognised } = withScopes(bare(named).graph)
    const units = (scopes: readonly string[]) => new Set(scopes.filter((s) => s.includes('/'))).size
    const own = units(named.graph.nodes.map((n) => n.scope.split('/').slice(0, 2).join('/')))
    expect(units(loaded.nodes.map((n) => n.scope))).toBeGreaterThanOrEqual(own)
    // The same node stands in the same unit at both stages.
    const scopes = new Map(loaded.nodes.map((n) => [n.name, n.scope]))
    for (const node of recognised?.nodes ?? []) expect(scopes.get(node.sources[0] ?? ''), node.name).toBe(node.scope)
    const view = networkView(loaded, recognised ?? loaded, 'recognised')
    expect(view.sections.length).toBeGreaterThan(2)
    expect(view.items.filter((i) => i.kind === 'unit' && i.shuffle !== null).length).toBeGreaterThan(10)
  })

  it.skipIf(!sharedPath('models/FastestDet.onnx'))('give a detector units at its resolutions (needs shared models)', async () => {
    const name = 'FastestDet.onnx'
    const model = await openModel({ name, bytes: readFileSync(sharedPath(`models/${name}`) ?? '') })
    const { loaded, recognised } = withScopes(model.graph)
    const view = networkView(loaded, recognised ?? loaded, 'recognised')
    expect(view.sections.map((s) => s.label).slice(0, 3)).toEqual(['88 × 88', '44 × 44', '22 × 22'])
    expect(view.items.filter((i) => i.kind === 'unit').length).toBeGreaterThanOrEqual(18)
  })
})

describe('the network of 5,000 nodes', () => {
  it('has them, checks, and comes to the page in well under a second', () => {
    const { graph } = largeModel()
    expect(graph.nodes.length).toBe(5000)
    const start = performance.now()
    const recognised = recognise(graph)
    const view = networkView(graph, recognised, 'recognised')
    console.log(`5,000 nodes recognised and viewed in ${(performance.now() - start).toFixed(0)} ms`)
    expect(view.items.filter((i) => i.kind === 'unit').length).toBe(499)
    expect(makePlan(fuse(recognised)).steps.length).toBeGreaterThan(1000)
  })
})

describe('searching the network', () => {
  const { graph } = zoo('shufflenet-v1-g3-0.25x')
  const network = networkView(graph, recognise(graph), 'recognised')
  const names = (query: string) => searchNetwork(network, query).map((f) => `${f.kind} ${f.name}`)

  it('finds stages, units, ops by name and by kind, and tensors', () => {
    expect(names('stage 3')[0]).toBe('section Stage 3')
    expect(names('stage3/unit2')[0]).toBe('unit stage3/unit2')
    expect(names('stage2.unit1 shuffle')).toContain('op stage2.unit1.shuffle')
    expect(names('channelshuffle').length).toBe(16)
    expect(names('DEPTHWISE unit4').every((n) => n.startsWith('op '))).toBe(true)
    const tensor = network.edges.find((e) => e.from >= 0 && e.tensor !== network.layers[e.from]?.name)?.tensor
    if (tensor !== undefined) expect(names(tensor)).toContain(`tensor ${tensor}`)
  })

  it('puts names that begin with the query first, and finds nothing for nothing', () => {
    expect(names('head')[0]).toMatch(/^(section|op) head/i)
    expect(names('  ')).toEqual([])
    expect(names('no such thing')).toEqual([])
  })
})
