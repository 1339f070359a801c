/** Sensitivity of layers to 8 bits, on a network of which one layer is spoilt by them on purpose. */
import { describe, expect, it } from 'vitest'
import {
  compareWithFloat,
  evaluateGraph,
  type FidelityInputs,
  type Graph,
  type HostTensor,
  type LayerSensitivity,
  layerSensitivity,
  mixedPrecision,
  mostSensitiveFirst,
  NONE,
  OPS,
  observedTensors,
  quantizeGraph,
  realValues,
  writeOnnx,
} from '../../../engine/index.ts'
import { GraphBuilder } from '../../../engine/ir/build.ts'
import { joined, type Range, rangeOf } from '../../../engine/passes/quantize/ranges.ts'
import { randomTensor } from '../../ops/harness.ts'
import { runOnnx } from '../importers/onnx/oracle.ts'

const CHANNELS = 8
const PHOTOS = Array.from({ length: 12 }, (_, i) => randomTensor([1, 3, 12, 12], 40 + i))
const LAYERS = ['first', 'second', 'third', 'fourth', 'pool', 'classes']
const RELU = { activation: { kind: 'clip', min: 0, max: null } }
const CONV = { kernel: [3, 3], stride: [1, 1], pad: [1, 1, 1, 1], dilation: [1, 1], groups: 1, ...RELU }

interface Spoilt {
  /** Weights on channels that are always 0: a thousand times as large as all others, so that these round to 0. */
  readonly weights?: string
  /** A layer of which the first channel reaches a thousand times as far as the others, and is not read but by zeros. */
  readonly range?: string
}

/** Four convolutions of 3x3, a pooling and a fully connected layer with five classes. */
function network({ weights, range }: Spoilt): Graph {
  const b = new GraphBuilder('small', OPS)
  let x = b.input('photo', [1, 3, 12, 12])
  let previous = ''
  for (const [i, name] of LAYERS.slice(0, 4).entries()) {
    const perOut = (i === 0 ? 3 : CHANNELS) * 9
    const values = Float32Array.from(randomTensor([CHANNELS, perOut / 9, 3, 3], 7 + i).data, (v) => v / 3)
    // The last channel is 0 whatever the photo.
    values.fill(0, (CHANNELS - 1) * perOut)
    for (let o = 0; o < CHANNELS - 1; o++) {
      if (name === weights) values.fill(300, o * perOut + perOut - 9, (o + 1) * perOut)
      if (range && previous === range) values.fill(0, o * perOut, o * perOut + 9)
    }
    if (name === range) for (let k = 0; k < perOut; k++) values[k] = 1000 * Math.abs(values[k] ?? 0)
    const w = b.weight(`${name}.weight`, [CHANNELS, perOut / 9, 3, 3], values)
    x = b.node('conv2d', CONV, [x, w, NONE], { name })
    previous = name
  }
  x = b.node('globalPool', { mode: 'average', keepDims: true }, [x], { name: 'pool' })
  x = b.node('flatten', { axis: 1 }, [x], { name: 'flat' })
  x = b.node('linear', {}, [x, b.weight('classes.weight', [5, CHANNELS], randomTensor([5, CHANNELS], 3).data as Float32Array), NONE], {
    name: 'classes',
  })
  return b.finish([x])
}

function rangesOf(graph: Graph): Map<number, Range> {
  const ranges = new Map<number, Range>()
  for (const photo of PHOTOS) {
    const values = evaluateGraph(graph, [photo])
    for (const id of observedTensors(graph)) {
      const own = rangeOf(values.get(id)?.data ?? new Float32Array())
      ranges.set(id, joined(ranges.get(id) ?? own, own))
    }
  }
  return ranges
}

/** Runs in scalar code, counting what was started, run and closed. */
function scalar(graph: Graph, more: Partial<FidelityInputs> = {}) {
  const seen = { started: 0, runs: 0, closed: 0 }
  const inputs: FidelityInputs = {
    graph,
    ranges: rangesOf(graph),
    photos: PHOTOS,
    start: async (made, keep) => {
      seen.started++
      return {
        run: async (of) => {
          seen.runs++
          const values = evaluateGraph(made, of)
          const pick = (id: number): HostTensor => values.get(id) as HostTensor
          return { outputs: made.outputs.map(pick), kept: new Map(keep.map((id) => [id, pick(id)])) }
        },
        close: async () => {
          seen.closed++
        },
      }
    },
    ...more,
  }
  return { inputs, seen }
}

async function tableOf(inputs: FidelityInputs): Promise<LayerSensitivity[]> {
  const table: LayerSensitivity[] = []
  for await (const layer of layerSensitivity(inputs)) table.push(layer)
  return table
}

const decibels = (is: readonly ArrayLike<number>[], should: readonly ArrayLike<number>[]): number => {
  const sum = (of: (is: number, should: number) => number): number =>
    should.reduce((total, values, p) => total + Array.from(values).reduce((t, v, i) => t + of(is[p]?.[i] ?? Number.NaN, v), 0), 0)
  return 10 * Math.log10(sum((_, v) => v * v) / sum((a, v) => (a - v) ** 2))
}

describe('sensitivity of layers', () => {
  it('is what quantizing with all other layers in float gives', async () => {
    const graph = network({ weights: 'third' })
    const { inputs, seen } = scalar(graph)
    const table = await tableOf(inputs)
    expect(table.map((l) => l.name)).toEqual(LAYERS)
    expect(table.map((l) => l.weights)).toEqual([216, 576, 576, 576, 0, 40])
    expect(seen).toEqual({ started: 7, runs: 7 * PHOTOS.length, closed: 7 })
    const floats = PHOTOS.map((p) => evaluateGraph(graph, [p]))
    const top = (data: ArrayLike<number>): number => Array.from(data).indexOf(Math.max(...Array.from(data)))
    for (const layer of table) {
      const made = quantizeGraph(graph, inputs.ranges, { float: new Set(LAYERS.filter((n) => n !== layer.name)) })
      expect(made.nodes.filter((n) => n.attrs.quantized).map((n) => n.name)).toEqual([layer.name])
      const runs = PHOTOS.map((p) => evaluateGraph(made, [p]))
      const of = (values: typeof runs, g: Graph) => values.map((v) => v.get(g.outputs[0] ?? NONE)?.data ?? [])
      const own = graph.nodes.find((n) => n.name === layer.name)?.outputs[0] ?? NONE
      const [is, should] = [of(runs, made), of(floats, graph)]
      expect(layer.outputSnr).toBeCloseTo(decibels(is, should), 9)
      expect(layer.agreement).toBe(should.filter((v, i) => top(v) === top(is[i] ?? [])).length)
      const ownIs = runs.map((v) => realValues(made, own, v.get(own) as HostTensor))
      expect(layer.ownSnr).toBeCloseTo(
        decibels(
          ownIs,
          floats.map((v) => v.get(own)?.data ?? []),
        ),
        9,
      )
    }
  })

  it('is what onnxruntime finds on the same networks', async () => {
    const graph = network({ weights: 'third' })
    const { inputs } = scalar(graph)
    const valuesOf = async (of: Graph): Promise<ArrayLike<number>[]> => {
      const file = writeOnnx(of)
      const made: ArrayLike<number>[] = []
      for (const photo of PHOTOS) made.push((await runOnnx(file, [photo]))[0]?.data ?? [])
      return made
    }
    const floats = await valuesOf(graph)
    for (const layer of await tableOf(inputs)) {
      const theirs = decibels(await valuesOf(quantizeGraph(graph, inputs.ranges, { float: new Set(LAYERS.filter((n) => n !== layer.name)) })), floats)
      expect(Math.abs(theirs - layer.outputSnr), `${layer.name}: ${theirs} and ${layer.outputSnr} dB`).toBeLessThan(0.1)
    }
  })

  it.each(['second', 'third', 'fourth'])('ranks first the %s layer, whose weights round to 0', async (weights) => {
    const { inputs } = scalar(network({ weights }))
    const [first, second] = mostSensitiveFirst(await tableOf(inputs))
    expect(first).toMatchObject({ name: weights })
    expect(first?.outputSnr).toBeLessThan(3)
    expect(first?.ownSnr).toBeLessThan(3)
    expect(second?.outputSnr).toBeGreaterThan(20)
  })

  it('ranks first the two layers that make and read a tensor with far values', async () => {
    const { inputs } = scalar(network({ range: 'second' }))
    const ranked = mostSensitiveFirst(await tableOf(inputs))
    expect(
      ranked
        .slice(0, 2)
        .map((l) => l.name)
        .sort(),
    ).toEqual(['second', 'third'])
    expect(ranked[2]?.outputSnr).toBeGreaterThan((ranked[1]?.outputSnr ?? 0) + 15)
  })

  it('leaves out layers that stay in float anyway', async () => {
    const { inputs } = scalar(network({}), { options: { float: new Set(['second', 'pool']) } })
    expect((await tableOf(inputs)).map((l) => l.name)).toEqual(['first', 'third', 'fourth', 'classes'])
  })

  it('takes nodes of one name for one layer, as the choice of float nodes does', async () => {
    const graph = network({ weights: 'third' })
    const nodes = graph.nodes.map((n) => (n.name === 'third' ? { ...n, name: 'second' } : n))
    const { inputs } = scalar({ ...graph, nodes })
    const table = await tableOf(inputs)
    expect(table.map((l) => [l.name, l.weights])).toContainEqual(['second', 1152])
    expect(table).toHaveLength(5)
    expect((await mixedPrecision(inputs, table, { agreement: 1 })).float).toEqual(['second'])
  })

  it('has no agreement where the output is not one value per class', async () => {
    const graph = network({})
    const map = graph.nodes.find((n) => n.name === 'fourth')?.outputs[0] ?? NONE
    const { inputs } = scalar({ ...graph, nodes: graph.nodes.slice(0, 4), outputs: [map] })
    const table = await tableOf(inputs)
    expect(table.map((l) => l.agreement)).toEqual([null, null, null, null])
    await expect(mixedPrecision(inputs, table, { agreement: 1 })).rejects.toMatchObject({ code: 'unsupported' })
    expect((await mixedPrecision(inputs, table, { layers: 1 })).float).toHaveLength(1)
  })

  it('stops between two runs when aborted, with its runner closed', async () => {
    const abort = new AbortController()
    const { inputs, seen } = scalar(network({}), {
      signal: abort.signal,
      onProgress: async (done) => {
        if (done === 30) abort.abort()
      },
    })
    const found: LayerSensitivity[] = []
    const all = async () => {
      for await (const layer of layerSensitivity(inputs)) found.push(layer)
    }
    await expect(all()).rejects.toMatchObject({ code: 'cancelled' })
    // 12 of the float network, 12 of the first layer, 6 of the second.
    expect(found.map((l) => l.name)).toEqual(['first'])
    expect(seen).toEqual({ started: 3, runs: 30, closed: 3 })
    await expect(mixedPrecision(inputs, found, { layers: 1 })).rejects.toMatchObject({ code: 'cancelled' })
    expect(seen).toEqual({ started: 3, runs: 30, closed: 3 })
  })

  it('tells how far it is, up to all', async () => {
    const told: number[][] = []
    const { inputs } = scalar(network({}), {
      onProgress: (done, total) => {
        told.push([done, total])
        return undefined
      },
    })
    await tableOf(inputs)
    expect(told).toEqual(Array.from({ length: 84 }, (_, i) => [i + 1, 84]))
  })
})

describe('mixed precision', () => {
  it.each(['second', 'third', 'fourth'])('leaves the %s layer alone in float where it is the spoilt one', async (weights) => {
    const { inputs } = scalar(network({ weights }))
    const mixed = await mixedPrecision(inputs, await tableOf(inputs), { agreement: 1 })
    expect(mixed).toMatchObject({ float: [weights], reached: true, agreement: PHOTOS.length })
    expect(mixed.steps[0]).toMatchObject({ float: [] })
    expect(mixed.steps[0]?.agreement).toBeLessThan(PHOTOS.length)
  })

  it('takes to float both layers that a tensor with far values spoils: one alone does not help', async () => {
    const { inputs } = scalar(network({ range: 'second' }))
    const table = await tableOf(inputs)
    const [none, ...steps] = (await mixedPrecision(inputs, table, { layers: 2 })).steps
    expect([...(steps.at(-1)?.float ?? [])].sort()).toEqual(['second', 'third'])
    expect(steps.at(-1)?.outputSnr).toBeGreaterThan((none?.outputSnr ?? 0) + 15)
    const [one] = (await mixedPrecision(inputs, table, { layers: 1 })).steps.slice(-1)
    expect(one?.outputSnr).toBeLessThan((none?.outputSnr ?? 0) + 5)
  })

  it('keeps nothing in float where 8 bits do', async () => {
    const { inputs } = scalar(network({}))
    const mixed = await mixedPrecision(inputs, await tableOf(inputs), { agreement: 0.5 })
    expect(mixed).toMatchObject({ float: [], reached: true, steps: [{ float: [] }] })
    expect(await mixedPrecision(inputs, await tableOf(inputs), { layers: 0 })).toMatchObject({ float: [], reached: true })
  })

  it('measures each step as the network that is then made', async () => {
    const { inputs } = scalar(network({ weights: 'third' }))
    const steps: string[] = []
    const mixed = await mixedPrecision(inputs, await tableOf(inputs), { layers: 2 }, { candidates: 1, onStep: (s) => steps.push(s.float.join()) })
    expect(steps).toEqual(mixed.steps.map((s) => s.float.join()))
    expect(mixed.float.length).toBeLessThanOrEqual(2)
    for (const { float, ...step } of mixed.steps)
      expect(await compareWithFloat(inputs, quantizeGraph(inputs.graph, inputs.ranges, { float: new Set(float) }))).toEqual(step)
  })

  it('says where the agreement asked for is not there', async () => {
    const { inputs } = scalar(network({ weights: 'third' }))
    expect(await mixedPrecision(inputs, await tableOf(inputs), { agreement: 1, layers: 0 })).toMatchObject({ float: [], reached: false })
  })
})
