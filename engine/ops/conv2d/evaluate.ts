/** Scalar convolution, accumulated in double precision: the reference for every convolution kernel. */
import { assert } from '../../base/assert.ts'
import { asNchw, type HostTensor, hostTensor } from '../../ir/tensor.ts'
import { activationOf } from '../activationFunction.ts'
import { shuffleTarget } from '../shuffle.ts'
import type { Conv2dAttributes } from './op.ts'

/** x [N, C, H, W], weight [O, C/groups, kh, kw] -> [N, O, H', W']. Positions in the padding count as zero. */
export function evaluateConv(attrs: Conv2dAttributes, inputs: readonly (HostTensor | undefined)[]): HostTensor {
  const [x, weight, bias, residual] = inputs
  assert(x && weight, 'a convolution needs an input and a weight')
  const [n, c, h, w] = asNchw(x.shape)
  const [o = 0, perIn = 0, kh = 0, kw = 0] = weight.shape
  const { groups, stride, pad, dilation } = attrs
  const oh = Math.floor((h + pad[0] + pad[2] - dilation[0] * (kh - 1) - 1) / stride[0]) + 1
  const ow = Math.floor((w + pad[1] + pad[3] - dilation[1] * (kw - 1) - 1) / stride[1]) + 1
  const perOut = o / groups
  const out = new Float32Array(n * o * oh * ow)
  const act = activationOf(attrs.activation)
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
                sum += (xd[((b * c + first + i) * h + iy) * w + ix] ?? 0) * (wd[((oc * perIn + i) * kh + ky) * kw + kx] ?? 0)
            }
          }
          const at = place + y * ow + xx
          if (attrs.residual && residual) sum += residual.data[at] ?? 0
          out[at] = act(sum)
        }
    }
  return hostTensor([n, o, oh, ow], out)
}
