/** Whole models that others made: the ONNX zoo's ShuffleNet v1 (constant weights) and FastestDet. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/onnx/index.ts'
import { checkGraph } from '../../../../engine/ir/check.ts'
import { type Graph, tensorOf } from '../../../../engine/ir/graph.ts'
import type { Model } from '../../../../engine/model.ts'
import { OPS, opOf } from '../../../../engine/ops/registry.ts'
import { fuse, recognise as recognised } from '../../../../engine/passes/pipeline.ts'
import { sharedPath } from '../../../fixtures/shared.ts'
import { runOn } from '../../../ops/harness.ts'
import { largestDifference, values } from '../../passes/recognise/helpers.ts'
import { runOnnx } from './oracle.ts'

async function opened(path: string, name: string): Promise<Model> {
  return await importer.open({ name, bytes: new Uint8Array(readFileSync(path)) }, {})
}

function counts(graph: Graph): Record<string, number> {
  const result: Record<string, number> = {}
  for (const node of graph.nodes) result[node.op] = (result[node.op] ?? 0) + 1
  return result
}

function convMacs(graph: Graph): number {
  let sum = 0
  for (const node of graph.nodes) {
    const facts = {
      inputs: node.inputs.map((id) => (id < 0 ? undefined : tensorOf(graph, id).fact)),
      outputs: node.outputs.map((id) => tensorOf(graph, id).fact),
    }
    sum += opOf(node.op).cost(node.attrs, facts).convMacs
  }
  return sum
}

const zoo = sharedPath('models/light_shufflenet.onnx')
const fastestDet = sharedPath('models/FastestDet.onnx')

describe.skipIf(!zoo)('the ONNX zoo ShuffleNet v1 (skipped where ../shared/models/light_shufflenet.onnx is absent)', () => {
  it('opens with its weights made by ConstantOfShape', async () => {
    const model = await opened(zoo ?? '', 'light_shufflenet.onnx')
    checkGraph(model.graph, OPS, 'import')
    expect(counts(model.graph)).toMatchObject({ conv2d: 49, batchNorm: 49, reshape: 33, transpose: 16, binary: 13, constantOfShape: 243 })
    expect(model.preprocess).toMatchObject({ resize: 256, crop: [224, 224], channelOrder: 'RGB' })
    expect(model.provenance).toContain('assumed')
  })

  it('has sixteen shuffles of four groups, no transpose, and 124.1 M MACs in convolutions', async () => {
    const graph = recognised((await opened(zoo ?? '', 'light_shufflenet.onnx')).graph)
    const shuffles = graph.nodes.filter((n) => n.op === 'channelShuffle')
    expect(shuffles.map((n) => n.attrs)).toEqual(new Array(16).fill({ groups: 4, order: '(g,n)' }))
    expect(counts(graph)).not.toHaveProperty('transpose')
    expect(counts(graph)).not.toHaveProperty('constantOfShape')
    // The last reshape makes the pooled map a row for the classifier.
    expect(counts(graph).reshape).toBe(1)
    expect((convMacs(graph) / 1e6).toFixed(1)).toBe('124.1')
  })

  it('gives 0.001 for every class', async () => {
    const graph = recognised((await opened(zoo ?? '', 'light_shufflenet.onnx')).graph)
    const [result] = await runOn({ backend: 'wasm-simd', threads: 1 }, fuse(graph), [values([1, 3, 224, 224])])
    expect(result?.shape).toEqual([1, 1000])
    for (const p of result?.data ?? []) expect(p).toBeCloseTo(0.001, 6)
  }, 120_000)
})

describe.skipIf(!fastestDet)('FastestDet (skipped where ../shared/models/FastestDet.onnx is absent)', () => {
  it('opens, and its 13 shuffles with their halves are recognised', async () => {
    const model = await opened(fastestDet ?? '', 'FastestDet.onnx')
    checkGraph(model.graph, OPS, 'import')
    const graph = recognised(model.graph)
    const shuffles = graph.nodes.filter((n) => n.op === 'channelShuffle')
    expect(shuffles.map((n) => n.attrs)).toEqual(new Array(13).fill({ groups: 2, order: '(n,g)' }))
    expect(counts(graph)).toMatchObject({ slice: 26, conv2d: 70, resize: 1 })
    expect(counts(graph)).not.toHaveProperty('reshape')
    expect(counts(graph)).not.toHaveProperty('gather')
    expect(counts(graph)).not.toHaveProperty('transpose')
    expect(counts(graph)).not.toHaveProperty('pad')
    expect(model).toMatchObject({ labelSet: 'coco', preprocess: { channelOrder: 'BGR', fit: 'stretch', crop: [352, 352] } })
  })

  it('computes what onnxruntime computes', async () => {
    const bytes = new Uint8Array(readFileSync(fastestDet ?? ''))
    const graph = recognised((await opened(fastestDet ?? '', 'FastestDet.onnx')).graph)
    const input = values([1, 3, 352, 352])
    const [expected] = await runOnnx(bytes, [input])
    const [result] = await runOn({ backend: 'wasm-simd', threads: 1 }, fuse(graph), [input])
    expect(result?.shape).toEqual(expected?.shape)
    expect(largestDifference(result ?? input, expected)).toBeLessThan(1e-4)
  }, 120_000)
})
