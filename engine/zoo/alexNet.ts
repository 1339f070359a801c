/** AlexNet as torchvision has it (arXiv:1404.5997, figure 2): one group everywhere, narrower than the original, 714 M multiply-adds. */
import type { Graph } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import type { Architecture, BuildOptions } from './entry.ts'
import { centreCrop, IMAGENET_RGB } from './preprocess.ts'
import type { WeightSource } from './weights.ts'

/** Output channels, kernel, stride and padding; whether a 3x3 max pool of stride 2 follows. */
const CONVOLUTIONS = [
  { out: 64, kernel: 11, stride: 4, pad: 2, pooled: true },
  { out: 192, kernel: 5, stride: 1, pad: 2, pooled: true },
  { out: 384, kernel: 3, stride: 1, pad: 1, pooled: false },
  { out: 256, kernel: 3, stride: 1, pad: 1, pooled: false },
  { out: 256, kernel: 3, stride: 1, pad: 1, pooled: true },
]
const HIDDEN = 4096
/** Height and width that the fully connected layers are made for. */
const MAP = 6

/** Throws ScopeError where the map that the input ends in is no whole part or multiple of 6x6, to which the fully connected layers are tied. */
function build(options: BuildOptions, weights: WeightSource): Graph {
  const net = new NetworkBuilder(options.name, weights)
  let x = net.graph.input('input', [1, 3, ...options.inputSize])
  CONVOLUTIONS.forEach(({ pooled, ...shape }, i) => {
    const name = `conv${i + 1}`
    x = net.graph.within(name, () => {
      const y = net.relu(name, net.conv(name, x, { ...shape, bias: true }))
      return pooled ? net.pool(name, 'max', y, { kernel: 3, stride: 2, pad: 0 }) : y
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

export const ALEXNET: Architecture = {
  id: 'alexnet',
  title: 'AlexNet',
  source: 'arXiv:1404.5997, figure 2, as torchvision has it: models/alexnet.py',
  preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
  build,
}
