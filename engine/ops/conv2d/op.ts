/** Convolution: grouped, depthwise, dilated, asymmetric padding; in the fused stage also its epilogue. */
import { z } from 'zod'
import type { InputFact } from '../../ir/catalogue.ts'
import { fact, sizeOf } from '../../ir/tensor.ts'
import { activationSchema, NO_ACTIVATION } from '../activationFunction.ts'
import { type ChannelFlow, defineOp } from '../op.ts'
import { quantizedSchema } from '../quantized.ts'
import { checkedFact, costOf, elementsOf, identityFlow, misfit, need, needRank, padding, pair, positive, windowOutput } from '../shared.ts'
import { shuffleSource, shuffleTarget, storedShuffleSchema } from '../shuffle.ts'
import { evaluateConv, evaluateQuantizedConv } from './evaluate.ts'
import { lowerConv } from './lower.ts'

const attributes = z.object({
  kernel: pair,
  stride: pair.default([1, 1]),
  pad: padding.default([0, 0, 0, 0]),
  dilation: pair.default([1, 1]),
  groups: positive.default(1),
  /** Fused stage: applied last. */
  activation: activationSchema.default(NO_ACTIVATION),
  /** Fused stage: input 3 is added before the activation. */
  residual: z.boolean().default(false),
  /** Fused stage: output channels are stored shuffled. Never together with a residual. */
  shuffle: storedShuffleSchema.nullable().default(null),
  /** Quantized stage: input, weight and output are 8-bit, the bias i32 in steps of input times weight. */
  quantized: quantizedSchema.nullable().default(null),
})
export type Conv2dAttributes = z.infer<typeof attributes>

/** Inputs: x [N, C, H, W], weight [O, C/groups, kh, kw], bias [O] or absent, residual [N, O, H', W'] in the fused stage. */
export const conv2d = defineOp<Conv2dAttributes>({
  kind: 'conv2d',
  title: 'Convolution',
  attributes,
  readsStrided: true,
  storesStrided: true,
  storesPositions: true,

  overwrites: (attrs) => (attrs.residual ? 3 : undefined),
  // The depthwise kernels load four channels of a pixel at a time.
  readsPlanar: (attrs, facts) => !attrs.residual && (facts.inputs[1]?.shape[1] !== 1 || attrs.groups === 1),

  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    const w = need(inputs, 1, 'weight', where)
    needRank(x, 4, 'input', where)
    needRank(w, 4, 'weight', where)
    const [n = 0, c = 0, h = 0, width = 0] = x.shape
    const [o = 0, ci = 0, kh = 0, kw = 0] = w.shape
    const { groups, kernel, pad, stride, dilation } = attrs
    if (kh !== kernel[0] || kw !== kernel[1]) throw misfit(where, `its weight is ${kh}x${kw} where the kernel is ${kernel[0]}x${kernel[1]}`)
    if (c !== ci * groups)
      throw misfit(where, `its input has ${c} channels where the weight needs ${ci * groups} (${ci} in each of ${groups} groups)`)
    if (o === 0 || o % groups !== 0) throw misfit(where, `its ${o} output channels do not divide into ${groups} groups`)
    const bias = inputs[2]
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== o))
      throw misfit(where, `its bias has shape [${bias.shape.join(', ')}] where [${o}] is needed`)
    const oh = windowOutput(h, kh, stride[0], pad[0], pad[2], dilation[0], false, where)
    const ow = windowOutput(width, kw, stride[1], pad[1], pad[3], dilation[1], false, where)
    checkQuantized(attrs, inputs, o, where)
    const out = checkedFact(fact([n, o, oh, ow], attrs.quantized ? 'u8' : 'f32'), where)
    if (attrs.shuffle && (o % attrs.shuffle.groups !== 0 || o % (attrs.shuffle.runs ?? 1) !== 0 || attrs.residual))
      throw misfit(where, 'its fused shuffle does not fit')
    if (attrs.residual && inputs[3]?.shape.join() !== out.shape.join())
      throw misfit(where, `its residual does not have shape [${out.shape.join(', ')}]`)
    return [out]
  },

  cost(attrs, facts) {
    const [out] = facts.outputs
    const w = facts.inputs[1]
    const bias = facts.inputs[2]
    const [o = 0, ci = 0, kh = 0, kw = 0] = w?.shape ?? []
    const positions = out ? sizeOf(out.shape) : 0
    return costOf(facts, {
      convMacs: positions * ci * kh * kw,
      params: o * ci * kh * kw + (bias ? o : 0),
      elementOps: elementsOf(facts) * ((bias ? 1 : 0) + (attrs.residual ? 1 : 0) + (attrs.activation.kind === 'none' ? 0 : 1)),
    })
  },

  flow(attrs, facts, input) {
    const out = facts.outputs[0]?.shape[1] ?? 0
    if (input === 3 && attrs.residual) return identityFlow(out)
    if (input !== 0) return { kind: 'none' }
    return groupedFlow(facts.inputs[0], out, attrs)
  },

  evaluate: (attrs, inputs) => [attrs.quantized ? evaluateQuantizedConv(attrs, attrs.quantized, inputs) : evaluateConv(attrs, inputs)],
  lower: lowerConv,
})

function checkQuantized(
  { quantized, activation }: Conv2dAttributes,
  inputs: readonly (InputFact | undefined)[],
  channels: number,
  where: string,
): void {
  const [x, w, b, r] = inputs
  const types = quantized ? (['u8', 'i8', 'i32', 'u8'] as const) : (['f32', 'f32', 'f32', 'f32'] as const)
  for (const [i, f] of [x, w, b, r].entries())
    if (f && f.dtype !== types[i]) throw misfit(where, `its input ${i} is ${f.dtype} where ${types[i]} is needed`)
  if (quantized && quantized.weights.length !== channels)
    throw misfit(where, `it has ${quantized.weights.length} weight scales for ${channels} output channels`)
  if (quantized && activation.kind !== 'none' && activation.kind !== 'clip') throw misfit(where, 'its activation has no 8-bit form')
}

/** Each group of output channels sees its own group of input channels; a fused shuffle then moves the outputs. */
function groupedFlow(x: InputFact | undefined, out: number, { groups, shuffle }: Conv2dAttributes): ChannelFlow {
  const into = x?.shape[1] ?? 0
  const perOut = out / groups
  const perIn = into / groups
  if (perIn === 1) {
    const source = Int32Array.from({ length: out }, (_, c) => Math.floor(c / perOut))
    const order = shuffle && shuffleSource(out, shuffle)
    return { kind: 'map', source: order ? order.map((c) => source[c] ?? 0) : source }
  }
  const runs: { out: readonly [number, number]; in: readonly [number, number] }[] = []
  if (!shuffle) for (let g = 0; g < groups; g++) runs.push({ out: [g * perOut, (g + 1) * perOut], in: [g * perIn, (g + 1) * perIn] })
  else {
    const target = shuffleTarget(out, shuffle)
    for (let c = 0; c < out; c++) {
      const g = Math.floor(c / perOut)
      const p = target[c] ?? 0
      runs.push({ out: [p, p + 1], in: [g * perIn, (g + 1) * perIn] })
    }
    runs.sort((a, b) => a.out[0] - b.out[0])
  }
  return { kind: 'groups', runs }
}
