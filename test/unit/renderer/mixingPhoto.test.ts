/** What zeroing a group changes on a photo: two plans with masks against scalar runs of networks changed by hand. */
import { describe, expect, it } from 'vitest'
import { ablate, buildZooModel, evaluateGraph, type Graph, type HostTensor, recognise, stagesOf, type TensorId } from '../../../engine/index.ts'
import { translator } from '../../../renderer/app/strings/index.ts'
import { photoTable } from '../../../renderer/views/mixing/mixingTable.ts'
import type { CallContext, Progress } from '../../../renderer/workers/contract/index.ts'
import { photoMixing } from '../../../renderer/workers/mixingPhoto.ts'
import { kernelsOf, randomTensor } from '../../ops/harness.ts'

const input = randomTensor([1, 3, 64, 64], 5)
const build = (id: string) => recognise(buildZooModel(id, { inputSize: [64, 64], classes: 10 }).graph)
const host = async () => ({ module: await kernelsOf('wasm-relaxed-simd'), backend: 'wasm-relaxed-simd', threads: 1 })
const context = (signal = new AbortController().signal, progress: CallContext['progress'] = () => undefined): CallContext => ({ signal, progress })

/** Each shuffle passes its input on: the same tensors, another network. */
const unshuffled = (graph: Graph): Graph => ({
  ...graph,
  nodes: graph.nodes.map((n) => (n.op === 'channelShuffle' ? { ...n, op: 'identity', attrs: {} } : n)),
})

/** Root of the squared differences of each group over the root of its squares, element by element. */
function expectedChange(base: HostTensor | undefined, changed: HostTensor | undefined, groups: number): number[] {
  const size = (base?.data.length ?? 0) / groups
  return Array.from({ length: groups }, (_, g) => {
    const at = (t: HostTensor | undefined) => Array.from(t?.data.subarray(g * size, (g + 1) * size) ?? [], Number)
    const [a, b] = [at(base), at(changed)]
    return Math.hypot(...a.map((v, i) => (b[i] ?? 0) - v)) / Math.hypot(...a)
  })
}

function reference(graph: Graph, source: TensorId, off: readonly number[], wanted: TensorId): HostTensor | undefined {
  const without = ablate(graph, source, off)
  const values = evaluateGraph(without, [input])
  // The tensor keeps its value; its readers read its product with the mask.
  return values.get(wanted === source ? (without.nodes.find((n) => n.name.endsWith(':masked'))?.outputs[0] ?? -1) : wanted)
}

describe('what zeroing a group changes on a photo', () => {
  it.each([
    ['shufflenet-v1-g2-0.25x', 2],
    ['shufflenet-v1-g3-0.5x', 3],
    ['shufflenet-v1-g8-0.25x', 8],
    ['shufflenet-v2-torchvision-0.5x', 2],
  ])('%s: every stage, group and depth as scalar code with the same mask', async (id, groups) => {
    const graph = build(id)
    const view = await photoMixing(graph, input, await host(), context())
    const stages = stagesOf(graph)
    expect(view.stages.map((s) => s.groups)).toEqual(stages.map(() => groups))
    let worst = 0
    let compared = 0
    for (const shown of view.stages) {
      const stage = stages[shown.stage]
      if (!stage) throw new Error('no such stage')
      expect(shown.points.map((p) => p.name)).toEqual(stage.units.map((u) => u.name))
      // The first group and the last, on both sides: scalar code takes its time.
      for (const [side, network] of [
        ['on', graph],
        ['off', unshuffled(graph)],
      ] as const) {
        const base = evaluateGraph(network, [input])
        for (const zeroed of [0, groups - 1]) {
          const size = stage.channels / groups
          const off = Array.from({ length: size }, (_, i) => zeroed * size + i)
          for (const depth of [0, 1, stage.units.length - 1]) {
            const output = stage.units[depth]?.output ?? -1
            const expected = expectedChange(base.get(output), reference(network, stage.source, off, output), groups)
            const shownChange = shown.points[depth]?.[side]?.change.map((row) => row[zeroed] ?? Number.NaN) ?? []
            for (const [g, value] of expected.entries()) {
              worst = Math.max(worst, Math.abs((shownChange[g] ?? Number.NaN) - value))
              expect(shownChange[g], `${side}, stage ${shown.stage}, depth ${depth}, group ${g}`).toBeCloseTo(value, 3)
              compared++
            }
          }
        }
      }
    }
    console.log(`${id}: ${compared} changes compared, largest difference ${worst.toExponential(1)}`)
  })

  it('stays in its group without the shuffle, to the bit, and leaves it with the shuffle', async () => {
    const { stages } = await photoMixing(build('shufflenet-v1-g3-0.25x'), input, await host(), context())
    for (const { points } of stages)
      for (const { depth, on, off } of points) {
        const crossing = (m: readonly (readonly number[])[]) => m.flatMap((row, o) => row.filter((_, i) => i !== o))
        expect(crossing(off?.change ?? [[1]])).toEqual(new Array(6).fill(0))
        expect(off?.crossing).toBe(0)
        if (depth === 0)
          expect(on.change).toEqual([
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ])
        else expect(Math.min(...crossing(on.change))).toBeGreaterThan(0.01)
      }
    // Each unit mixes further.
    for (const { points } of stages) expect(points.at(-1)?.on.crossing).toBeGreaterThan(points[1]?.on.crossing ?? 1)
  })

  it('tells how far it is, and stops when cancelled', async () => {
    const seen: Progress[] = []
    const graph = build('shufflenet-v1-g3-0.25x')
    await photoMixing(
      graph,
      input,
      await host(),
      context(undefined, (p) => seen.push(p)),
    )
    expect(seen.map((p) => p.done)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect(new Set(seen.map((p) => p.total))).toEqual(new Set([20]))
    const controller = new AbortController()
    const stopped = photoMixing(
      graph,
      input,
      await host(),
      context(controller.signal, (p) => p.done === 3 && controller.abort()),
    )
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('has nothing to measure where nothing is grouped', async () => {
    expect(await photoMixing(build('resnet-18'), input, await host(), context())).toEqual({ stages: [] })
    expect(await photoMixing(build('shufflenet-v1-g1-0.25x'), input, await host(), context())).toEqual({ stages: [] })
  })
})

describe('the table of it', () => {
  it('names the side as it is where the network has no shuffle to be told from', () => {
    const side = { crossing: 0, change: [[1]] }
    const view = (off: typeof side | null) =>
      ({ stages: [{ groups: 1, points: [{ name: 'unit', depth: 1, on: side, off }] }] }) as unknown as Parameters<typeof photoTable>[1]
    const t = translator('en')
    expect(photoTable(t, view(null)).rows).toEqual([['unit', 1, 'As it is', 0, 1]])
    expect(photoTable(t, view(side)).rows.map((r) => r[2])).toEqual(['With shuffle', 'Without'])
  })
})
