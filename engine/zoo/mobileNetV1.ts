/** MobileNet v1 (arXiv:1704.04861, table 1): thirteen depthwise separable blocks. */
import type { Graph, TensorId } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import { type Architecture, type BuildOptions, scaleName } from './entry.ts'
import { centreCrop, IMAGENET_RGB } from './preprocess.ts'
import type { WeightSource } from './weights.ts'

const STEM = 32
/** Output channels at scale 1, and stride of the depthwise convolution. */
const BLOCKS: readonly (readonly [out: number, stride: number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
]

function build(scale: number, options: BuildOptions, weights: WeightSource): Graph {
  const net = new NetworkBuilder(options.name, weights)
  const input = net.graph.input('input', [1, 3, ...options.inputSize])
  const x = mobileNetBlocks(net, mobileNetStem(net, input, scale), scale, 1, BLOCKS.length)
  return net.graph.finish([net.classifier(x, options.classes, true)])
}

/** First convolution: [N, 3, H, W] to half the sides. */
export function mobileNetStem(net: NetworkBuilder, input: TensorId, scale: number): TensorId {
  return net.graph.within('stem', () => net.convBnRelu('stem', input, { out: STEM * scale, kernel: 3, stride: 2, pad: 1 }))
}

/** Blocks `first` to `last`, from 1 to 13: depthwise and pointwise convolution. */
export function mobileNetBlocks(net: NetworkBuilder, x: TensorId, scale: number, first: number, last: number): TensorId {
  let y = x
  BLOCKS.slice(first - 1, last).forEach(([out, stride], i) => {
    const name = `block${first + i}`
    y = net.graph.within(name, () => {
      const c = net.channels(y)
      const spatial = net.convBnRelu(`${name}.depthwise`, y, { out: c, kernel: 3, stride, pad: 1, groups: c })
      return net.convBnRelu(`${name}.pointwise`, spatial, { out: out * scale, kernel: 1 })
    })
  })
  return y
}

export const MOBILENET_V1: readonly Architecture[] = [0.25, 0.5, 0.75, 1].map((scale) => ({
  id: `mobilenet-v1-${scaleName(scale)}`,
  title: `MobileNet v1 ${scaleName(scale)}`,
  source: 'arXiv:1704.04861, table 1',
  preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
  build: (options, weights) => build(scale, options, weights),
}))
