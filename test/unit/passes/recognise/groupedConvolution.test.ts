/** Grouped convolutions written as a cut, one convolution per part, and a join. */
import { describe, expect, it } from 'vitest'
import { NONE, type TensorId } from '../../../../engine/ir/graph.ts'
import { groupedConvolution } from '../../../../engine/passes/recognise/groupedConvolution.ts'
import { graphOf, opsOf, rewritten, values } from './helpers.ts'

interface Options {
  /** Upper bound of the clip after each part. */
  clips?: number[]
  slices?: boolean
  bias?: boolean
  order?: number[]
  groups?: number
  extraReader?: boolean
  strides?: number[]
}

/** [1, 12, 5, 5] in three parts. */
const parted = ({ slices, bias, order = [0, 1, 2], groups = 1, extraReader, strides = [1, 1, 1], clips }: Options = {}) =>
  graphOf([2, 12, 5, 5], (b, x) => {
    const cut = (i: number): TensorId => b.node('slice', { axes: [1], starts: [4 * i], ends: [4 * i + 4], steps: [1] }, [x], { name: `cut${i}` })
    const parts = slices ? [0, 1, 2].map(cut) : b.nodeOutputs('split', { axis: 1, sizes: [4, 4, 4] }, [x], { name: 'split' })
    const made = order.map((part, i) => {
      const w = b.weight(`w${i}`, [2, 4 / groups, 3, 3], values([2, 4 / groups, 3, 3], i + 1).data)
      const c = bias ? b.constant(`b${i}`, values([2], i + 9)) : NONE
      const stride = [strides[i] ?? 1, 1]
      const attrs = { kernel: [3, 3], pad: [stride[0] === 2 ? 3 : 1, 1, stride[0] === 2 ? 3 : 1, 1], stride, groups }
      const y = b.node('conv2d', attrs, [parts[part] ?? x, w, c], { name: `conv${i}` })
      return clips ? b.node('activation', { function: { kind: 'clip', min: 0, max: clips[i] ?? null } }, [y], { name: `act${i}` }) : y
    })
    const joined = b.node('concat', { axis: 1 }, made, { name: 'join' })
    return extraReader ? [joined, made[0] ?? joined] : joined
  })

describe('recognise grouped convolutions', () => {
  it.each([{}, { slices: true }, { bias: true }, { slices: true, bias: true, groups: 2 }])('%j', (options) => {
    const after = rewritten(parted(options), groupedConvolution)
    expect(opsOf(after)).toEqual(['conv2d'])
    expect(after.nodes[0]?.attrs.groups).toBe(3 * (options.groups ?? 1))
    expect(after.nodes[0]?.sources).toContain('conv2')
  })

  it('with the same activation after each part', () => {
    const after = rewritten(parted({ clips: [0.5, 0.5, 0.5], bias: true }), groupedConvolution)
    expect(opsOf(after)).toEqual(['conv2d', 'activation'])
    expect(after.nodes[0]?.attrs.groups).toBe(3)
    expect(after.nodes[0]?.sources).toEqual(['conv0', 'conv1', 'conv2'])
    expect(after.nodes[1]?.sources).toEqual(['act0', 'act1', 'act2', 'join'])
  })

  it.each([
    ['activations that differ', { clips: [0.5, 0.6, 0.5] }],
    ['activations of which one has a second reader', { clips: [0.5, 0.5, 0.5], extraReader: true }],
    ['parts out of order', { order: [1, 0, 2] }],
    ['one part twice', { order: [0, 0, 2] }],
    ['a part that something else reads', { extraReader: true }],
    ['convolutions that differ', { strides: [2, 1, 1] }],
  ])('is left alone: %s', (_, options) => {
    expect(opsOf(rewritten(parted(options), groupedConvolution))).toContain('concat')
  })
})
