/** SqueezeNet (arXiv:1602.07360): 1.0 as in the paper and 1.1 as its authors revised it, both as torchvision has them. */
import type { Graph, TensorId } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import type { Architecture, BuildOptions } from './entry.ts'
import { centreCrop, IMAGENET_RGB } from './preprocess.ts'
import type { WeightSource } from './weights.ts'

/** Channels of each fire module: squeezed, and of each half of what it expands to. */
const FIRES: readonly (readonly [squeeze: number, expand: number])[] = [
  [16, 64],
  [16, 64],
  [32, 128],
  [32, 128],
  [48, 192],
  [48, 192],
  [64, 256],
  [64, 256],
]

interface Version {
  /** First convolution. */
  readonly stem: { readonly out: number; readonly kernel: number }
  /** Fire modules that a max pool comes before. */
  readonly pooled: readonly number[]
}

function build({ stem, pooled }: Version, options: BuildOptions, weights: WeightSource): Graph {
  const net = new NetworkBuilder(options.name, weights)
  const input = net.graph.input('input', [1, 3, ...options.inputSize])
  const conv = (name: string, x: TensorId, out: number, kernel: number, pad = 0, stride = 1) =>
    net.relu(name, net.conv(name, x, { out, kernel, pad, stride, bias: true }))
  let x = net.graph.within('stem', () => conv('stem', input, stem.out, stem.kernel, 0, 2))
  FIRES.forEach(([squeeze, expand], i) => {
    const name = `fire${i + 1}`
    x = net.graph.within(name, () => {
      const y = pooled.includes(i) ? net.pool(name, 'max', x, { kernel: 3, stride: 2, pad: 0, ceil: true }) : x
      const narrow = conv(`${name}.squeeze`, y, squeeze, 1)
      return net.concat(name, [conv(`${name}.expand1x1`, narrow, expand, 1), conv(`${name}.expand3x3`, narrow, expand, 3, 1)])
    })
  })
  return net.graph.finish([
    net.graph.within('head', () =>
      net.graph.node('globalPool', { mode: 'average', keepDims: false }, [conv('head', x, options.classes, 1)], { name: 'head.pool' }),
    ),
  ])
}

export const SQUEEZENETS: readonly Architecture[] = [
  {
    id: 'squeezenet-1.0',
    title: 'SqueezeNet 1.0',
    source:
      'arXiv:1602.07360, table 1; torchvision, models/squeezenet.py. At the 227x227 pixels of its release (forresti/SqueezeNet) it costs the 833 M of arXiv:1707.01083, table 6',
    inputSize: 227,
    preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
    build: (options, weights) => build({ stem: { out: 96, kernel: 7 }, pooled: [0, 3, 7] }, options, weights),
  },
  {
    id: 'squeezenet-1.1',
    title: 'SqueezeNet 1.1',
    source: 'arXiv:1602.07360 as its authors revised it: forresti/SqueezeNet, SqueezeNet_v1.1; torchvision, models/squeezenet.py',
    preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
    build: (options, weights) => build({ stem: { out: 64, kernel: 3 }, pooled: [0, 2, 4] }, options, weights),
  },
]
