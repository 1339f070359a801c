/** Small TensorFlow Lite files: opened, recognised and computed as TensorFlow and its interpreter do. */
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/tflite/index.ts'
import { checkGraph } from '../../../../engine/ir/check.ts'
import type { Graph } from '../../../../engine/ir/graph.ts'
import { OPS } from '../../../../engine/ops/registry.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { BACKENDS } from '../../../ops/harness.ts'
import { evaluate, largestDifference, opsOf } from '../../passes/recognise/helpers.ts'
import { expectKernels, expectStages } from '../computed.ts'
import { FIXTURES, fixture, sizeFor } from './fixtures.ts'

async function loaded(name: string): Promise<Graph> {
  const { bytes } = fixture(name)
  expect(importer.match({ name, bytes })).toBe(true)
  const { graph } = await importer.open({ name: `${name}.tflite`, bytes }, sizeFor(name))
  checkGraph(graph, OPS, 'import')
  return graph
}

describe.each(FIXTURES)('%s', (name) => {
  it('computes what TensorFlow does, as loaded and recognised', async () => {
    expectStages(await loaded(name), fixture(name))
  })

  it.each(BACKENDS)('computes the same on $backend x$threads', async (backend) => {
    await expectKernels(backend, await loaded(name), fixture(name))
  })
})

describe.each(FIXTURES.filter((name) => fixture(name).quantised))('%s beside its 8-bit self', (name) => {
  it('differs by a few quantisation steps at most', async () => {
    const { inputs, quantised, steps } = fixture(name)
    evaluate(await loaded(name), inputs).forEach((result, i) => {
      const step = steps[i] || 0.01 * Math.max(...(quantised?.[i]?.data ?? []).map(Math.abs))
      const difference = largestDifference(result, quantised?.[i]) / step
      if (process.env.SHOW_DIFFERENCES) console.log(`${name}: ${difference.toFixed(2)} steps of ${step}`)
      expect(difference).toBeGreaterThan(0)
      expect(difference).toBeLessThan(4)
    })
  })
})

describe('what is recognised', () => {
  const shuffles = (graph: Graph): unknown[] => graph.nodes.filter((n) => n.op === 'channelShuffle').map((n) => n.attrs)
  const groups = (graph: Graph): unknown[] => graph.nodes.filter((n) => n.op === 'conv2d').map((n) => n.attrs.groups)

  it.each(['shuffle_v1', 'shuffle_v1_int8'])('%s: parts joined to grouped convolutions, a shuffle of three groups', async (name) => {
    const loadedGraph = await loaded(name)
    expect(groups(loadedGraph).filter((g) => g === 3)).toEqual([])
    const graph = recognise(loadedGraph)
    expect(groups(graph)).toEqual([1, 3, 12, 3])
    expect(shuffles(graph)).toEqual([{ groups: 3, order: '(g,n)' }])
    for (const op of ['transpose', 'reshape', 'split', 'reduce', 'identity']) expect(opsOf(graph)).not.toContain(op)
  })

  it('shuffle_v2: two shuffles, a grouped convolution, SiLU, no shape arithmetic', async () => {
    const graph = recognise(await loaded('shuffle_v2'))
    expect(shuffles(graph)).toEqual(Array(2).fill({ groups: 2, order: '(g,n)' }))
    expect(groups(graph)).toContain(2)
    expect(graph.nodes.map((n) => (n.attrs.function as { kind?: string } | undefined)?.kind)).toContain('silu')
    expect(graph.nodes.filter((n) => n.op === 'split').map((n) => n.attrs.axis)).toEqual([1, 1])
    // What is flattened before the fully connected layer is in TensorFlow's order.
    expect(opsOf(graph).filter((op) => op === 'transpose' || op === 'reshape')).toEqual(['transpose', 'reshape'])
  })

  it.each(['mobile', 'mobile_half', 'mobile_int8'])('%s: convolutions with their activations, nothing of the order NHWC', async (name) => {
    const graph = fuse(recognise(await loaded(name)))
    expect(opsOf(graph)).toEqual(['conv2d', 'conv2d', 'conv2d', 'conv2d', 'conv2d', 'globalPool', 'linear'])
    expect(groups(graph)).toEqual([1, 8, 1, 16, 1])
  })

  it('a scope for every node that has one in its name', async () => {
    const { nodes } = await loaded('shuffle_v2')
    expect(new Set(nodes.map((n) => n.scope))).toContain('functional_1/unit_1_1/conv2d_3_1')
    expect(new Set(nodes.map((n) => n.name)).size).toBe(nodes.length)
  })
})
