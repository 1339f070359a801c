import { describe, expect, it } from 'vitest'
import { channelGraph } from '../../../engine/flow/links.ts'
import { crossingShare, groupMass } from '../../../engine/flow/mass.ts'
import { changeMatrix, depthToAll, type MixingStage, mixingOf } from '../../../engine/flow/mixing.ts'
import { stagesOf, unitsOf } from '../../../engine/flow/units.ts'
import { buildZooModel, type Graph, NONE, recognise, tensorOf } from '../../../engine/index.ts'
import { GraphBuilder } from '../../../engine/ir/build.ts'
import { OPS } from '../../../engine/ops/registry.ts'
import { seenOf } from './bruteForce.ts'
import { GROUPS, NETWORKS, v1, v2 } from './networks.ts'

/** The zoo's network; its size in pixels does not matter to channels. */
const zoo = (id: string, shuffle: boolean): Graph => recognise(buildZooModel(id, { shuffle, inputSize: 64, classes: 10 }).graph)
const channelsIn = (graph: Graph, id: number): number => tensorOf(graph, id).fact.shape[1] ?? 1

/** Least and most channels of `source` that `samples` channels of `output` see, by single-channel search. */
function counted(graph: Graph, output: number, source: number, samples: number): { least: number; most: number } {
  const all = channelsIn(graph, output)
  const chosen = Math.min(samples, all)
  // Spread over all groups and halves, not at their first channels alone.
  const counts = Array.from({ length: chosen }, (_, i) => seenOf(graph, output, Math.floor(((i + 0.4) * all) / chosen), source).size)
  return { least: Math.min(...counts), most: Math.max(...counts) }
}

function byBruteForce(graph: Graph, { stage }: MixingStage, samples: number): { least: number; most: number }[] {
  return stage.units.map(({ output }) => counted(graph, output, stage.source, samples))
}

describe('units', () => {
  it('are those of ShuffleNet v1, with their groups, in three stages', () => {
    const graph = zoo('shufflenet-v1-g3-0.5x', true)
    expect(unitsOf(graph).map((u) => `${u.name} ${u.groups}`)).toEqual([
      'stem.conv 1',
      ...[4, 8, 4].flatMap((n, s) => Array.from({ length: n }, (_, u) => `stage${s + 2}/unit${u + 1} 3`)),
    ])
    expect(stagesOf(graph).map((s) => [s.units.length, s.channels])).toEqual([
      [4, 120],
      [8, 240],
      [4, 480],
    ])
  })

  it.each(['torchvision', 'megvii'])('are those of ShuffleNet v2 of %s', (topology) => {
    const graph = zoo(`shufflenet-v2-${topology}-0.5x`, true)
    expect(stagesOf(graph).map((s) => [s.units.length, s.channels, Math.max(...s.units.map((u) => u.groups))])).toEqual([
      [4, 48, 2],
      [8, 96, 2],
      [4, 192, 2],
    ])
  })

  it('are found in a chain of layers without scopes', () => {
    const names = unitsOf(zoo('mobilenet-v1-0.25x', true)).map((u) => u.name)
    expect(names.length).toBe(27)
    expect(new Set(names).size).toBeGreaterThan(13)
  })
})

describe.each(GROUPS)("the paper's network with %i groups", (g) => {
  it('without shuffle: every channel sees exactly 1/g of the channels through the whole stage', () => {
    const graph = zoo(`shufflenet-v1-g${g}-1.0x`, false)
    const stages = mixingOf(graph)
    expect(stages.map((s) => s.points.length)).toEqual([4, 8, 4])
    for (const stage of stages) {
      for (const { depth, seen } of stage.points.slice(1)) {
        expect(seen.channels, `depth ${depth}`).toEqual({ mean: expect.closeTo(1 / g, 12), least: 1 / g, most: 1 / g })
        expect(seen.groups.most, `groups at depth ${depth}`).toBe(1 / g)
      }
      const channels = stage.stage.channels / g
      expect(byBruteForce(graph, stage, 2).slice(1)).toEqual(stage.points.slice(1).map(() => ({ least: channels, most: channels })))
      expect(depthToAll(stage)).toBe(g === 1 ? 1 : null)
    }
  })

  it('with shuffle: every channel sees all of them, after as many units as the search says', () => {
    const graph = zoo(`shufflenet-v1-g${g}-1.0x`, true)
    for (const stage of mixingOf(graph)) {
      // Unit by unit until all are seen: deeper units see no less.
      const searched = stage.stage.units.findIndex(({ output }) => counted(graph, output, stage.stage.source, 3).least === stage.stage.channels)
      expect(depthToAll(stage)).toBe(searched)
      expect(searched).toBe(1)
    }
  })
})

describe.each(NETWORKS)('$name', ({ name, build }) => {
  it('mixes as a search over single channels says, unit by unit', () => {
    const graph = build()
    const stages = mixingOf(graph)
    expect(stages.length).toBe(2)
    for (const stage of stages) {
      const searched = byBruteForce(graph, stage, Number.POSITIVE_INFINITY)
      const shares = stage.points.map(({ seen }) => ({
        least: Math.round(seen.channels.least * stage.stage.channels),
        most: Math.round(seen.channels.most * stage.stage.channels),
      }))
      expect(shares).toEqual(searched)
    }
    console.log(`${name}: least seen ${stages.map((s) => s.points.map((p) => p.seen.channels.least.toFixed(3)).join(' ')).join(' | ')}`)
  })
})

describe('shuffles', () => {
  it('taken out by the meter are those left out by the builder', () => {
    for (const [on, off] of [
      [v1(4, true), v1(4, false)],
      [v2('megvii', true), v2('megvii', false)],
    ] as const) {
      const seen = (stages: readonly MixingStage[]) => stages.map((s) => s.points.map((p) => p.seen.channels))
      expect(seen(mixingOf(on, { shuffle: false }))).toEqual(seen(mixingOf(off)))
    }
  })

  it('are needed more than once in a narrow network: with two channels a group, each unit doubles the groups seen', () => {
    const [stage] = mixingOf(v1(8, true))
    expect(stage?.points.map((p) => p.seen.groups.least)).toEqual([1 / 8, 2 / 8, 4 / 8])
  })
})

describe('weight mass between groups', () => {
  it('is zero without shuffle, and near 1 - 1/g of the branch with random weights and shuffle', () => {
    for (const g of [2, 3, 4, 8]) {
      const off = mixingOf(zoo(`shufflenet-v1-g${g}-0.5x`, false))
      const on = mixingOf(zoo(`shufflenet-v1-g${g}-0.5x`, true))
      for (const stage of off) for (const p of stage.points.slice(1)) expect(p.crossing).toBe(0)
      for (const stage of on)
        for (const p of stage.points.slice(1)) {
          expect(p.crossing).toBeGreaterThan(0)
          // The shortcut keeps its groups, so evenly mixed is never reached.
          expect(p.crossing).toBeLessThan(1 - 1 / g)
          for (const row of p.mass ?? []) expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
        }
    }
  })

  it('equals the variance of the branch, worked out channel by channel from the weights', () => {
    const graph = v1(3, true)
    const [stage] = mixingOf(graph)
    const point = stage?.points[1]
    const unit = point?.unit
    if (!unit || !stage) throw new Error('no unit')
    const channels = stage.stage.channels
    // One input channel at a time through the unit's ops: what each output's squared weights make of it.
    const total = Array.from({ length: 3 }, () => [0, 0, 0])
    for (let input = 0; input < channels; input++) {
      const values = new Map<number, Float64Array>([[unit.input, Float64Array.from({ length: channels }, (_, c) => Number(c === input))]])
      for (const node of unit.nodes) {
        const [x = -1, w = -1] = node.inputs
        const from = values.get(x)
        const [y = -1] = node.outputs
        const to = new Float64Array(channelsIn(graph, y))
        const weight = tensorOf(graph, w < 0 ? x : w).data
        if (!from) continue
        if (node.op === 'conv2d') {
          const groups = Number(node.attrs.groups)
          const [ins, outs] = [from.length / groups, to.length / groups]
          const window = (weight?.length ?? 0) / (to.length * ins)
          for (let o = 0; o < to.length; o++)
            for (let i = 0; i < ins; i++)
              for (let k = 0; k < window; k++)
                to[o] = (to[o] ?? 0) + Number(weight?.[(o * ins + i) * window + k]) ** 2 * (from[Math.floor(o / outs) * ins + i] ?? 0)
        } else if (node.op === 'batchNorm') {
          const variance = tensorOf(graph, node.inputs[4] ?? -1).data
          for (let o = 0; o < to.length; o++)
            to[o] = ((from[o] ?? 0) * Number(weight?.[o]) ** 2) / (Number(variance?.[o]) + Number(node.attrs.epsilon))
        } else if (node.op === 'channelShuffle') for (let o = 0; o < to.length; o++) to[o] = from[(o % 3) * (to.length / 3) + Math.floor(o / 3)] ?? 0
        else if (node.op === 'binary') for (let o = 0; o < to.length; o++) to[o] = (from[o] ?? 0) + (values.get(w)?.[o] ?? 0)
        else to.set(from)
        values.set(y, to)
      }
      const result = values.get(unit.output) ?? new Float64Array(0)
      for (const [o, v] of result.entries()) {
        const row = total[Math.floor((o * 3) / channels)]
        const column = Math.floor((input * 3) / channels)
        if (row) row[column] = (row[column] ?? 0) + v
      }
    }
    const expected = total.map((row) => row.map((v) => v / row.reduce((a, b) => a + b, 0)))
    for (const [g, row] of (point?.mass ?? []).entries()) for (const [j, v] of row.entries()) expect(v).toBeCloseTo(expected[g]?.[j] ?? Number.NaN, 9)
    expect(point?.crossing).toBeCloseTo(expected.reduce((sum, row, g) => sum + 1 - (row[g] ?? 0), 0) / 3, 9)
  })

  it('of a fully connected layer is that of its squared weights, whichever way they lie', () => {
    const [outputs, inputs] = [4, 6]
    const weight = Float32Array.from({ length: outputs * inputs }, (_, i) => Math.cos(3 * i))
    const turned = weight.map((_, i) => weight[(i % outputs) * inputs + Math.floor(i / outputs)] ?? 0)
    const massOf = (shape: number[], data: Float32Array, attrs: object) => {
      const b = new GraphBuilder('fc', OPS)
      const input = b.input('x', [1, inputs])
      const output = b.node('linear', { ...attrs }, [input, b.weight('w', shape, data), NONE], { name: 'fc' })
      const graph = b.finish([output])
      return groupMass(graph, channelGraph(graph), { name: 'unit', nodes: graph.nodes, input, output, groups: 2 }, 2)
    }
    const part = (g: number, j: number) => {
      let sum = 0
      for (let o = 2 * g; o < 2 * g + 2; o++) for (let i = 3 * j; i < 3 * j + 3; i++) sum += (weight[o * inputs + i] ?? 0) ** 2
      return sum
    }
    for (const mass of [massOf([outputs, inputs], weight, {}), massOf([inputs, outputs], turned, { transposed: true })])
      for (const g of [0, 1]) for (const j of [0, 1]) expect(mass[g]?.[j]).toBeCloseTo(part(g, j) / (part(g, 0) + part(g, 1)), 9)
  })

  it('reads what zeroing groups changes in the same way', () => {
    expect(
      crossingShare(
        changeMatrix({
          unit: 'u',
          change: [
            [3, 1],
            [0, 0],
          ],
        }),
      ),
    ).toBe(0.25)
    expect(
      crossingShare([
        [0.5, 0.5],
        [1, 0],
      ]),
    ).toBe(0.75)
    expect(crossingShare([])).toBe(0)
  })
})
