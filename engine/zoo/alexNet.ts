/**
 * AlexNet in two shapes. Torchvision's (arXiv:1404.5997, figure 2) has one group everywhere and narrower first layers:
 * 714 M multiply-adds at 224x224. Caffe's, which is nearer to the original (Krizhevsky et al. 2012), has two groups in
 * three convolutions and local response normalisation: 724 M at 227x227, the 720 of arXiv:1707.01083, table 6, when rounded.
 */
import type { Graph } from '../ir/graph.ts'
import { type ConvolutionOptions, NetworkBuilder } from './blocks.ts'
import type { Architecture, BuildOptions } from './entry.ts'
import { CAFFE_BGR, centreCrop, IMAGENET_RGB } from './preprocess.ts'
import type { WeightSource } from './weights.ts'

interface Layer extends ConvolutionOptions {
  /** Whether local response normalisation, and whether a 3x3 max pool of stride 2, follow. */
  readonly normalised?: boolean
  readonly pooled?: boolean
}

const TORCHVISION: readonly Layer[] = [
  { out: 64, kernel: 11, stride: 4, pad: 2, pooled: true },
  { out: 192, kernel: 5, pad: 2, pooled: true },
  { out: 384, kernel: 3, pad: 1 },
  { out: 256, kernel: 3, pad: 1 },
  { out: 256, kernel: 3, pad: 1, pooled: true },
]
const BVLC: readonly Layer[] = [
  { out: 96, kernel: 11, stride: 4, normalised: true, pooled: true },
  { out: 256, kernel: 5, pad: 2, groups: 2, normalised: true, pooled: true },
  { out: 384, kernel: 3, pad: 1 },
  { out: 384, kernel: 3, pad: 1, groups: 2 },
  { out: 256, kernel: 3, pad: 1, groups: 2, pooled: true },
]
const HIDDEN = 4096
/** Height and width that the fully connected layers are made for. */
const MAP = 6

/** `ceil`: pools round up. Throws ScopeError where the map that the input ends in is no whole part or multiple of 6x6, to which the fully connected layers are tied. */
function build(layers: readonly Layer[], ceil: boolean, options: BuildOptions, weights: WeightSource): Graph {
  const net = new NetworkBuilder(options.name, weights)
  let x = net.graph.input('input', [1, 3, ...options.inputSize])
  layers.forEach(({ normalised, pooled, ...shape }, i) => {
    const name = `conv${i + 1}`
    x = net.graph.within(name, () => {
      let y = net.relu(name, net.conv(name, x, { ...shape, bias: true }))
      if (normalised) y = net.localResponseNorm(name, y)
      return pooled ? net.pool(name, 'max', y, { kernel: 3, stride: 2, pad: 0, ceil }) : y
    })
  })
  return net.graph.finish([
    net.graph.within('head', () => {
      let y = net.flatten('flatten', net.adaptiveAverage('head', x, MAP, options.inputSize))
      y = net.relu('fc1', net.linear('fc1', y, HIDDEN))
      y = net.relu('fc2', net.linear('fc2', y, HIDDEN))
      return net.linear('fc3', y, options.classes)
    }),
  ])
}

const BVLC_SIDE = 227
/** Caffe crops 227 pixels of 256. */
const BVLC_RESIZE_AT_224 = (256 * 224) / BVLC_SIDE

export const ALEXNETS: readonly Architecture[] = [
  {
    id: 'alexnet',
    title: 'AlexNet',
    source: 'arXiv:1404.5997, figure 2, as torchvision has it: models/alexnet.py. It is not the one of arXiv:1707.01083, table 6',
    preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
    build: (options, weights) => build(TORCHVISION, false, options, weights),
  },
  {
    id: 'alexnet-bvlc',
    title: 'AlexNet (BVLC, two groups)',
    source: 'BVLC/caffe, models/bvlc_alexnet: its convolutions and fully connected layers are the 720 M of arXiv:1707.01083, table 6, when rounded',
    inputSize: BVLC_SIDE,
    preprocess: (inputSize) => centreCrop(inputSize, CAFFE_BGR, BVLC_RESIZE_AT_224),
    build: (options, weights) => build(BVLC, true, options, weights),
  },
]
