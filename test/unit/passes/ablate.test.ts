/** Zeroed channels: the mask as an input of the plan against the scalar evaluation of a network changed by hand. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ablate,
  buildZooModel,
  channelMask,
  channelsOfGroup,
  createRunner,
  evaluateGraph,
  fuse,
  type Graph,
  type HostTensor,
  makePlan,
  NONE,
  OPS,
  recognise,
  type TensorId,
  tensorOf,
  withMask,
} from '../../../engine/index.ts'
import { randomNetwork } from '../../fixtures/randomGraph.ts'
import { kernelsOf, randomTensor, relativeError } from '../../ops/harness.ts'

const build = (id: string) => recognise(buildZooModel(id, { inputSize: [64, 64], classes: 20 }).graph)
const input = randomTensor([1, 3, 64, 64], 5)

/** Written out node by node: as `evaluateGraph`, but the channels are set to zero as soon as they are computed. */
function evaluateWithout(graph: Graph, inputs: readonly HostTensor[], tensor: TensorId, off: readonly number[]): HostTensor {
  const values = new Map<TensorId, HostTensor>()
  const keep = (id: TensorId, value: HostTensor) => {
    const data = Float32Array.from(value.data)
    const [batch = 1, channels = 1] = value.shape
    const plane = data.length / (batch * channels)
    if (id === tensor) for (let b = 0; b < batch; b++) for (const c of off) data.fill(0, (b * channels + c) * plane, (b * channels + c + 1) * plane)
    values.set(id, id === tensor ? { ...value, data } : value)
  }
  graph.inputs.forEach((id, i) => {
    const value = inputs[i]
    if (value) keep(id, value)
  })
  for (const node of graph.nodes) {
    const read = (id: TensorId) => {
      if (id === NONE) return undefined
      const { fact, data } = tensorOf(graph, id)
      return values.get(id) ?? (data && { dtype: fact.dtype, shape: fact.shape, data })
    }
    OPS.evaluate(node.op, node.attrs, node.inputs.map(read)).forEach((value, i) => {
      keep(node.outputs[i] ?? NONE, value)
    })
  }
  const output = values.get(graph.outputs[0] ?? NONE)
  if (!output) throw new Error('no output')
  return output
}

async function runnerOf(graph: Graph, keep: readonly TensorId[] = []) {
  return createRunner(makePlan(graph, { keep }), { module: await kernelsOf('wasm-relaxed-simd'), backend: 'wasm-relaxed-simd', threads: 1 })
}

/** Feature maps around each shuffle, and what follows the last unit. */
function shuffleInputs(graph: Graph): TensorId[] {
  return graph.nodes.filter((n) => n.op === 'channelShuffle').map((n) => n.inputs[0] ?? NONE)
}

describe('ablation', () => {
  it.each([
    ['shufflenet-v1-g1-0.25x', 1],
    ['shufflenet-v1-g2-0.25x', 2],
    ['shufflenet-v1-g3-0.5x', 3],
    ['shufflenet-v1-g4-0.25x', 4],
    ['shufflenet-v1-g8-0.25x', 8],
    ['shufflenet-v2-torchvision-0.5x', 2],
    ['shufflenet-v2-megvii-0.5x', 2],
  ])('%s: each group zeroed by a mask gives the logits of scalar code', async (id, groups) => {
    const graph = build(id)
    // Where there is no shuffle, the map that the second depthwise layer reads.
    const [tensor = graph.nodes.filter((n) => n.op === 'conv2d' && n.attrs.groups !== 1)[1]?.inputs[0] ?? NONE] = shuffleInputs(graph).slice(1)
    const channels = tensorOf(graph, tensor).fact.shape[1] ?? 0
    const runner = await runnerOf(fuse(withMask(graph, tensor)), [tensor])
    const whole = (await runner.run([input, channelMask(graph, tensor, [])])).outputs[0]
    let worst = relativeError(whole?.data ?? [], evaluateWithout(graph, [input], tensor, []).data)
    for (let g = 0; g < groups; g++) {
      const off = channelsOfGroup(channels, groups, g)
      const { outputs } = await runner.run([input, channelMask(graph, tensor, off)])
      const expected = evaluateWithout(graph, [input], tensor, off)
      const error = relativeError(outputs[0]?.data ?? [], expected.data)
      worst = Math.max(worst, error)
      expect(error, `group ${g}`).toBeLessThan(1e-4)
      expect(relativeError(outputs[0]?.data ?? [], whole?.data ?? []), `group ${g} matters`).toBeGreaterThan(1e-4)
      expect(evaluateGraph(ablate(graph, tensor, off), [input]).get(ablate(graph, tensor, off).outputs[0] ?? NONE)?.data).toEqual(expected.data)
    }
    await runner.close()
    console.log(`${id}: ${groups} groups of ${channels} channels, worst relative error ${worst.toExponential(1)}`)
  })

  it('changes no bit where nothing is zeroed, wherever the mask is', async () => {
    const graph = build('shufflenet-v1-g3-0.25x')
    const plain = evaluateGraph(graph, [input]).get(graph.outputs[0] ?? NONE)
    for (const tensor of [graph.inputs[0] ?? NONE, ...shuffleInputs(graph).slice(0, 3), graph.outputs[0] ?? NONE]) {
      const masked = withMask(graph, tensor)
      expect(masked.inputs).toHaveLength(2)
      const values = evaluateGraph(masked, [input, channelMask(graph, tensor, [])])
      expect(values.get(masked.outputs[0] ?? NONE)?.data).toEqual(plain?.data)
    }
  })

  it('holds for any tensor of random networks, fused and planned', async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        const graph = randomNetwork(draw)
        const maps = graph.nodes.flatMap((n) => n.outputs).filter((id) => tensorOf(graph, id).fact.shape.length === 4)
        const tensor = maps[draw(fc.nat, Math.max(0, maps.length - 1))] ?? NONE
        if (tensor === NONE) return
        const channels = tensorOf(graph, tensor).fact.shape[1] ?? 0
        const off = Array.from({ length: channels }, (_, c) => c).filter(() => draw(fc.boolean))
        const photo = randomTensor(tensorOf(graph, graph.inputs[0] ?? NONE).fact.shape, 3)
        const runner = await runnerOf(fuse(withMask(graph, tensor)), [tensor])
        const { outputs } = await runner.run([photo, channelMask(graph, tensor, off)])
        await runner.close()
        const expected = evaluateWithout(graph, [photo], tensor, off)
        expect(relativeError(outputs[0]?.data ?? [], expected.data)).toBeLessThan(1e-4)
      }),
      { numRuns: 40, seed: 4 },
    )
  })

  it('refuses channels and groups that are not there', () => {
    const graph = build('shufflenet-v1-g3-0.25x')
    const [tensor = NONE] = shuffleInputs(graph)
    expect(() => channelMask(graph, tensor, [10_000])).toThrow(/channel 10000/)
    expect(() => channelsOfGroup(10, 3, 0)).toThrow(/group 0 of 3 in 10/)
    expect(() => channelsOfGroup(9, 3, 3)).toThrow(/group 3/)
  })
})
