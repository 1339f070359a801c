/**
 * GoogLeNet (arXiv:1409.4842), without the auxiliary classifiers, which serve training alone. Caffe's (BVLC), which
 * arXiv:1707.01083, table 6, names, follows the paper: 5x5 convolutions, biases, local response normalisation.
 * Torchvision's has batch norm and 3x3 convolutions instead.
 */
import type { Graph, TensorId } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import type { Architecture, BuildOptions } from './entry.ts'
import { CAFFE_BGR, centreCrop, INCEPTION_RGB } from './preprocess.ts'
import type { WeightSource } from './weights.ts'

/** Channels of a module's branches: 1x1; 1x1 and 3x3; 1x1 and 5x5; 1x1 after the pool. Source: table 1. */
type Module = readonly [one: number, reduce3: number, three: number, reduce5: number, five: number, project: number]

const MODULES: readonly (readonly [name: string, module: Module])[] = [
  ['inception3a', [64, 96, 128, 16, 32, 32]],
  ['inception3b', [128, 128, 192, 32, 96, 64]],
  ['inception4a', [192, 96, 208, 16, 48, 64]],
  ['inception4b', [160, 112, 224, 24, 64, 64]],
  ['inception4c', [128, 128, 256, 24, 64, 64]],
  ['inception4d', [112, 144, 288, 32, 64, 64]],
  ['inception4e', [256, 160, 320, 32, 128, 128]],
  ['inception5a', [256, 160, 320, 32, 128, 128]],
  ['inception5b', [384, 192, 384, 48, 128, 128]],
]
/** Modules that a max pool of stride 2 comes before. */
const POOLED = ['inception4a', 'inception5a']
/** Of torchvision's batch norms. */
const EPSILON = 1e-3

interface Variant {
  /** Batch norm, or a bias. */
  readonly batchNorm: boolean
  readonly localResponseNorm: boolean
  /** Kernel of the convolutions that the paper has at 5x5, and of the last max pool. */
  readonly five: number
  readonly lastPool: number
}

const TORCHVISION: Variant = { batchNorm: true, localResponseNorm: false, five: 3, lastPool: 2 }
const BVLC: Variant = { batchNorm: false, localResponseNorm: true, five: 5, lastPool: 3 }

function build(variant: Variant, options: BuildOptions, weights: WeightSource): Graph {
  const net = new NetworkBuilder(options.name, weights, EPSILON)
  const conv = (name: string, y: TensorId, out: number, kernel = 1, stride = 1) => {
    const shape = { out, kernel, stride, pad: (kernel - 1) / 2 }
    return variant.batchNorm ? net.convBnRelu(name, y, shape) : net.relu(name, net.conv(name, y, { ...shape, bias: true }))
  }
  const halve = (name: string, y: TensorId, kernel = 3) => net.pool(name, 'max', y, { kernel, stride: 2, pad: 0, ceil: true })
  const normalise = (name: string, y: TensorId) => (variant.localResponseNorm ? net.localResponseNorm(name, y) : y)

  const input = net.graph.input('input', [1, 3, ...options.inputSize])
  let x = net.graph.within('stem', () => {
    const y = normalise('stem1', halve('stem1', conv('stem1', input, 64, 7, 2)))
    return halve('stem3', normalise('stem3', conv('stem3', conv('stem2', y, 64), 192, 3)))
  })
  for (const [name, [one, reduce3, three, reduce5, five, project]] of MODULES)
    x = net.graph.within(name, () => {
      const y = POOLED.includes(name) ? halve(name, x, name === POOLED.at(-1) ? variant.lastPool : 3) : x
      const around = net.pool(`${name}.project`, 'max', y, { kernel: 3, stride: 1, pad: 1 })
      return net.concat(name, [
        conv(`${name}.one`, y, one),
        conv(`${name}.three`, conv(`${name}.reduce3`, y, reduce3), three, 3),
        conv(`${name}.five`, conv(`${name}.reduce5`, y, reduce5), five, variant.five),
        conv(`${name}.project`, around, project),
      ])
    })
  return net.graph.finish([net.classifier(x, options.classes, true)])
}

export const GOOGLENETS: readonly Architecture[] = [
  {
    id: 'googlenet',
    title: 'GoogLeNet',
    source:
      'arXiv:1409.4842, table 1, as torchvision has it (models/googlenet.py): batch norm in place of local response normalisation, 3x3 in place of 5x5 convolutions',
    preprocess: (inputSize) => centreCrop(inputSize, INCEPTION_RGB),
    build: (options, weights) => build(TORCHVISION, options, weights),
  },
  {
    id: 'googlenet-bvlc',
    title: 'GoogLeNet (BVLC)',
    source:
      'arXiv:1409.4842, table 1; BVLC/caffe, models/bvlc_googlenet. It counts 1583 M; the 1500 M of arXiv:1707.01083, table 6, are the budget that arXiv:1409.4842, section 1, names',
    preprocess: (inputSize) => centreCrop(inputSize, CAFFE_BGR),
    build: (options, weights) => build(BVLC, options, weights),
  },
]
