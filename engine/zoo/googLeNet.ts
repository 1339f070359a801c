/** GoogLeNet (arXiv:1409.4842) as torchvision has it, without the auxiliary classifiers, which serve training alone. */
import type { Graph, TensorId } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import type { Architecture, BuildOptions } from './entry.ts'
import { centreCrop, INCEPTION_RGB } from './preprocess.ts'
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
/** Max pools of stride 2 that come before a module, and their size. */
const POOLS: Readonly<Record<string, number>> = { inception4a: 3, inception5a: 2 }
/** Of its batch norms. */
const EPSILON = 1e-3

function build(options: BuildOptions, weights: WeightSource): Graph {
  const net = new NetworkBuilder(options.name, weights, EPSILON)
  const halve = (name: string, y: TensorId, kernel: number) => net.pool(name, 'max', y, { kernel, stride: 2, pad: 0, ceil: true })
  const input = net.graph.input('input', [1, 3, ...options.inputSize])
  let x = net.graph.within('stem', () => {
    let y = halve('stem1', net.convBnRelu('stem1', input, { out: 64, kernel: 7, stride: 2, pad: 3 }), 3)
    y = net.convBnRelu('stem2', y, { out: 64, kernel: 1 })
    return halve('stem3', net.convBnRelu('stem3', y, { out: 192, kernel: 3, pad: 1 }), 3)
  })
  for (const [name, module] of MODULES)
    x = net.graph.within(name, () => {
      const pool = POOLS[name]
      return inception(net, pool === undefined ? x : halve(name, x, pool), name, module)
    })
  return net.graph.finish([net.classifier(x, options.classes, true)])
}

function inception(net: NetworkBuilder, x: TensorId, name: string, [one, reduce3, three, reduce5, five, project]: Module): TensorId {
  const conv = (role: string, y: TensorId, out: number, kernel = 1) => net.convBnRelu(`${name}.${role}`, y, { out, kernel, pad: (kernel - 1) / 2 })
  const around = net.pool(`${name}.project`, 'max', x, { kernel: 3, stride: 1, pad: 1 })
  return net.concat(name, [
    conv('one', x, one),
    conv('three', conv('reduce3', x, reduce3), three, 3),
    // 3x3, as published weights have it.
    conv('five', conv('reduce5', x, reduce5), five, 3),
    conv('project', around, project),
  ])
}

export const GOOGLENET: Architecture = {
  id: 'googlenet',
  title: 'GoogLeNet',
  source:
    'arXiv:1409.4842, table 1, as torchvision has it (models/googlenet.py): batch norm in place of local response normalisation, 3x3 in place of 5x5 convolutions',
  preprocess: (inputSize) => centreCrop(inputSize, INCEPTION_RGB),
  build,
}
