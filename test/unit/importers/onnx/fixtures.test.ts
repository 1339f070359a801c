/** Small ONNX files of operator sets 9 to 17: opened, recognised and computed as PyTorch, NumPy and onnxruntime do. */
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/onnx/index.ts'
import { checkGraph } from '../../../../engine/ir/check.ts'
import type { Graph } from '../../../../engine/ir/graph.ts'
import { OPS } from '../../../../engine/ops/registry.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { BACKENDS, runOn } from '../../../ops/harness.ts'
import { evaluate, largestDifference, opsOf } from '../../passes/recognise/helpers.ts'
import { FIXTURES, fixture } from './fixtures.ts'
import { runOnnx } from './oracle.ts'

async function loaded(name: string): Promise<Graph> {
  const { bytes } = fixture(name)
  expect(importer.match({ name, bytes })).toBe(true)
  const size = name.includes('dynamic') ? ([16, 16] as const) : undefined
  const model = await importer.open({ name: `${name}.onnx`, bytes }, size ? { inputSize: size } : {})
  checkGraph(model.graph, OPS, 'import')
  return model.graph
}

describe.each(FIXTURES)('%s', (name) => {
  const { bytes, inputs, outputs } = fixture(name)

  it('computes what was expected, as loaded and recognised', async () => {
    const graph = await loaded(name)
    for (const stage of [graph, recognise(graph)]) {
      const results = evaluate(stage, inputs)
      expect(results.length).toBe(outputs.length)
      results.forEach((result, i) => {
        const what = stage.tensors.get(stage.outputs[i] ?? -1)?.name
        expect(result.shape, what).toEqual(outputs[i]?.shape)
        expect(largestDifference(result, outputs[i]), what).toBeLessThan(2e-5)
      })
    }
  })

  it('computes what onnxruntime computes', async () => {
    const expected = await runOnnx(bytes, inputs)
    evaluate(await loaded(name), inputs).forEach((result, i) => {
      expect(result.shape).toEqual(expected[i]?.shape)
      expect(largestDifference(result, expected[i])).toBeLessThan(2e-5)
    })
  })
})

describe.each(FIXTURES)('%s, planned', (name) => {
  const { inputs, outputs } = fixture(name)

  it.each(BACKENDS)('computes what was expected on $backend x$threads', async (backend) => {
    const results = await runOn(backend, fuse(recognise(await loaded(name))), inputs)
    results.forEach((result, i) => {
      expect(result.shape).toEqual(outputs[i]?.shape)
      expect(largestDifference(result, outputs[i])).toBeLessThan(2e-5)
    })
  })
})

describe('what is recognised in exports of PyTorch', () => {
  it.each(['v2_9', 'v2_11', 'v2_13', 'v2_17', 'v2_dynamic_13'])(
    '%s: one shuffle of two groups, its halves as slices or a split, no shape arithmetic',
    async (name) => {
      const graph = recognise(await loaded(name))
      expect(graph.nodes.filter((n) => n.op === 'channelShuffle').map((n) => n.attrs)).toEqual([{ groups: 2, order: '(g,n)' }])
      const ops = opsOf(graph)
      for (const op of ['transpose', 'reshape', 'shape', 'gather', 'unsqueeze', 'cast', 'reduce', 'constantOfShape']) expect(ops).not.toContain(op)
      expect(ops).toContain('globalPool')
    },
  )

  it.each(['v1_9', 'v1_13'])('%s: one shuffle in the order (n,g) of three groups, named by the convolution before it', async (name) => {
    const graph = recognise(await loaded(name))
    expect(graph.nodes.filter((n) => n.op === 'channelShuffle').map((n) => n.attrs)).toEqual([{ groups: 3, order: '(n,g)' }])
    expect(opsOf(graph)).not.toContain('transpose')
  })

  it.each(['gates_11', 'gates_17'])('%s: hard swish and SiLU', async (name) => {
    const kinds = recognise(await loaded(name))
      .nodes.filter((n) => n.op === 'activation')
      .map((n) => (n.attrs.function as { kind: string }).kind)
    expect(kinds).toContain('hardSwish')
    expect(kinds).toContain('hardSigmoid')
    expect(kinds).toContain('silu')
  })
})
