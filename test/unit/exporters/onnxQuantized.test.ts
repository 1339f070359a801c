/** Quantized graphs as ONNX: onnxruntime computes what our engine computes. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { decodeImage } from '../../../electron/services/images.ts'
import {
  assert,
  buildZooModel,
  evaluateGraph,
  fuse,
  type Graph,
  type HostTensor,
  openModel,
  preprocessImage,
  recognise,
  topK,
  writeOnnx,
} from '../../../engine/index.ts'
import { GraphBuilder } from '../../../engine/ir/build.ts'
import { OPS } from '../../../engine/ops/registry.ts'
import { quantizedBy } from '../../fixtures/integerPart.ts'
import { sharedPath } from '../../fixtures/shared.ts'
import { randomTensor, relativeError, runOn } from '../../ops/harness.ts'
import { cli, ROOT, temporaryFolder } from '../cli/harness.ts'
import { runOnnx } from '../importers/onnx/oracle.ts'

const SAMPLES = ['berlin-cathedral', 'cat', 'coffee', 'garbage-truck', 'reims-cathedral', 'rocket', 'worms-cathedral']

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))

const SIDE = 64
const SHAPE = [1, 3, SIDE, SIDE]

const fusedOf = (id: string): Graph => fuse(recognise(buildZooModel(id, { inputSize: [SIDE, SIDE], classes: 11 }).graph))

const outputsOf = (graph: Graph, input: HostTensor): HostTensor[] => {
  const values = evaluateGraph(graph, [input])
  return graph.outputs.flatMap((id) => values.get(id) ?? [])
}

/** What the zoo's networks lack: clips from both sides, a pooling with an activation, results that are read twice, one that leaves the 8 bits. */
function mixed(): Graph {
  const b = new GraphBuilder('mixed', OPS)
  const conv = (x: number, name: string, out: number, perIn: number, attrs = {}): number =>
    b.node(
      'conv2d',
      { kernel: [3, 3], pad: [1, 1, 1, 1], ...attrs },
      [x, b.weight(`${name}.w`, [out, perIn, 3, 3], values(out * perIn * 9, out)), b.weight(`${name}.b`, [out], values(out, 9))],
      { name },
    )
  const act = (x: number, name: string, min: number | null, max: number | null): number =>
    b.node('activation', { function: { kind: 'clip', min, max } }, [x], { name })
  const values = (n: number, seed: number) => Float32Array.from(randomTensor([n], seed).data)
  const first = act(conv(b.input('x', SHAPE), 'first', 12, 3, { stride: [2, 2] }), 'six', 0, 0.75)
  const second = conv(first, 'second', 12, 4, { groups: 3 })
  const sum = act(b.node('binary', { function: 'add' }, [second, first], { name: 'sum' }), 'both', -0.5, 1)
  const shuffled = b.node('channelShuffle', { groups: 3, order: '(n,g)' }, [conv(sum, 'third', 12, 1, { groups: 12 })], { name: 'shuffle' })
  const pooled = act(
    b.node('pool2d', { mode: 'average', kernel: [3, 3], pad: [1, 1, 1, 1], countIncludePad: true }, [shuffled], { name: 'average' }),
    'above',
    0,
    null,
  )
  const swish = b.node('activation', { function: { kind: 'hardSwish' } }, [conv(pooled, 'float', 12, 12)], { name: 'swish' })
  const joined = b.node('concat', { axis: 1 }, [conv(swish, 'left', 6, 12), conv(sum, 'right', 6, 12)], { name: 'join' })
  return fuse(b.finish([b.node('pool2d', { mode: 'max', kernel: [2, 2], stride: [2, 2] }, [joined], { name: 'max' }), sum]))
}

describe('a quantized network as ONNX', () => {
  it.each([
    ['mixed', mixed],
    ...['shufflenet-v1-g3-0.5x', 'shufflenet-v2-torchvision-0.5x', 'mobilenet-v1-0.25x'].map((id) => [id, () => fusedOf(id)] as const),
  ] as const)('%s: onnxruntime agrees, with its layers joined and without', async (_id, build) => {
    const input = randomTensor(SHAPE, 5)
    const float = build()
    const graph = quantizedBy(float, [input])
    const bytes = writeOnnx(graph)
    const [own, rough] = [graph, float].map((g) => [...outputsOf(g, input)])
    for (const optimise of [false, true]) {
      const outputs = await runOnnx(bytes, [input], optimise)
      graph.outputs.forEach((_, i) => {
        const [is, should] = [outputs[i]?.data ?? [], own?.[i]?.data ?? []]
        // A sum that lies on the edge between two steps may fall to either side; what 8 bits cost is far more than that.
        const wrong = Array.from(should).filter((v, k) => Math.abs(v - (is[k] ?? Number.NaN)) > 1e-5).length
        expect(wrong / should.length).toBeLessThan(0.01)
        expect(relativeError(is, should)).toBeLessThan(1 / 120)
        expect(relativeError(rough?.[i]?.data ?? [], should)).toBeGreaterThan(1 / 500)
      })
    }
  })

  it('keeps what a layer does at once as nodes of their own', async () => {
    const graph = quantizedBy(mixed(), [randomTensor(SHAPE, 5)])
    expect(graph.nodes.filter((n) => n.attrs.residual || n.attrs.shuffle).map((n) => n.name)).toEqual(['second', 'third'])
    const again = (await openModel({ name: 'again.onnx', bytes: writeOnnx(graph) })).graph
    const ops = again.nodes.map((n) => n.op)
    for (const op of ['binary', 'activation', 'transpose']) expect(ops).toContain(op)
    expect(recognise(again).nodes.some((n) => n.op === 'channelShuffle')).toBe(true)
  })

  it('the bundled model says the same of every sample', async () => {
    const name = 'shufflenet-v1-g3-0.5x-imagenette-int8.safetensors'
    const { graph, preprocess } = await openModel({ name, bytes: new Uint8Array(readFileSync(join(ROOT, 'assets/models', name))) })
    if (!preprocess) throw new Error('it says how a photo becomes its input')
    const onnx = writeOnnx(graph)
    for (const sample of SAMPLES) {
      const input = preprocessImage(await decodeImage(join(ROOT, 'assets/samples', `${sample}.jpg`)), preprocess)
      const [theirs] = await runOnnx(onnx, [input])
      const best = (data: ArrayLike<number>) => topK(Float32Array.from(data), 1)[0]?.index
      expect(best(theirs?.data ?? []), sample).toBe(best(outputsOf(graph, input)[0]?.data ?? []))
    }
  })

  it('is refused where its shuffle is of a plan', () => {
    const graph = quantizedBy(mixed(), [randomTensor(SHAPE, 5)])
    const nodes = graph.nodes.map((n) => (n.name === 'third' ? { ...n, attrs: { ...n.attrs, shuffle: { groups: 3, order: '(n,g)', runs: 3 } } } : n))
    expect(() => writeOnnx({ ...graph, nodes })).toThrow(/"third".*shuffle is one of a plan/)
  })
})

describe('a fused network as ONNX', () => {
  it.each([
    ['mixed', mixed],
    ...['shufflenet-v1-g3-0.5x', 'shufflenet-v2-torchvision-0.5x', 'resnet-18'].map((id) => [id, () => fusedOf(id)] as const),
  ] as const)('%s: onnxruntime computes the same', async (_id, build) => {
    const [graph, input] = [build(), randomTensor(SHAPE, 5)]
    const theirs = await runOnnx(writeOnnx(graph), [input])
    const own = outputsOf(graph, input)
    own.forEach((should, i) => {
      expect(relativeError(theirs[i]?.data ?? [], should.data)).toBeLessThan(1e-4)
    })
  })
})

const CHECKPOINT = sharedPath('models/shufflenetv1_g3_0.5x.pth.tar')
const PHOTOS = sharedPath('photos')
describe.skipIf(!CHECKPOINT || !PHOTOS)('a trained network, quantized and exported (skipped where the reference data is absent)', () => {
  it('has the same first class in onnxruntime as here on every photo, and read again the same output', { timeout: 120_000 }, async () => {
    const [bundle, file] = [join(folder, 'int8.safetensors'), join(folder, 'int8.onnx')]
    expect(await cli(['quantize', CHECKPOINT ?? '', '--calibrate', PHOTOS ?? '', '--out', bundle])).toMatchObject({ code: 0 })
    expect(await cli(['convert', bundle, file])).toMatchObject({ code: 0, err: '' })
    const [int8, onnx] = [bundle, file].map((path) => new Uint8Array(readFileSync(path))) as [Uint8Array, Uint8Array]
    const { graph, preprocess } = await openModel({ name: 'int8', bytes: int8 })
    const again = fuse(recognise((await openModel({ name: 'int8.onnx', bytes: onnx })).graph))
    const photos = readdirSync(PHOTOS ?? '')
    expect(photos.length).toBe(25)
    for (const photo of photos) {
      assert(preprocess, 'the checkpoint says how photos are prepared')
      const input = preprocessImage(await decodeImage(join(PHOTOS ?? '', photo)), preprocess)
      const [own] = await runOn({ backend: 'wasm-relaxed-simd', threads: 1 }, graph, [input])
      const [readAgain] = await runOn({ backend: 'wasm-relaxed-simd', threads: 1 }, again, [input])
      expect(readAgain?.data, photo).toEqual(own?.data)
      const [theirs] = await runOnnx(onnx, [input])
      const first = [own, theirs].map((t) => topK(t?.data ?? [], 1)[0]?.index)
      expect(first[1], photo).toBe(first[0])
      expect(relativeError(theirs?.data ?? [], own?.data ?? []), photo).toBeLessThan(0.05)
    }
  })
})
