/** The class map against the network's own logits, and against sums written out from the definition. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeImage } from '../../../electron/services/images.ts'
import {
  activationHead,
  at,
  buildZooModel,
  classActivationMap,
  createRunner,
  evaluateGraph,
  fuse,
  type Graph,
  type HostTensor,
  makePlan,
  NONE,
  OPS,
  openModel,
  preprocessImage,
  recognise,
  tensorOf,
} from '../../../engine/index.ts'
import { GraphBuilder } from '../../../engine/ir/build.ts'
import { NO_ACTIVATION } from '../../../engine/ops/activationFunction.ts'
import { kernelsOf, randomTensor, relativeError } from '../../ops/harness.ts'

const ASSETS = resolve(import.meta.dirname, '../../../assets')
const bundled = async () => {
  const name = 'shufflenet-v1-g3-0.5x-imagenette.safetensors'
  return openModel({ name, bytes: await readFile(resolve(ASSETS, 'models', name)) })
}

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length

/** What the pooling and the layer after it make of the map, by the ops' scalar definitions. */
function expectSums(graph: Graph, input: HostTensor, tolerance = 1e-4): void {
  const head = activationHead(graph)
  const values = evaluateGraph(graph, [input])
  const map = values.get(head.map)
  if (!map) throw new Error('no map')
  const last = graph.nodes.find((n) => n.op === 'softmax')
  const logits = values.get(last?.inputs[0] ?? graph.outputs[0] ?? NONE)
  const largest = Math.max(...Array.from(logits?.data ?? [], Math.abs))
  expect(logits?.data.length).toBe(head.classes)
  for (let c = 0; c < head.classes; c++) {
    const made = mean(classActivationMap(head, map, c).data) + (head.bias?.[c] ?? 0)
    expect(Math.abs(made - (logits?.data[c] ?? Number.NaN)) / largest, `class ${c}`).toBeLessThan(tolerance)
  }
}

/** input [1, 4, 5, 3] > ... > logits, with the end that `end` builds. */
function network(end: (b: GraphBuilder, x: number) => number): Graph {
  const b = new GraphBuilder('net', OPS)
  const x = b.input('input', [1, 4, 5, 3])
  return b.finish([end(b, x)])
}
const pool = (b: GraphBuilder, x: number, keepDims: boolean) => b.node('globalPool', { mode: 'average', keepDims }, [x], { name: 'pool' })
const weight = (b: GraphBuilder, shape: number[]) => b.weight('w', shape, randomTensor(shape, 3).data)
const bias = (b: GraphBuilder) => b.weight('b', [6], randomTensor([6], 4).data)
const fc = (b: GraphBuilder, x: number, withBias = true) =>
  b.node('linear', { activation: NO_ACTIVATION }, [x, weight(b, [6, 4]), withBias ? bias(b) : NONE], { name: 'fc' })
const pixelConv = {
  kernel: [1, 1],
  stride: [1, 1],
  pad: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
  activation: NO_ACTIVATION,
  residual: false,
  shuffle: null,
}

describe('class activation map', () => {
  const ends: Record<string, (b: GraphBuilder, x: number) => number> = {
    'pool, fc': (b, x) => fc(b, pool(b, x, false)),
    'pool, fc with its weight the other way': (b, x) =>
      b.node('linear', { activation: NO_ACTIVATION, transposed: true }, [pool(b, x, false), weight(b, [4, 6]), bias(b)], { name: 'fc' }),
    'pool, fc without bias': (b, x) => fc(b, pool(b, x, false), false),
    'pool, flatten, fc, softmax': (b, x) =>
      b.node('softmax', { axis: 1, log: false }, [fc(b, b.node('flatten', { axis: 1 }, [pool(b, x, true)], { name: 'f' }))], { name: 's' }),
    'pool, reshape, identity, fc': (b, x) =>
      fc(b, b.node('identity', {}, [b.node('reshape', { shape: [1, -1] }, [pool(b, x, true)], { name: 'r' })], { name: 'i' })),
    'pool, 1x1 conv, flatten': (b, x) =>
      b.node('flatten', { axis: 1 }, [b.node('conv2d', pixelConv, [pool(b, x, true), weight(b, [6, 4, 1, 1]), bias(b)], { name: 'conv' })], {
        name: 'f',
      }),
    'pool alone': (b, x) => pool(b, x, false),
  }
  it.each(Object.keys(ends))('its mean and the bias are the logit: %s', (name) => {
    const end = ends[name]
    if (end) expectSums(network(end), randomTensor([1, 4, 5, 3], 7))
  })

  it('is the sum over channels of weight times value, position by position', () => {
    const graph = network((b, x) => fc(b, pool(b, x, false)))
    const head = activationHead(graph)
    const map = randomTensor([1, 4, 5, 3], 11)
    const w = randomTensor([6, 4], 3)
    for (let k = 0; k < 6; k++) {
      const made = classActivationMap(head, map, k)
      expect(made.shape).toEqual([5, 3])
      for (let y = 0; y < 5; y++)
        for (let x = 0; x < 3; x++) {
          let sum = 0
          for (let c = 0; c < 4; c++) sum += at(w.data, k * 4 + c) * at(map.data, (c * 5 + y) * 3 + x)
          expect(made.data[y * 3 + x]).toBeCloseTo(sum, 5)
        }
    }
  })

  it.each(['shufflenet-v1-g3-0.25x', 'shufflenet-v2-torchvision-0.5x', 'mobilenet-v1-0.25x', 'squeezenet-1.1', 'resnet-18'])(
    'holds on %s at every stage',
    (id) => {
      const { graph } = buildZooModel(id, { inputSize: [64, 64], classes: 20 })
      const recognised = recognise(graph)
      const input = randomTensor([1, 3, 64, 64], 5)
      for (const stage of [graph, recognised, fuse(recognised)]) expectSums(stage, input)
    },
  )

  it('holds on the bundled model and a photo, with the map that the kernels keep', async () => {
    const model = await bundled()
    if (!model.preprocess) throw new Error('no preprocessing')
    const graph = fuse(recognise(model.graph))
    const head = activationHead(graph)
    const runner = await createRunner(makePlan(graph, { keep: [head.map] }), {
      module: await kernelsOf('wasm-relaxed-simd'),
      backend: 'wasm-relaxed-simd',
      threads: 1,
    })
    const input = preprocessImage(await decodeImage(resolve(ASSETS, 'samples/garbage-truck.jpg')), model.preprocess)
    const { outputs, kept } = await runner.run([input], { keep: [head.map] })
    await runner.close()
    const map = kept.get(head.map)
    if (!map) throw new Error('no map')
    const made = Array.from({ length: head.classes }, (_, c) => mean(classActivationMap(head, map, c).data) + (head.bias?.[c] ?? 0))
    const error = relativeError(made, outputs[0]?.data ?? [])
    console.log(`class maps of ${head.classes} classes against the logits: relative error ${error.toExponential(1)}`)
    expect(error).toBeLessThan(1e-4)
    expect(map.shape).toEqual(tensorOf(graph, head.map).fact.shape)
  })

  it.each([
    [
      'a fully connected layer on the whole map',
      (b: GraphBuilder, x: number) =>
        b.node('linear', { activation: NO_ACTIVATION }, [b.node('flatten', { axis: 1 }, [x], { name: 'f' }), weight(b, [6, 60]), NONE], {
          name: 'fc',
        }),
      /"input"|layer/,
    ],
    [
      'a maximum',
      (b: GraphBuilder, x: number) => fc(b, b.node('globalPool', { mode: 'max', keepDims: false }, [x], { name: 'largest' })),
      /"largest", which is not a global average pooling/,
    ],
    [
      'an activation after the layer',
      (b: GraphBuilder, x: number) => b.node('activation', { function: { kind: 'sigmoid' } }, [fc(b, pool(b, x, false))], { name: 'late' }),
      /"late", which is not/,
    ],
    [
      'two layers',
      (b: GraphBuilder, x: number) =>
        b.node('linear', { activation: NO_ACTIVATION }, [fc(b, pool(b, x, false)), b.weight('w2', [2, 6], new Float32Array(12)), NONE], {
          name: 'second',
        }),
      /"fc", which is not/,
    ],
  ] as const)('is refused in words after %s', (_name, end, words) => {
    const graph = network(end)
    expect(() => activationHead(graph)).toThrow(expect.objectContaining({ code: 'unsupported', why: expect.stringMatching(words) }))
  })
})
