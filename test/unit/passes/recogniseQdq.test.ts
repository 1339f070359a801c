/** 8-bit layers found again in files: in our own with the same integers, in those of onnxruntime's tool with onnxruntime's results. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildZooModel, fuse, type Graph, type HostTensor, isQuantized, openModel, recognise, tensorOf, writeOnnx } from '../../../engine/index.ts'
import { GraphBuilder } from '../../../engine/ir/build.ts'
import { OPS } from '../../../engine/ops/registry.ts'
import { quantizedBy } from '../../fixtures/integerPart.ts'
import { listing, randomNetwork } from '../../fixtures/randomGraph.ts'
import { BACKENDS, randomTensor, relativeError, runOn } from '../../ops/harness.ts'
import { runOnnx } from '../importers/onnx/oracle.ts'
import { evaluate } from './recognise/helpers.ts'

const SIDE = 64
const NETWORKS = 80

/** Ops in order, with what they do at once; reshapes to a matrix left out, which the exporter writes apart from the pooling. */
const outline = (graph: Graph): string[] =>
  graph.nodes
    .filter((n) => n.op !== 'flatten')
    .map((n) => [n.op, n.attrs.quantized && '8', n.attrs.residual && 'sum', n.attrs.shuffle && 'shuffle'].filter(Boolean).join(' '))
    .sort()

const read = async (bytes: Uint8Array): Promise<Graph> => fuse(recognise((await openModel({ name: 'x.onnx', bytes })).graph))

describe('an exported quantized network, read again', () => {
  for (const id of ['shufflenet-v1-g3-0.5x', 'shufflenet-v2-torchvision-0.5x', 'shufflenet-v2-megvii-0.5x', 'mobilenet-v1-0.25x'])
    it(`${id}: has the same layers and computes the same`, async () => {
      const input = randomTensor([1, 3, SIDE, SIDE], 5)
      const graph = quantizedBy(fuse(recognise(buildZooModel(id, { inputSize: [SIDE, SIDE], classes: 11 }).graph)), [input])
      const again = await read(writeOnnx(graph))
      expect(outline(again)).toEqual(outline(graph))
      for (const seed of [5, 6]) {
        const other = randomTensor([1, 3, SIDE, SIDE], seed)
        expect(evaluate(again, [other])[0]?.data).toEqual(evaluate(graph, [other])[0]?.data)
      }
    })
})

describe('random networks, quantized, exported and read again', () => {
  it(`have as many 8-bit layers and compute the same: ${NETWORKS} of them`, async () => {
    let layers = 0
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        const fused = fuse(randomNetwork(draw))
        const inputs = fused.inputs.map((id) => randomTensor(tensorOf(fused, id).fact.shape, 5))
        const graph = quantizedBy(fused, inputs)
        const again = await read(writeOnnx(graph))
        const [before, after] = [graph, again].map((g) => g.nodes.filter((n) => n.attrs.quantized).length)
        expect(after, listing(again)).toBeGreaterThanOrEqual(before ?? 0)
        layers += before ?? 0
        const expected = evaluate(graph, inputs)
        evaluate(again, inputs).forEach((own, i) => {
          expect(relativeError(own.data, expected[i]?.data ?? [])).toBeLessThan(1e-6)
        })
      }),
      { seed: 77, numRuns: NETWORKS, endOnFailure: true },
    )
    expect(layers).toBeGreaterThan(3 * NETWORKS)
  })
})

const FOLDER = resolve(import.meta.dirname, '../../fixtures/quantised')
const STEP = 0.05

describe.each(['qdq_u8', 'qdq_i8', 'qdq_tensor', 'qoperator'])('%s, quantised by the tool of onnxruntime', (name) => {
  const bytes = new Uint8Array(readFileSync(resolve(FOLDER, `${name}.onnx`)))

  it('has its convolutions, poolings and shuffles in 8 bits, and its sum and its concatenation of two scales in floats', async () => {
    const { graph } = await openModel({ name: 'x.onnx', bytes })
    expect(isQuantized(graph)).toBe(true)
    const fused = fuse(recognise(graph))
    expect(fused.nodes.filter((n) => n.attrs.quantized).map((n) => n.op)).toEqual([
      'conv2d',
      'pool2d',
      'conv2d',
      'conv2d',
      'conv2d',
      'pool2d',
      'conv2d',
      'conv2d',
      'conv2d',
      'globalPool',
      'linear',
    ])
    expect(fused.nodes.filter((n) => n.attrs.shuffle).map((n) => n.attrs.shuffle)).toEqual(Array(2).fill({ groups: 3, order: '(g,n)' }))
    expect(
      fused.nodes
        .map((n) => n.op)
        .filter((op) => !['conv2d', 'pool2d', 'globalPool', 'linear', 'quantize', 'dequantize'].includes(op))
        .sort(),
    ).toEqual(['binary', 'concat', 'flatten'])
  })

  it('computes what onnxruntime computes, on every backend', async () => {
    const fused = await read(bytes)
    for (const seed of [1, 2, 3]) {
      const input = randomTensor([1, 3, 32, 32], seed)
      const [expected] = await runOnnx(bytes, [input])
      const results = [evaluate(fused, [input])]
      for (const backend of BACKENDS) results.push([...(await runOn(backend, fused, [input]))])
      for (const [y] of results)
        y?.data.forEach((v, i) => {
          expect(Math.abs(v - (expected?.data[i] ?? Number.NaN))).toBeLessThan(1.01 * STEP)
        })
    }
  })
})

/** x -> 8 bits -> convolution -> 8 bits, with what `change` makes of it. */
function single(change: { weight?: Float32Array; activation?: object; second?: object; output?: boolean } = {}): Graph {
  const b = new GraphBuilder('single', OPS)
  const from = { scale: 0.0125, zero: 100 }
  const to = { scale: 0.25, zero: 7 }
  const x = b.node('dequantize', from, [b.node('quantize', from, [b.input('x', [1, 4, 5, 5])], { name: 'q' })], { name: 'd' })
  const weight =
    change.weight ?? Float32Array.from({ length: 3 * 4 * 9 }, (_, i) => ((i * 37) % 255) - 127).map((v) => Math.fround(v * Math.fround(0.003)))
  let y = b.node(
    'conv2d',
    { kernel: [3, 3], pad: [1, 1, 1, 1] },
    [x, b.weight('w', [3, 4, 3, 3], weight), b.weight('b', [3], Float32Array.of(0.1, -2, 3))],
    { name: 'conv' },
  )
  if (change.activation) y = b.node('activation', { function: { ...change.activation } as never }, [y], { name: 'act' })
  const outputs = change.output ? [y] : []
  const z = b.node('dequantize', to, [b.node('quantize', to, [y], { name: 'q2' })], { name: 'd2' })
  if (change.second) outputs.push(b.node('dequantize', to, [b.node('quantize', { ...change.second } as never, [y], { name: 'q3' })], { name: 'd3' }))
  return b.finish([z, ...outputs])
}

describe('a convolution between 8-bit tensors', () => {
  const input: HostTensor = randomTensor([1, 4, 5, 5], 3)
  const bytesIn = (graph: Graph): number => fuse(recognise(graph)).nodes.filter((n) => n.op === 'conv2d' && n.attrs.quantized).length

  it.each([{}, { activation: { kind: 'clip', min: -1, max: 6 } }, { second: { scale: 0.25, zero: 7 } }])('computes in 8 bits: %j', (change) => {
    const graph = single(change)
    expect(bytesIn(graph)).toBe(1)
    const [own] = evaluate(fuse(recognise(graph)), [input])
    const [should] = evaluate(graph, [input])
    own?.data.forEach((v, i) => {
      expect(Math.abs(v - (should?.data[i] ?? Number.NaN)) / 0.25).toBeLessThan(0.01)
    })
    expect(new Set(should?.data).size).toBeGreaterThan(15)
  })

  it.each([
    ['weights on no common steps', { weight: Float32Array.from(randomTensor([3 * 4 * 9], 1).data) }],
    ['weights of more than 8 bits', { weight: Float32Array.from({ length: 108 }, (_, i) => (i === 0 ? 200 : i % 7)) }],
    ['an activation without an 8-bit form', { activation: { kind: 'hardSwish' } }],
    ['a result that is read in floats too', { output: true }],
    ['a result with two scales', { second: { scale: 0.5, zero: 7 } }],
  ])('stays in floats with %s', (_words, change) => {
    const graph = single(change)
    expect(bytesIn(graph)).toBe(0)
    evaluate(fuse(recognise(graph)), [input]).forEach((own, k) => {
      expect(own.data).toEqual(evaluate(graph, [input])[k]?.data)
    })
  })

  it('keeps a second rounding to another scale', () => {
    const b = new GraphBuilder('twice', OPS)
    const rounded = (x: number, scale: number): number =>
      b.node('dequantize', { scale, zero: 3 }, [b.node('quantize', { scale, zero: 3 }, [x], { name: 'q' })], { name: 'd' })
    const same = rounded(b.node('transpose', { perm: [0, 1, 3, 2] }, [rounded(b.input('x', [1, 2, 3, 4]), 0.1)], { name: 't' }), 0.1)
    const graph = b.finish([b.node('activation', { function: { kind: 'tanh' } }, [rounded(same, 0.2)], { name: 'act' })])
    const made = recognise(graph)
    expect(made.nodes.map((n) => n.op)).toEqual(['quantize', 'dequantize', 'transpose', 'quantize', 'dequantize', 'activation'])
    const values = randomTensor([1, 2, 3, 4], 9)
    expect(evaluate(made, [values])).toEqual(evaluate(graph, [values]))
  })
})
