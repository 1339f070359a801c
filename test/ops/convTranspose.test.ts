/** Transposed convolution. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateGraph, type HostTensor } from '../../engine/index.ts'
import { checkNode, nodeGraph } from './cases.ts'
import { randomTensor } from './harness.ts'

const int = (min: number, max: number) => fc.integer({ min, max })
const pair = (min: number, max: number) => fc.tuple(int(min, max), int(min, max))

describe('convTranspose2d', () => {
  it('any window and groups, on every backend', async () => {
    const shape = fc.record({ groups: int(1, 3), perIn: int(1, 5), perOut: int(1, 9), size: pair(1, 5), kernel: pair(1, 4), stride: pair(1, 3) })
    const rest = fc.record({ dilation: pair(1, 2), top: int(-1, 1), left: int(-1, 1), bias: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(shape, rest, async ({ groups, perIn, perOut, size, kernel, stride }, { dilation, top, left, bias }) => {
        const attrs = { kernel, stride, dilation, pad: [top, left, 0, 0], groups }
        const weight = randomTensor([groups * perIn, perOut, ...kernel], 4)
        const output = size.map((n, i) => (n - 1) * (stride[i] ?? 1) + (dilation[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1 - ([top, left][i] ?? 0))
        if (output.some((n) => n < 1)) return
        const operands = [[2, groups * perIn, ...size], weight, ...(bias ? [randomTensor([groups * perOut], 5)] : [])]
        const value = await checkNode('convTranspose2d', attrs, operands)
        expect(value.shape).toEqual([2, groups * perOut, ...output])
      }),
      { numRuns: 50, seed: 6 },
    )
  })

  it('is the adjoint of the convolution with the same weight', () => {
    // <conv(x), y> = <x, convTranspose(y)> for the same window.
    const window = { kernel: [3, 2], stride: [2, 1], pad: [1, 0, 1, 1], dilation: [1, 2], groups: 2 }
    const weight = randomTensor([6, 2, 3, 2], 1)
    const [x, y] = [randomTensor([1, 4, 7, 6], 2), randomTensor([1, 6, 4, 5], 3)]
    const of = (op: string, input: HostTensor): HostTensor => {
      const graph = nodeGraph(op, window, [input.shape, weight])
      const value = evaluateGraph(graph, [input]).get(graph.outputs[0] ?? -1)
      if (!value) throw new Error('no output')
      return value
    }
    const dot = (a: HostTensor, b: HostTensor): number => Array.from(a.data, (v, i) => v * (b.data[i] ?? 0)).reduce((sum, v) => sum + v, 0)
    const forward = of('conv2d', x)
    expect(forward.shape).toEqual(y.shape)
    const back = of('convTranspose2d', y)
    expect(back.shape).toEqual(x.shape)
    expect(dot(forward, y)).toBeCloseTo(dot(x, back), 4)
  })

  it('refuses what does not fit', () => {
    expect(() => nodeGraph('convTranspose2d', { kernel: [1, 1] }, [[1, 3, 2, 2], randomTensor([4, 2, 1, 1], 1)])).toThrow(/"node".*3 channels/)
    expect(() => nodeGraph('convTranspose2d', { kernel: [1, 1], pad: [2, 0, 0, 0] }, [[1, 3, 2, 2], randomTensor([3, 2, 1, 1], 1)])).toThrow(
      /would be/,
    )
  })
})
