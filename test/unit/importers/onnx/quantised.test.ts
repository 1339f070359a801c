/** A quantised network: weights dequantised while the file is read, data rounded where the model rounds it, in 8 bits between the two, as onnxruntime does. */
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/onnx/index.ts'
import type { Graph } from '../../../../engine/ir/graph.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { BACKENDS, randomTensor, runOn } from '../../../ops/harness.ts'
import { evaluate, opsOf } from '../../passes/recognise/helpers.ts'
import { runOnnx } from './oracle.ts'
import { type Field, int, ints, model, node, raw, value } from './write.ts'

const OUTPUT_SCALE = 0.01

/** Each stage between QuantizeLinear and DequantizeLinear, as onnxruntime's and PyTorch's tools write it. */
function quantised(): Uint8Array {
  const weight = Int8Array.from(randomTensor([8, 3, 3, 3], 1).data, (x) => Math.round(127 * x))
  const bias = Int32Array.from(randomTensor([8], 2).data, (x) => Math.round(2000 * x))
  const scales = Float32Array.from({ length: 8 }, (_, i) => 0.002 + 0.0005 * i)
  const pair = (name: string, from: string, scale: string, zero: string): Field[] => [
    node('QuantizeLinear', [from, scale, zero], [`${name}_q`], `${name}/quantize`),
    node('DequantizeLinear', [`${name}_q`, scale, zero], [name], `${name}/dequantize`),
  ]
  return model([
    raw('xs', [], Float32Array.of(1 / 127)),
    raw('xz', [], Uint8Array.of(128)),
    raw('w_q', [8, 3, 3, 3], weight),
    raw('ws', [8], scales),
    raw('wz', [8], new Int8Array(8)),
    raw('b_q', [8], bias),
    raw(
      'bs',
      [8],
      scales.map((s) => s / 127),
    ),
    raw('bz', [8], new Int32Array(8)),
    raw('ys', [], Float32Array.of(0.011)),
    raw('yz', [], Uint8Array.of(0)),
    raw('os', [], Float32Array.of(OUTPUT_SCALE)),
    raw('oz', [], Int8Array.of(-3)),
    ...pair('xd', 'x', 'xs', 'xz'),
    node('DequantizeLinear', ['w_q', 'ws', 'wz'], ['w'], 'w/dequantize', [int('axis', 0)]),
    node('DequantizeLinear', ['b_q', 'bs', 'bz'], ['b'], 'b/dequantize', [int('axis', 0)]),
    node('Conv', ['xd', 'w', 'b'], ['c'], 'conv', [ints('pads', [1, 1, 1, 1])]),
    node('Relu', ['c'], ['r'], 'relu'),
    ...pair('rd', 'r', 'ys', 'yz'),
    node('MaxPool', ['rd'], ['p'], 'pool', [ints('kernel_shape', [2, 2]), ints('strides', [2, 2])]),
    ...pair('pd', 'p', 'ys', 'yz'),
    node('GlobalAveragePool', ['pd'], ['g'], 'gap'),
    ...pair('y', 'g', 'os', 'oz'),
    [11, 'message', value('x', [1, 3, 12, 12])],
    [12, 'message', value('y', [1, 8, 1, 1])],
    [12, 'message', value('rd', [1, 8, 12, 12])],
  ])
}

async function opened(): Promise<Graph> {
  return (await importer.open({ name: 'q.onnx', bytes: quantised() }, {})).graph
}

describe('a quantised network', () => {
  it('has the weights as floats, and as many parameters as before', async () => {
    const graph = recognise(await opened())
    const conv = graph.nodes.find((n) => n.op === 'conv2d')
    const weight = graph.tensors.get(conv?.inputs[1] ?? -1)
    expect(weight?.fact).toMatchObject({ dtype: 'f32', shape: [8, 3, 3, 3] })
    expect(weight?.data?.[27 * 5]).toBeCloseTo(Math.round(127 * (randomTensor([8, 3, 3, 3], 1).data[27 * 5] ?? 0)) * 0.0045, 6)
    expect(opsOf(graph)).toEqual([
      'quantize',
      'dequantize',
      'conv2d',
      'activation',
      'quantize',
      'dequantize',
      'pool2d',
      'globalPool',
      'quantize',
      'dequantize',
    ])
  })

  it('computes its convolution and its poolings in 8 bits', async () => {
    const { nodes } = fuse(recognise(await opened()))
    expect(nodes.filter((n) => n.attrs.quantized).map((n) => n.name)).toEqual(['conv', 'pool', 'gap'])
  })

  it('computes what onnxruntime computes, rounding where it rounds, on every backend', async () => {
    const input = randomTensor([1, 3, 12, 12], 7)
    const expected = await runOnnx(quantised(), [input], false)
    const graph = recognise(await opened())
    const results = [evaluate(graph, [input])]
    for (const backend of BACKENDS) results.push([...(await runOn(backend, fuse(graph), [input]))])
    for (const [y, rd] of results) {
      y?.data.forEach((v, i) => {
        expect(v).toBeCloseTo(expected[0]?.data[i] ?? Number.NaN, 5)
      })
      // A sum that lies on the edge between two steps may fall to either side.
      const steps = Array.from(rd?.data ?? [], (v, i) => Math.abs(v - (expected[1]?.data[i] ?? Number.NaN)) / 0.011)
      expect(Math.max(...steps)).toBeLessThan(1.01)
      expect(steps.filter((s) => s > 0.01).length).toBeLessThanOrEqual(2)
    }
    expect(new Set(expected[1]?.data).size).toBeGreaterThan(50)
  })

  it('differs by a step at most from onnxruntime with integer kernels', async () => {
    const input = randomTensor([1, 3, 12, 12], 8)
    const [y] = await runOnnx(quantised(), [input])
    const [own] = evaluate(await opened(), [input])
    own?.data.forEach((v, i) => {
      expect(Math.abs(v - (y?.data[i] ?? Number.NaN))).toBeLessThan(1.01 * OUTPUT_SCALE)
    })
  })
})

describe('quantised data', () => {
  const grid = [raw('s', [], Float32Array.of(0.0625)), raw('z', [], Int8Array.of(-3))]

  it('of int8 keeps its integers where it is moved and given back, as in onnxruntime', async () => {
    const bytes = model([
      ...grid,
      node('QuantizeLinear', ['x', 's', 'z'], ['q'], 'quantize'),
      node('Transpose', ['q'], ['t'], 'turn', [ints('perm', [0, 1, 3, 2])]),
      node('MaxPool', ['t'], ['p'], 'pool', [ints('kernel_shape', [2, 2]), ints('pads', [1, 1, 0, 0])]),
      node('Concat', ['p', 't'], ['y'], 'join', [int('axis', 1)]),
      node('DequantizeLinear', ['y', 's', 'z'], ['d'], 'dequantize'),
      [11, 'message', value('x', [1, 2, 5, 4])],
      [12, 'message', value('y', [1, 4, 4, 5], 3)],
      [12, 'message', value('d', [1, 4, 4, 5])],
    ])
    const input = randomTensor([1, 2, 5, 4], 3)
    const [y, d] = await runOnnx(bytes, [input])
    expect(Math.min(...(y?.data ?? []))).toBeLessThan(-10)
    const graph = recognise((await importer.open({ name: 'q.onnx', bytes }, {})).graph)
    const results = [evaluate(graph, [input])]
    for (const backend of BACKENDS) results.push([...(await runOn(backend, fuse(graph), [input]))])
    for (const own of results) expect(own.map((t) => [...t.data])).toEqual([[...(y?.data ?? [])], [...(d?.data ?? [])]])
  })

  it('that the model is given is refused in words', async () => {
    const bytes = model([
      ...grid,
      raw('w', [2, 2, 1, 1], Int8Array.of(1, 2, 3, 4)),
      node('QLinearConv', ['x', 's', 'z', 'w', 's', 'z', 's', 'z'], ['y'], 'conv'),
      [11, 'message', value('x', [1, 2, 5, 4], 3)],
      [12, 'message', value('y', [1, 2, 5, 4], 3)],
    ])
    await expect(async () => importer.open({ name: 'q.onnx', bytes }, {})).rejects.toThrow(
      /"conv" \(QLinearConv\).*its input is not quantised by the model/,
    )
  })

  it('moved by two scales at once is joined in floats of its integers', async () => {
    const bytes = model([
      ...grid,
      raw('s2', [], Float32Array.of(0.125)),
      node('QuantizeLinear', ['x', 's', 'z'], ['a'], 'first'),
      node('QuantizeLinear', ['x', 's2', 'z'], ['b'], 'second'),
      node('Concat', ['a', 'b'], ['y'], 'join', [int('axis', 1)]),
      [11, 'message', value('x', [1, 2, 5, 4])],
      [12, 'message', value('y', [1, 4, 5, 4], 3)],
    ])
    const input = randomTensor([1, 2, 5, 4], 4)
    const [y] = await runOnnx(bytes, [input])
    const { graph } = await importer.open({ name: 'q.onnx', bytes }, {})
    expect([...(evaluate(fuse(recognise(graph)), [input])[0]?.data ?? [])]).toEqual([...(y?.data ?? [])])
  })
})
