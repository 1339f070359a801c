/** Transposed convolution: each input position adds its kernel to the output. Source: ONNX operator specification, ConvTranspose. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { asNchw, fact, hostTensor, sizeOf } from '../../ir/tensor.ts'
import { defineOp } from '../op.ts'
import { checkedFact, costOf, elementsOf, misfit, need, needRank, pair, positive } from '../shared.ts'

const attributes = z.object({
  kernel: pair,
  stride: pair.default([1, 1]),
  /** Rows and columns cut off the output: top, left, bottom, right; negative where some are added. */
  pad: z.tuple([z.number().int(), z.number().int(), z.number().int(), z.number().int()]).readonly().default([0, 0, 0, 0]),
  dilation: pair.default([1, 1]),
  groups: positive.default(1),
})
export type ConvTranspose2dAttributes = z.infer<typeof attributes>

function outputSize(attrs: ConvTranspose2dAttributes, size: number, axis: 0 | 1): number {
  return (size - 1) * attrs.stride[axis] + attrs.dilation[axis] * (attrs.kernel[axis] - 1) + 1 - attrs.pad[axis] - attrs.pad[axis === 0 ? 2 : 3]
}

/** Inputs: x [N, C, H, W], weight [C, O/groups, kh, kw], bias [O] or absent. */
export const convTranspose2d = defineOp<ConvTranspose2dAttributes>({
  kind: 'convTranspose2d',
  title: 'Transposed convolution',
  attributes,
  readsStrided: true,
  storesStrided: true,

  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    const w = need(inputs, 1, 'weight', where)
    needRank(x, 4, 'input', where)
    needRank(w, 4, 'weight', where)
    const [n = 0, c = 0, h = 0, width = 0] = x.shape
    const [ci = 0, perGroup = 0, kh = 0, kw = 0] = w.shape
    const o = perGroup * attrs.groups
    if (kh !== attrs.kernel[0] || kw !== attrs.kernel[1])
      throw misfit(where, `its weight is ${kh}x${kw} where the kernel is ${attrs.kernel[0]}x${attrs.kernel[1]}`)
    if (c !== ci || c % attrs.groups !== 0) throw misfit(where, `its input has ${c} channels where the weight has ${ci}, in ${attrs.groups} groups`)
    const bias = inputs[2]
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== o))
      throw misfit(where, `its bias has shape [${bias.shape.join(', ')}] where [${o}] is needed`)
    const size = [outputSize(attrs, h, 0), outputSize(attrs, width, 1)]
    if (size.some((s) => s < 1)) throw misfit(where, `its output would be ${size.join('x')}`)
    return [checkedFact(fact([n, o, ...size]), where)]
  },

  /** Every position of the input meets the whole kernel. */
  cost(_attrs, facts) {
    const [x, w, bias] = facts.inputs
    const [, perGroup = 0, kh = 0, kw = 0] = w?.shape ?? []
    return costOf(facts, {
      convMacs: (x ? sizeOf(x.shape) : 0) * perGroup * kh * kw,
      params: (w ? sizeOf(w.shape) : 0) + (bias ? sizeOf(bias.shape) : 0),
      elementOps: bias ? elementsOf(facts) : 0,
    })
  },

  flow(attrs, facts, input) {
    if (input !== 0) return { kind: 'none' }
    const perIn = (facts.inputs[0]?.shape[1] ?? 0) / attrs.groups
    const perOut = (facts.outputs[0]?.shape[1] ?? 0) / attrs.groups
    if (perIn === 1) return { kind: 'map', source: Int32Array.from({ length: perOut * attrs.groups }, (_, c) => Math.floor(c / perOut)) }
    const group = (_: unknown, g: number) => ({ out: [g * perOut, (g + 1) * perOut] as const, in: [g * perIn, (g + 1) * perIn] as const })
    return { kind: 'groups', runs: Array.from({ length: attrs.groups }, group) }
  },

  evaluate(attrs, [x, weight, bias]) {
    assert(x && weight, 'a transposed convolution needs an input and a weight')
    const [n, c, h, w] = asNchw(x.shape)
    const [, perOut = 0, kh = 0, kw = 0] = weight.shape
    const { groups, stride, pad, dilation } = attrs
    const o = perOut * groups
    const [oh, ow] = [outputSize(attrs, h, 0), outputSize(attrs, w, 1)]
    const sums = new Float64Array(n * o * oh * ow)
    for (let b = 0; b < n; b++)
      for (let ci = 0; ci < c; ci++) {
        const first = Math.floor(ci / (c / groups)) * perOut
        for (let y = 0; y < h; y++)
          for (let xx = 0; xx < w; xx++) {
            const value = x.data[((b * c + ci) * h + y) * w + xx] ?? 0
            for (let oc = 0; oc < perOut; oc++)
              for (let ky = 0; ky < kh; ky++) {
                const oy = y * stride[0] + ky * dilation[0] - pad[0]
                if (oy < 0 || oy >= oh) continue
                for (let kx = 0; kx < kw; kx++) {
                  const ox = xx * stride[1] + kx * dilation[1] - pad[1]
                  if (ox < 0 || ox >= ow) continue
                  const at = ((b * o + first + oc) * oh + oy) * ow + ox
                  sums[at] = (sums[at] ?? 0) + value * (weight.data[((ci * perOut + oc) * kh + ky) * kw + kx] ?? 0)
                }
              }
          }
      }
    const out = Float32Array.from(sums, (v, i) => v + Number(bias?.data[Math.floor(i / (oh * ow)) % o] ?? 0))
    return [hostTensor([n, o, oh, ow], out)]
  },

  /**
   * Kernel arguments: src, dst, pixel strides (src, dst), input height and width, output height and width, groups, channels
   * of a group (in, out), kernel (2), stride (2), padding (top, left), dilation (2), weights, biases.
   * Weights [group][kh][kw][in][out, a multiple of four]. One unit: one output row.
   */
  lower(context, node, attrs) {
    const [x = NONE, w = NONE, b = NONE] = node.inputs
    const src = context.view(x)
    const dst = context.view(node.outputs[0] ?? NONE)
    const weight = context.constant(w, 'weight')
    const [, perOut = 0, kh = 0, kw = 0] = weight.shape
    const perIn = src.channels / attrs.groups
    const lanes = 4 * Math.ceil(perOut / 4)
    const packed = new Float32Array(attrs.groups * kh * kw * perIn * lanes)
    for (let g = 0; g < attrs.groups; g++)
      for (let i = 0; i < perIn; i++)
        for (let o = 0; o < perOut; o++)
          for (let k = 0; k < kh * kw; k++)
            packed[((g * kh * kw + k) * perIn + i) * lanes + o] = weight.data[((g * perIn + i) * perOut + o) * kh * kw + k] ?? 0
    const biases = new Float32Array(attrs.groups * lanes)
    if (b !== NONE)
      context.constant(b, 'bias').data.forEach((v, o) => {
        biases[Math.floor(o / perOut) * lanes + (o % perOut)] = v
      })
    const sizes = [src.height, src.width, dst.height, dst.width, attrs.groups, perIn, perOut]
    const window = [...attrs.kernel, ...attrs.stride, attrs.pad[0], attrs.pad[1], ...attrs.dilation]
    const constants = [context.weights(packed), context.weights(biases)]
    context.emit('convTranspose', dst.batch * dst.height, [src.ref, dst.ref, src.pixelStride, dst.pixelStride, ...sizes, ...window, ...constants])
  },
})
