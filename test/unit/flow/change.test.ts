/** Relative change by group, and a network without its shuffles. */
import { describe, expect, it } from 'vitest'
import { channelsInGroup, evaluateGraph, hostTensor, NONE, relativeChange, type TensorId, withoutShuffles } from '../../../engine/index.ts'
import { randomTensor } from '../../ops/harness.ts'
import { v1, v2 } from './networks.ts'

const map = (channels: number, values: readonly number[]) => hostTensor([1, channels, 1, 2], Float32Array.from(values))

describe('relative change', () => {
  it('is the norm of the difference over the norm, group by group', () => {
    const base = map(4, [3, 4, 0, 0, 1, 0, 0, 0])
    const changed = map(4, [3, 4, 0, 0, 1, 2, 0, 0])
    expect(relativeChange(base, changed, 2)).toEqual([0, 2])
    expect(relativeChange(base, map(4, [0, 0, 0, 0, 0, 0, 0, 0]), 2)).toEqual([1, 1])
    expect(relativeChange(base, base, 4)).toEqual([0, 0, 0, 0])
  })

  it('of a group that was nothing is without bound', () => {
    expect(relativeChange(map(2, [0, 0, 1, 1]), map(2, [1, 0, 1, 1]), 2)).toEqual([Number.POSITIVE_INFINITY, 0])
  })

  it('cuts channels into runs as equal as can be', () => {
    expect([0, 1, 2].map((g) => channelsInGroup(7, 3, g))).toEqual([
      [0, 1, 2],
      [3, 4],
      [5, 6],
    ])
  })
})

describe('a network without its shuffles', () => {
  it.each([
    ['v1', () => v1(3, true), () => v1(3, false)],
    ['v2', () => v2('torchvision', true), () => v2('torchvision', false)],
  ])('%s is the one that was built without them, bit for bit', (_, shuffled, plain) => {
    const made = withoutShuffles(shuffled())
    expect(made.nodes.some((n) => n.op === 'channelShuffle')).toBe(false)
    const input = randomTensor([1, 3, 32, 32], 2)
    const output = (graph: typeof made) => evaluateGraph(graph, [input]).get(graph.outputs[0] ?? NONE)?.data
    expect(output(made)).toEqual(output(plain()))
    expect(output(made)).not.toEqual(output(shuffled()))
  })

  it('keeps the places of outputs that shuffles made', () => {
    const graph = v1(2, true)
    const shuffle = graph.nodes.find((n) => n.op === 'channelShuffle')
    const probe: TensorId = shuffle?.outputs[0] ?? NONE
    const made = withoutShuffles({ ...graph, outputs: [...graph.outputs, probe] })
    expect(made.outputs).toEqual([...graph.outputs, shuffle?.inputs[0]])
  })
})
