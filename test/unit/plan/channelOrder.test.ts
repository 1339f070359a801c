/** The order of channels between a shuffle and the grouped convolution behind it: another one, and the same function. */
import { describe, expect, it } from 'vitest'
import { buildZooModel, fuse, type Graph, NONE, recognise, tensorOf } from '../../../engine/index.ts'
import { type Conv2dAttributes, conv2d } from '../../../engine/ops/conv2d/op.ts'
import { attrsOf } from '../../../engine/ops/op.ts'
import { type StoredShuffle, shuffleSource, shuffleTarget } from '../../../engine/ops/shuffle.ts'
import { orderChannels } from '../../../engine/plan/channelOrder.ts'
import { evaluateGraph } from '../../../engine/session/referenceRunner.ts'
import { relativeError } from '../../fixtures/evaluate.ts'
import { randomTensor } from '../../ops/harness.ts'

function fused(id: string): Graph {
  return fuse(recognise(buildZooModel(id, { inputSize: [32, 32] }).graph))
}

function outputOf(graph: Graph): ArrayLike<number> {
  const [input = NONE] = graph.inputs
  const values = evaluateGraph(graph, [randomTensor(tensorOf(graph, input).fact.shape, 5)])
  return values.get(graph.outputs[0] ?? NONE)?.data ?? []
}

/** Conv nodes that store a shuffle, by name. */
function shuffles(graph: Graph): Map<string, { readonly attrs: Conv2dAttributes; readonly channels: number }> {
  const found = graph.nodes.flatMap((node) => {
    if (node.op !== 'conv2d') return []
    const attrs = attrsOf(conv2d, node.attrs)
    return attrs.shuffle ? [[node.name, { attrs, channels: tensorOf(graph, node.outputs[0] ?? NONE).fact.shape[1] ?? 0 }] as const] : []
  })
  return new Map(found)
}

/** Channels that are stored beside the one before them. */
function neighbours(channels: number, shuffle: StoredShuffle): number {
  return shuffleTarget(channels, shuffle).filter((p, c, all) => c > 0 && p === (all[c - 1] ?? 0) + 1).length
}

describe.each(['shufflenet-v1-g2-0.5x', 'shufflenet-v1-g3-0.5x', 'shufflenet-v1-g4-0.5x', 'shufflenet-v1-g8-0.5x'])('%s', (id) => {
  const graph = fused(id)
  const ordered = orderChannels(graph, [])

  it('computes the same', () => {
    expect(relativeError(outputOf(ordered), outputOf(graph))).toBeLessThan(1e-5)
  })

  it('stores most channels side by side', () => {
    const stored = shuffles(ordered)
    expect(stored.size).toBe(16)
    for (const { attrs, channels } of stored.values()) {
      const shuffle = attrs.shuffle
      if (!shuffle) throw new Error('it had a shuffle')
      // The runs: one for each pair of groups, and no more breaks than their ends.
      expect(neighbours(channels, shuffle)).toBeGreaterThanOrEqual(channels - shuffle.groups * (shuffle.runs ?? 0))
      expect(neighbours(channels, { ...shuffle, runs: undefined })).toBe(0)
    }
  })

  it('leaves every run with the channels it had', () => {
    for (const [name, { attrs, channels }] of shuffles(ordered)) {
      const before = shuffles(graph).get(name)?.attrs.shuffle
      if (!before || !attrs.shuffle) throw new Error('it had a shuffle')
      const length = channels / (attrs.shuffle.runs ?? 1)
      const [was, is] = [shuffleSource(channels, before), shuffleSource(channels, attrs.shuffle)]
      for (let at = 0; at < channels; at += length) expect(is.slice(at, at + length)).toEqual(was.slice(at, at + length).sort())
    }
  })

  it('keeps the order of what is read from outside, before and behind depthwise layers', () => {
    const [first] = shuffles(graph).keys()
    const stored = graph.nodes.find((n) => n.name === first)?.outputs[0] ?? NONE
    const depthwise = graph.nodes.find((n) => n.inputs[0] === stored)
    for (const kept of [stored, depthwise?.outputs[0] ?? NONE])
      expect(shuffles(orderChannels(graph, [kept])).get(first ?? '')?.attrs.shuffle?.runs).toBeUndefined()
  })
})

it('leaves a graph without shuffles as it is', () => {
  const graph = fused('mobilenet-v1-0.25x')
  expect(orderChannels(graph, [])).toBe(graph)
})
