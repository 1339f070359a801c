/** Layers of the group lens against scalar runs of the network; and the rows of the answer beside it. */
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { activationHead, buildZooModel, evaluateGraph, NONE, openModel, recognise } from '../../../engine/index.ts'
import { answerRows } from '../../../renderer/views/lens/LensAnswer.tsx'
import type { LensView } from '../../../renderer/workers/contract.ts'
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

describe('the answer beside the lens', () => {
  const prediction = (index: number, probability: number) => ({ index, label: `class ${index}`, probability })
  const layer = { tensor: 1, name: 'x', title: 'x', section: '', item: '', channels: 1, height: 1, width: 1, groups: 1, order: null }
  const view: LensView = { layer, maps: new Float32Array(1), top: [prediction(4, 0.7), prediction(2, 0.2)] }

  it('is the first answer while nothing is zeroed', () => {
    expect(answerRows(view, null).map((r) => [r.prediction.index, r.now, r.before])).toEqual([
      [4, 0.7, 0.7],
      [2, 0.2, 0.2],
    ])
  })

  it('keeps its classes in place, and adds those that came up', () => {
    const ablation = { off: [0], top: [prediction(9, 0.6), prediction(2, 0.3)], watched: [0.05, 0.3], ms: 1 }
    expect(answerRows(view, ablation).map((r) => [r.prediction.index, r.now, r.before])).toEqual([
      [4, 0.05, 0.7],
      [2, 0.3, 0.2],
      [9, 0.6, undefined],
    ])
  })
})
