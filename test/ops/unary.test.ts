/** Elementwise functions. */
import { describe, expect, it } from 'vitest'
import { evaluateGraph, type HostTensor } from '../../engine/index.ts'
import { activationOf, erf } from '../../engine/ops/activationFunction.ts'
import { checkNode, nodeGraph } from './cases.ts'
import { BACKENDS, randomTensor, runOn } from './harness.ts'

describe('unary', () => {
  it.each(['neg', 'abs', 'reciprocal', 'floor', 'ceil', 'round'])('%s, on every backend', async (fn) => {
    const of: Record<string, (x: number) => number> = {
      neg: (x) => -x,
      abs: Math.abs,
      reciprocal: (x) => 1 / x,
      floor: Math.floor,
      ceil: Math.ceil,
      round: Math.round,
    }
    for (const shape of [[2, 5, 3, 4], [3, 7], [2, 3, 5], [6]]) {
      const value = await checkNode('unary', { function: fn }, [shape])
      value.data.forEach((v, i) => {
        expect(v).toBeCloseTo(Math.fround(of[fn]?.(randomTensor(shape, 1).data[i] ?? 0) ?? 0), 10)
      })
    }
  })

  it.each(['sqrt', 'exp', 'log', 'erf'])('%s of a feature map of any channels, a vector, and the ends of its range', async (fn) => {
    for (const shape of [[2, 5, 3, 4], [3, 7], [6]])
      await expectClose('unary', { function: fn }, { ...randomTensor(shape, 1), data: randomTensor(shape, 1).data.map((x) => 3 + 2.9 * x) })
    const ends = [0, 1e-30, 1e-10, 1e-4, 0.5, 1, 2.5, 3.9, 4.1, 80, 87.9, 1e10, 3e38]
    await expectClose('unary', { function: fn }, { dtype: 'f32', shape: [ends.length], data: Float32Array.from(ends) })
    if (fn !== 'sqrt' && fn !== 'log')
      await expectClose('unary', { function: fn }, { dtype: 'f32', shape: [ends.length], data: Float32Array.from(ends, (x) => -x) })
  })

  it('halves are rounded to even', async () => {
    const data = Float32Array.of(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4, -2.6)
    const graph = nodeGraph('unary', { function: 'round' }, [[8]])
    const expected = [-2, -2, 0, 0, 2, 2, 2, -3]
    const outputs = [evaluateGraph(graph, [{ dtype: 'f32', shape: [8], data }]).get(graph.outputs[0] ?? -1)]
    for (const backend of BACKENDS) outputs.push((await runOn(backend, graph, [{ dtype: 'f32', shape: [8], data }]))[0])
    for (const output of outputs) expect(Array.from(output?.data ?? [], (x) => x + 0)).toEqual(expected)
  })

  it.each([
    ['sqrt', 1.5],
    ['floor', 2],
    ['ceil', 3],
    ['exp', Math.fround(Math.exp(2.25))],
  ])('%s of a constant is computed while the graph is built', (fn, expected) => {
    const graph = nodeGraph('unary', { function: fn }, [{ dtype: 'f32', shape: [1], data: Float32Array.of(2.25) }])
    expect(graph.tensors.get(graph.outputs[0] ?? -1)?.data?.[0]).toBe(expected)
  })
})

describe('activations', () => {
  const CURVES = [
    { kind: 'tanh' },
    { kind: 'softplus' },
    { kind: 'mish' },
    { kind: 'gelu' },
    { kind: 'geluTanh' },
    { kind: 'elu', alpha: 1.7, gamma: 1.1 },
  ] as const

  it.each(CURVES)('$kind far from 0 and near it', async (fn) => {
    const ends = [0, 1e-30, 1e-6, 1e-3, 0.1, 1, 2.9, 5, 9, 30, 88, 1e4]
    const data = Float32Array.from([...ends, ...ends.map((x) => -x)])
    // Where f32 rounds 1 + e^x or 1 + erf(x), what is left is a few units in the last place of x.
    await expectClose('activation', { function: fn }, { dtype: 'f32', shape: [data.length], data }, 2.5e-7)
  })

  it('as tables have them', () => {
    // Abramowitz and Stegun, tables 7.1 and 4.15.
    for (const [x, y] of [
      [0.1, 0.112462916],
      [0.5, 0.5204998778],
      [1, 0.8427007929],
      [2, 0.995322265],
      [3, 0.9999779095],
    ] as const) {
      expect(erf(x)).toBeCloseTo(y, 10)
      expect(erf(-x)).toBeCloseTo(-y, 10)
    }
    expect(activationOf({ kind: 'tanh' })(1)).toBeCloseTo(0.761594156, 10)
    // PyTorch 2: gelu(1), gelu(1, approximate="tanh"), mish(1), softplus(1), selu(-1).
    expect(activationOf({ kind: 'gelu' })(1)).toBeCloseTo(0.8413447461, 9)
    expect(activationOf({ kind: 'geluTanh' })(1)).toBeCloseTo(0.8411919906, 9)
    expect(activationOf({ kind: 'mish' })(1)).toBeCloseTo(0.8650983883, 9)
    expect(activationOf({ kind: 'softplus' })(1)).toBeCloseTo(1.3132616875, 9)
    expect(activationOf({ kind: 'elu', alpha: 1.6732632423543772, gamma: 1.0507009873554805 })(-1)).toBeCloseTo(-1.1113307378, 9)
  })
})

/** Each element by itself within 1e-5 of the scalar value, or `absolute` times its argument where that is above 1, whatever the others are. */
async function expectClose(op: string, attrs: Parameters<typeof nodeGraph>[1], x: HostTensor, absolute = 1e-30): Promise<void> {
  const graph = nodeGraph(op, attrs, [x.shape])
  const expected = evaluateGraph(graph, [x]).get(graph.outputs[0] ?? -1)
  for (const backend of BACKENDS.filter((b) => b.threads === 1)) {
    const [actual] = await runOn(backend, graph, [x])
    expected?.data.forEach((e, i) => {
      const a = actual?.data[i] ?? Number.NaN
      const same = a === e || Math.abs(a - e) <= absolute * Math.max(1, Math.abs(x.data[i] ?? 0)) + 1e-5 * Math.abs(e)
      expect(same, `${op} of ${x.data[i]} is ${a} in place of ${e}`).toBe(true)
    })
  }
}
