/** ResNet (arXiv:1512.03385) and ResNeXt (arXiv:1611.05431) as torchvision has them: the stride is on the 3x3 convolution. */
import type { Graph, TensorId } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import type { Architecture, BuildOptions } from './entry.ts'
import { centreCrop, IMAGENET_RGB } from './preprocess.ts'
import type { WeightSource } from './weights.ts'

interface Shape {
  readonly id: string
  readonly title: string
  readonly repeats: readonly [number, number, number, number]
  readonly unit: 'basic' | 'bottleneck'
  /** Groups of the 3x3 convolution, and its channels in the first stage. */
  readonly groups: number
  readonly width: number
}

const SHAPES: readonly Shape[] = [
  { id: 'resnet-18', title: 'ResNet-18', repeats: [2, 2, 2, 2], unit: 'basic', groups: 1, width: 64 },
  { id: 'resnet-50', title: 'ResNet-50', repeats: [3, 4, 6, 3], unit: 'bottleneck', groups: 1, width: 64 },
  { id: 'resnext-50-32x4d', title: 'ResNeXt-50 (32x4d)', repeats: [3, 4, 6, 3], unit: 'bottleneck', groups: 32, width: 128 },
]

function build(shape: Shape, options: BuildOptions, weights: WeightSource): Graph {
  const net = new NetworkBuilder(options.name, weights)
  const input = net.graph.input('input', [1, 3, ...options.inputSize])
  let x = net.graph.within('stem', () => {
    const y = net.convBnRelu('stem', input, { out: 64, kernel: 7, stride: 2, pad: 3 })
    return net.pool('stem', 'max', y, { kernel: 3, stride: 2, pad: 1 })
  })
  shape.repeats.forEach((repeat, s) => {
    for (let u = 0; u < repeat; u++) {
      const name = `stage${s + 1}.unit${u + 1}`
      x = net.graph.within(`stage${s + 1}/unit${u + 1}`, () => unit(net, x, shape, name, s, s > 0 && u === 0 ? 2 : 1))
    }
  })
  return net.graph.finish([net.classifier(x, options.classes, true)])
}

function unit(net: NetworkBuilder, x: TensorId, { unit: kind, groups, width }: Shape, name: string, stage: number, stride: number): TensorId {
  const inner = width * 2 ** stage
  const out = (kind === 'basic' ? 64 : 256) * 2 ** stage
  let y = x
  if (kind === 'basic') {
    y = net.convBnRelu(`${name}.first`, y, { out: inner, kernel: 3, stride, pad: 1 })
    y = net.convBn(`${name}.second`, y, { out, kernel: 3, pad: 1 })
  } else {
    y = net.convBnRelu(`${name}.compress`, y, { out: inner, kernel: 1 })
    y = net.convBnRelu(`${name}.spatial`, y, { out: inner, kernel: 3, stride, pad: 1, groups })
    y = net.convBn(`${name}.expand`, y, { out, kernel: 1 })
  }
  const same = stride === 1 && net.channels(x) === out
  const shortcut = same ? x : net.convBn(`${name}.shortcut`, x, { out, kernel: 1, stride })
  return net.relu(name, net.add(name, y, shortcut))
}

export const RESNETS: readonly Architecture[] = SHAPES.map((shape) => ({
  id: shape.id,
  title: shape.title,
  source: `${shape.groups > 1 ? 'arXiv:1611.05431' : 'arXiv:1512.03385'}, table 1; torchvision, models/resnet.py`,
  preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
  build: (options, weights) => build(shape, options, weights),
}))
