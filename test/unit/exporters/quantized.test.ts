/** Quantized networks as ONNX: onnxruntime computes what the engine does, to the roundings between them. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeImage } from '../../../electron/services/images.ts'
import {
  buildZooModel,
  evaluateGraph,
  fuse,
  type Graph,
  openModel,
  preprocessImage,
  recognise,
  tensorOf,
  topK,
  writeOnnx,
} from '../../../engine/index.ts'
import { relativeError } from '../../fixtures/evaluate.ts'
import { quantizedBy } from '../../fixtures/integerPart.ts'
import { randomTensor } from '../../ops/harness.ts'
import { runOnnx } from '../importers/onnx/oracle.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const SAMPLES = ['berlin-cathedral', 'cat', 'coffee', 'garbage-truck', 'reims-cathedral', 'rocket', 'worms-cathedral']

function outputOf(graph: Graph, inputs: Parameters<typeof evaluateGraph>[1]): ArrayLike<number> {
  return evaluateGraph(graph, inputs).get(graph.outputs[0] ?? -1)?.data ?? []
}

describe('a quantized network as ONNX', () => {
  it.each(['shufflenet-v1-g1-0.25x', 'shufflenet-v1-g3-0.25x', 'shufflenet-v2-torchvision-0.5x', 'mobilenet-v1-0.25x'])(
    '%s gives the same in onnxruntime',
    async (id) => {
      const fused = fuse(recognise(buildZooModel(id, { inputSize: [64, 64] }).graph))
      const inputs = fused.inputs.map((i) => randomTensor(tensorOf(fused, i).fact.shape, 5))
      const graph = quantizedBy(fused, inputs)
      const [float, bytes] = [outputOf(fused, inputs), outputOf(graph, inputs)]
      const [theirs] = await runOnnx(writeOnnx(graph), inputs)
      // A rounding that goes the other way is one step; the rounding of the whole network is many.
      expect(relativeError(theirs?.data ?? [], bytes)).toBeLessThan(relativeError(bytes, float))
    },
  )

  it('the bundled model says the same of every sample', async () => {
    const name = 'shufflenet-v1-g3-0.5x-imagenette-int8.safetensors'
    const { graph, preprocess } = await openModel({ name, bytes: new Uint8Array(readFileSync(join(ROOT, 'assets/models', name))) })
    if (!preprocess) throw new Error('it says how a photo becomes its input')
    const onnx = writeOnnx(graph)
    for (const sample of SAMPLES) {
      const input = preprocessImage(await decodeImage(join(ROOT, 'assets/samples', `${sample}.jpg`)), preprocess)
      const [theirs] = await runOnnx(onnx, [input])
      const best = (data: ArrayLike<number>) => topK(Float32Array.from(data), 1)[0]?.index
      expect(best(theirs?.data ?? []), sample).toBe(best(outputOf(graph, [input])))
    }
  })
})
