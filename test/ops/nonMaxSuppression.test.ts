/** Non-maximum suppression, against torchvision (`fixtures/make/boxes.py`) and the ONNX project's node tests. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeModel, decodeTensor } from '../../engine/importers/onnx/proto.ts'
import { tensorValue } from '../../engine/importers/onnx/tensor.ts'
import { evaluateGraph, type Graph, type HostTensor } from '../../engine/index.ts'
import FIXTURE from '../fixtures/boxes.json'
import { checkNode, nodeGraph } from './cases.ts'
import { BACKENDS, expectAgreement, randomTensor, runOn } from './harness.ts'

const NODE_TESTS = process.env.ONNX_NODE_TESTS ?? '/usr/share/libonnx-testdata/data/node'
const nodeTests = existsSync(NODE_TESTS) ? readdirSync(NODE_TESTS).filter((name) => name.startsWith('test_nonmaxsuppression')) : []

const tensor = (shape: readonly number[], data: readonly number[]): HostTensor => ({ dtype: 'f32', shape, data: Float32Array.from(data) })

function outputsOf(graph: Graph, inputs: readonly HostTensor[]): number[][][] {
  const values = evaluateGraph(graph, inputs)
  return graph.outputs.map((id) => rowsOf(values.get(id)))
}

function rowsOf(value: HostTensor | undefined): number[][] {
  const width = value?.shape[1] ?? 1
  return Array.from({ length: (value?.data.length ?? 0) / width }, (_, i) => Array.from(value?.data.slice(i * width, (i + 1) * width) ?? []))
}

/** Rows that a box was found for. */
const found = (selected: readonly number[][] = []) => selected.filter(([image = -1]) => image >= 0)

/** Boxes of [0, side), with width and height of up to a third of it; every third one with its corners the other way. */
function randomBoxes(n: number, k: number, side: number, seed: number): HostTensor {
  const unit = Array.from(randomTensor([n * k * 4], seed).data, (v) => ((v + 1) / 2) * side)
  const data = unit.map((v, i) => (i % 4 < 2 ? v : (unit[i - 2] ?? 0) + v / 3))
  for (let i = 0; i < n * k; i += 3) data.splice(4 * i, 4, ...[2, 1, 0, 3].map((c) => data[4 * i + c] ?? 0))
  return tensor([n, k, 4], data)
}

describe('nonMaxSuppression', () => {
  it.each(FIXTURE.suppression)('keeps what torchvision keeps, IoU $iou, $edge pixel beyond the corners', async ({ iou, edge, kept, ...given }) => {
    const k = given.scores.length
    for (const limit of [kept.length + 3, kept.length - 2]) {
      const graph = nodeGraph('nonMaxSuppression', { limit, iouThreshold: iou, inclusive: edge === 1 }, [
        [1, k, 4],
        [1, 1, k],
      ])
      const inputs = [tensor([1, k, 4], given.boxes), tensor([1, 1, k], given.scores)]
      const [boxes = [], selected = []] = outputsOf(graph, inputs)
      expect(found(selected).map(([, , index]) => index)).toEqual(kept.slice(0, limit))
      boxes.forEach((row, i) => {
        const index = kept[i]
        const box = inputs[0]?.data.slice(4 * (index ?? 0), 4 * (index ?? 0) + 4) ?? []
        expect(row).toEqual(index === undefined || i >= limit ? [0, 0, 0, 0, 0] : [0, ...box])
        expect(selected[i]).toEqual(index === undefined || i >= limit ? [-1, -1, -1] : [0, 0, index])
      })
      await expectAgreement(graph, inputs, { tolerance: 1e-30 })
    }
  })

  describe.skipIf(nodeTests.length === 0)('as the ONNX project has it (skipped where Debian package libonnx-testdata is not installed)', () => {
    it.each(nodeTests)('%s', async (name) => {
      const read = (file: string) => tensorValue(decodeTensor(new Uint8Array(readFileSync(resolve(NODE_TESTS, name, 'test_data_set_0', file)))), file)
      const [boxes, scores, limit, iou, least] = [0, 1, 2, 3, 4].map((i) => read(`input_${i}.pb`)) as [
        HostTensor,
        HostTensor,
        HostTensor,
        HostTensor,
        HostTensor,
      ]
      const model = decodeModel(new Uint8Array(readFileSync(resolve(NODE_TESTS, name, 'model.onnx'))))
      const centre = model.graph?.nodes[0]?.attributes.get('center_point_box')?.i === 1
      const attrs = { limit: Number(limit.data[0]), iouThreshold: Number(iou.data[0]), scoreThreshold: Number(least.data[0]), centre }
      const graph = nodeGraph('nonMaxSuppression', attrs, [boxes.shape, scores.shape])
      expect(found(outputsOf(graph, [boxes, scores])[1])).toEqual(rowsOf(read('output_0.pb')))
      await expectAgreement(graph, [boxes, scores], { tolerance: 1e-30 })
    })
  })

  it('any boxes, images and classes: kernels agree with the scalar evaluation, whatever the number of threads', async () => {
    const sizes = fc.record({ n: fc.integer({ min: 1, max: 3 }), c: fc.integer({ min: 1, max: 3 }), k: fc.integer({ min: 1, max: 70 }) })
    const options = fc.record({
      limit: fc.integer({ min: 1, max: 20 }),
      iouThreshold: fc.constantFrom(0, 0.3, 0.5, 0.7, 1),
      scoreThreshold: fc.constantFrom(null, 0, 0.5),
      candidates: fc.constantFrom(null, 1, 12, 40),
      minSize: fc.constantFrom(0, 3),
      inclusive: fc.boolean(),
      centre: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(sizes, options, fc.nat(), async ({ n, c, k }, attrs, seed) => {
        const graph = nodeGraph('nonMaxSuppression', attrs, [
          [n, k, 4],
          [n, c, k],
        ])
        const scores = randomTensor([n, c, k], seed + 1)
        // Few different scores: of equal ones the first counts as higher.
        scores.data.forEach((v, i) => {
          scores.data[i] = i % 11 === 3 ? Number.NaN : Math.round(v * 8) / 8
        })
        await expectAgreement(graph, [randomBoxes(n, k, 20, seed), scores], { tolerance: 1e-30 })
      }),
      { numRuns: 120, seed: 4 },
    )
  })

  it('leaves out small boxes before it counts candidates', async () => {
    const graph = nodeGraph('nonMaxSuppression', { limit: 2, iouThreshold: 0.5, minSize: 4, candidates: 1 }, [
      [1, 3, 4],
      [1, 1, 3],
    ])
    const inputs = [tensor([1, 3, 4], [0, 0, 3, 9, 0, 0, 9, 4, 20, 20, 30, 30]), tensor([1, 1, 3], [0.9, 0.8, 0.7])]
    expect(found(outputsOf(graph, inputs)[1])).toEqual([[0, 0, 1]])
    await expectAgreement(graph, inputs)
  })

  it('has the same bits on one thread and on three', async () => {
    const graph = nodeGraph('nonMaxSuppression', { limit: 40, iouThreshold: 0.6 }, [
      [2, 500, 4],
      [2, 3, 500],
    ])
    const inputs = [randomBoxes(2, 500, 60, 9), randomTensor([2, 3, 500], 8)]
    const [one, three] = await Promise.all(BACKENDS.slice(1).map((backend) => runOn(backend, graph, inputs)))
    expect(one?.map((t) => [...t.data])).toEqual(three?.map((t) => [...t.data]))
  })

  it('states a flow that holds, and refuses what does not fit', async () => {
    await checkNode('nonMaxSuppression', { limit: 3, iouThreshold: 0.2 }, [
      [1, 6, 4],
      [1, 2, 6],
    ])
    expect(() =>
      nodeGraph('nonMaxSuppression', { limit: 1 }, [
        [1, 6, 5],
        [1, 1, 6],
      ]),
    ).toThrow(/"node".*5 values/)
    expect(() =>
      nodeGraph('nonMaxSuppression', { limit: 1 }, [
        [1, 6, 4],
        [1, 1, 7],
      ]),
    ).toThrow(/"node".*\[1, classes, 6\]/)
    expect(() =>
      nodeGraph('nonMaxSuppression', { limit: 0 }, [
        [1, 6, 4],
        [1, 1, 6],
      ]),
    ).toThrow(/limit/)
  })
})
