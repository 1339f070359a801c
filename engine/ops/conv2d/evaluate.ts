/** Scalar convolution: the reference for every convolution kernel. */
import { assert } from '../../base/assert.ts'
import { asNchw, type HostTensor, hostTensor } from '../../ir/tensor.ts'
import { activationOf } from '../activationFunction.ts'
import { boundsOf, factorOf, type Quantized, residualSteps, rounded } from '../quantized.ts'
import { shuffleTarget } from '../shuffle.ts'
import type { Conv2dAttributes } from './op.ts'

/** x [N, C, H, W], weight [O, C/groups, kh, kw] -> [N, O, H', W'], in double precision. Positions in the padding count as zero. */
export function evaluateConv(attrs: Conv2dAttributes, inputs: readonly (HostTensor | undefined)[]): HostTensor {
  const residual = attrs.residual ? inputs[3] : undefined
  const act = activationOf(attrs.activation)
  const shape = outputShape(attrs, inputs)
  const out = new Float32Array(shape.reduce((a, b) => a * b, 1))
  eachSum(attrs, inputs, 0, (sum, at) => {
    out[at] = act(sum + (residual?.data[at] ?? 0))
  })
  return hostTensor(shape, out)
}

/** The same with 8-bit input, weight, residual and output and a bias in i32; positions in the padding count as the input's zero. */
export function evaluateQuantizedConv(attrs: Conv2dAttributes, quantized: Quantized, inputs: readonly (HostTensor | undefined)[]): HostTensor {
  const residual = attrs.residual ? inputs[3] : undefined
  const { input, output, weights } = quantized
  const bounds = boundsOf(attrs.activation, output)
  const factors = weights.map((w) => factorOf(quantized, w))
  const side = quantized.residual ?? output
  const sideFactor = factorOf({ input: side, output })
  const steps = residual && residualSteps(quantized)
  const shape = outputShape(attrs, inputs)
  const out = new Uint8Array(shape.reduce((a, b) => a * b, 1))
  eachSum(attrs, inputs, input.zero, (sum, at, channel) => {
    const added = (residual?.data[at] ?? side.zero) - side.zero
    let value = Math.fround(Math.fround(sum + added * (steps?.[channel] ?? 0)) * (factors[channel] ?? 0))
    if (residual && !steps) value = Math.fround(value + Math.fround(added * sideFactor))
    out[at] = rounded(value, bounds, output)
  })
  return hostTensor(shape, out, 'u8')
}

function outputShape({ stride, pad, dilation }: Conv2dAttributes, [x, weight]: readonly (HostTensor | undefined)[]): number[] {
  assert(x && weight, 'a convolution needs an input and a weight')
  const [n, , h, w] = asNchw(x.shape)
  const [o = 0, , kh = 0, kw = 0] = weight.shape
  const oh = Math.floor((h + pad[0] + pad[2] - dilation[0] * (kh - 1) - 1) / stride[0]) + 1
  const ow = Math.floor((w + pad[1] + pad[3] - dilation[1] * (kw - 1) - 1) / stride[1]) + 1
  return [n, o, oh, ow]
}

/** Bias and products, from `zero` on, of every output: its place, shuffled where the node says so, and its channel before that. */
function eachSum(
  attrs: Conv2dAttributes,
  inputs: readonly (HostTensor | undefined)[],
  zero: number,
  take: (sum: number, at: number, channel: number) => void,
): void {
  const [x, weight, bias] = inputs
  assert(x && weight, 'a convolution needs an input and a weight')
  const [n, c, h, w] = asNchw(x.shape)
  const [o = 0, perIn = 0, kh = 0, kw = 0] = weight.shape
  const { groups, stride, pad, dilation } = attrs
  const [, , oh = 0, ow = 0] = outputShape(attrs, inputs)
  const perOut = o / groups
  const target = attrs.shuffle ? shuffleTarget(o, attrs.shuffle) : undefined
  const xd = x.data
  const wd = weight.data
  for (let b = 0; b < n; b++)
    for (let oc = 0; oc < o; oc++) {
      const first = Math.floor(oc / perOut) * perIn
      const place = (b * o + (target?.[oc] ?? oc)) * oh * ow
      for (let y = 0; y < oh; y++)
        for (let xx = 0; xx < ow; xx++) {
          let sum = bias ? Number(bias.data[oc]) : 0
          for (let ky = 0; ky < kh; ky++) {
            const iy = y * stride[0] - pad[0] + ky * dilation[0]
            if (iy < 0 || iy >= h) continue
            for (let kx = 0; kx < kw; kx++) {
              const ix = xx * stride[1] - pad[1] + kx * dilation[1]
              if (ix < 0 || ix >= w) continue
              for (let i = 0; i < perIn; i++)
                sum += ((xd[((b * c + first + i) * h + iy) * w + ix] ?? 0) - zero) * (wd[((oc * perIn + i) * kh + ky) * kw + kx] ?? 0)
            }
          }
          take(sum, place + y * ow + xx, oc)
        }
    }
}
