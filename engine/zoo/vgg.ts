/** VGG-16 (arXiv:1409.1556, table 1, column D) as torchvision has it. */
import type { Graph } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import type { Architecture, BuildOptions } from './entry.ts'
import { centreCrop, IMAGENET_RGB } from './preprocess.ts'
import type { WeightSource } from './weights.ts'

/** Channels and number of 3x3 convolutions; a 2x2 max pool of stride 2 follows. */
const STAGES: readonly (readonly [out: number, convolutions: number])[] = [
  [64, 2],
  [128, 2],
  [256, 3],
  [512, 3],
  [512, 3],
]
const HIDDEN = 4096
/** Height and width that the fully connected layers are made for. */
const MAP = 7

/** Throws ScopeError where the map that the input ends in is no whole part or multiple of 7x7, to which the fully connected layers are tied. */
function build(options: BuildOptions, weights: WeightSource): Graph {
  const net = new NetworkBuilder(options.name, weights)
  let x = net.graph.input('input', [1, 3, ...options.inputSize])
  STAGES.forEach(([out, convolutions], s) => {
    x = net.graph.within(`stage${s + 1}`, () => {
      let y = x
      for (let i = 1; i <= convolutions; i++) {
        const name = `conv${s + 1}_${i}`
        y = net.relu(name, net.conv(name, y, { out, kernel: 3, pad: 1, bias: true }))
      }
      return net.pool(`stage${s + 1}`, 'max', y, { kernel: 2, stride: 2, pad: 0 })
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

export const VGG_16: Architecture = {
  id: 'vgg-16',
  title: 'VGG-16',
  source: 'arXiv:1409.1556, table 1, column D; torchvision, models/vgg.py. The 15300 M of arXiv:1707.01083, table 6, are its convolutions alone',
  preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
  build,
}
