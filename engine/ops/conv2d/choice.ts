/** Which kernel computes a convolution. */
import type { Kernel } from '../kernels.ts'
import type { Conv2dAttributes } from './op.ts'

export interface ConvShape extends Conv2dAttributes {
  /** Input channels of one output channel. */
  readonly perIn: number
  readonly channels: number
  /** Output channels do not lie side by side. */
  readonly scattered: boolean
}

interface Choice {
  readonly kernel: Kernel
  readonly fits: (shape: ConvShape) => boolean
}

const isDepthwise = (s: ConvShape): boolean => s.perIn === 1 && s.groups === s.channels && s.channels > 1

/** 3x3 with stride 1 or 2, as in every ShuffleNet and MobileNet unit: one column of padding left and right (stride 2: right or not). */
const isSmall = (s: ConvShape): boolean =>
  s.kernel[0] === 3 &&
  s.kernel[1] === 3 &&
  s.dilation[0] === 1 &&
  s.dilation[1] === 1 &&
  s.stride[0] === s.stride[1] &&
  s.pad[1] === 1 &&
  (s.stride[0] === 1 ? s.pad[3] === 1 : s.stride[0] === 2 && s.pad[3] <= 1)

/** The first that fits is taken. Inside `conv`, widths of tiles follow from the channels of a group: see pack.ts. */
const CHOICES: readonly Choice[] = [
  {
    kernel: 'depthwise8of3x3',
    fits: (s) => s.quantized !== null && isDepthwise(s) && isSmall(s) && !s.residual,
  },
  { kernel: 'depthwise8', fits: (s) => s.quantized !== null && isDepthwise(s) && !s.residual },
  { kernel: 'conv8', fits: (s) => s.quantized !== null },
  {
    // Every ShuffleNet and MobileNet unit: each input value is loaded once instead of nine times.
    kernel: 'depthwise3x3',
    fits: (s) => isDepthwise(s) && isSmall(s) && (s.activation.kind === 'none' || s.activation.kind === 'clip') && !s.residual && !s.scattered,
  },
  // Any other window over single channels: a tile of output channels would share no input.
  { kernel: 'depthwise', fits: isDepthwise },
  // All the rest, pointwise and dense and grouped.
  { kernel: 'conv', fits: () => true },
]

export function chooseKernel(attrs: Conv2dAttributes, perIn: number, channels: number, scattered: boolean): Kernel {
  const shape: ConvShape = { ...attrs, perIn, channels, scattered }
  return CHOICES.find((c) => c.fits(shape))?.kernel ?? 'conv'
}
