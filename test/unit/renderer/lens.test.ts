/** Layers of the group lens against scalar runs of the network; and the rows of the answer beside it. */
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { activationHead, buildZooModel, evaluateGraph, NONE, openModel, recognise } from '../../../engine/index.ts'
import { channelIn } from '../../../renderer/store/lensSlice.ts'
import { findLensLayers } from '../../../renderer/views/lens/LayerChoice.tsx'
import { answerRows } from '../../../renderer/views/lens/LensAnswer.tsx'
import type { LensView, StageName } from '../../../renderer/workers/contract/index.ts'
import { lensLayers } from '../../../renderer/workers/lens.ts'
import { sharedPath } from '../../fixtures/shared.ts'
import { randomTensor } from '../../ops/harness.ts'

const DETECTOR = 'models/FastestDet.onnx'

describe('layers of the lens', () => {
  it.each([
    ['shufflenet-v1-g3-0.5x', 16, 3],
    ['shufflenet-v1-g8-0.25x', 16, 8],
    ['shufflenet-v2-torchvision-0.5x', 16, 2],
  ])('%s: %i shuffles, whose order is what scalar code makes of the map', (id, shuffles, groups) => {
    const graph = recognise(buildZooModel(id, { inputSize: [64, 64], classes: 20 }).graph)
    const layers = lensLayers(graph)
    expect(new Set(layers.map((l) => l.tensor)).size).toBe(layers.length)
    const values = evaluateGraph(graph, [randomTensor([1, 3, 64, 64], 5)])
    let seen = 0
    for (const { tensor, order, channels, height, width, name, groups: own } of layers) {
      const map = values.get(tensor)
      expect(map?.shape, name).toEqual([1, channels, height, width])
      expect(channels % own, name).toBe(0)
      if (!order) continue
      seen++
      expect(own, name).toBe(groups)
      const shuffle = graph.nodes.find((n) => n.op === 'channelShuffle' && n.inputs[0] === tensor)
      const after = values.get(shuffle?.outputs[0] ?? NONE)
      const plane = height * width
      order.forEach((channel, position) => {
        const [from, to] = [map, after].map((v, i) => v?.data.subarray((i ? position : channel) * plane, ((i ? position : channel) + 1) * plane))
        expect(to, `${name}, position ${position}`).toEqual(from)
      })
    }
    expect(seen).toBe(shuffles)
  })

  it.skipIf(!sharedPath(DETECTOR))('lists the trunk of a detector, which has no class map (skipped where the file is not at hand)', async () => {
    const { graph } = await openModel({ name: 'FastestDet.onnx', bytes: await readFile(sharedPath(DETECTOR) ?? '') })
    const recognised = recognise(graph)
    expect(lensLayers(recognised).length).toBeGreaterThan(40)
    expect(() => activationHead(recognised)).toThrow(expect.objectContaining({ code: 'unsupported', hint: expect.stringMatching(/Occlusion/) }))
  })
})

describe('ways to a layer', () => {
  const graph = recognise(buildZooModel('shufflenet-v1-g3-0.25x', { inputSize: [64, 64], classes: 10 }).graph)
  const list = lensLayers(graph)
  const names = (query: string) => findLensLayers(list, query).map((l) => l.name)

  it('finds it by words of its section, name, kind or ops, in any order', () => {
    expect(names('')).toHaveLength(list.length)
    expect(names('depthwise stage4')).toEqual([1, 2, 3, 4].map((u) => `stage4.unit${u}.depthwise.conv`))
    expect(names('STAGE2 unit3 shuffle')).toEqual(['stage2.unit3.compress.conv'])
    expect(names('nothing of the kind')).toEqual([])
  })

  it('knows every op that makes it', () => {
    const layer = list.find((l) => l.name === 'stage2.unit2.compress.conv')
    expect(layer?.nodes).toEqual(
      graph.nodes.filter((n) => n.outputs.some((id) => layer?.tensors.includes(id) || id === layer?.shuffled)).map((n) => n.name),
    )
    expect(layer?.nodes).toHaveLength(4)
    expect(layer?.tensors.at(-1)).toBe(layer?.tensor)
  })

  it('follows a selected channel through batch norm, activation and shuffle, at the stage that numbers tensors so', () => {
    const layer = list.find((l) => l.order)
    if (!layer?.order || layer.shuffled === null) throw new Error('no shuffle')
    const at = (tensor: number, channel: number, stage: StageName = 'recognised') =>
      channelIn(layer, { stage, selection: { item: null, node: null, range: null, channel: { tensor, channel } } })
    for (const tensor of layer.tensors) expect(at(tensor, 5)).toBe(5)
    expect(at(layer.shuffled, 1)).toBe(layer.order[1])
    expect(at(layer.tensor, 5, 'fused')).toBeNull()
    expect(at(-7, 5)).toBeNull()
    expect(channelIn(layer, { stage: 'recognised', selection: { item: null, node: null, range: null, channel: null } })).toBeNull()
  })
})

describe('the answer beside the lens', () => {
  const prediction = (index: number, probability: number) => ({ index, label: `class ${index}`, probability })
  const layer = {
    tensor: 1,
    name: 'x',
    title: 'x',
    section: '',
    item: '',
    channels: 1,
    height: 1,
    width: 1,
    groups: 1,
    order: null,
    nodes: ['x'],
    tensors: [1],
    shuffled: null,
  }
  const view: LensView = { layer, maps: new Float32Array(1), top: [prediction(4, 0.7), prediction(2, 0.2)] }

  it('is the first answer while nothing is zeroed', () => {
    expect(answerRows(view, null).map((r) => [r.prediction.index, r.now, r.before])).toEqual([
      [4, 0.7, 0.7],
      [2, 0.2, 0.2],
    ])
  })

  it('keeps its classes in place, and adds those that came up', () => {
    const ablation = { off: [0], top: [prediction(9, 0.6), prediction(2, 0.3)], watched: [0.05, 0.3], change: 0.5, ms: 1 }
    expect(answerRows(view, ablation).map((r) => [r.prediction.index, r.now, r.before])).toEqual([
      [4, 0.05, 0.7],
      [2, 0.3, 0.2],
      [9, 0.6, undefined],
    ])
  })
})
