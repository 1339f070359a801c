/** Xception (arXiv:1610.02357, figure 5) as its author published it in Keras: 299x299 pixels. */
import type { Graph, TensorId } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import type { Architecture, BuildOptions } from './entry.ts'
import { centreCrop, INCEPTION_RGB } from './preprocess.ts'
import type { WeightSource } from './weights.ts'

const SIDE = 299
/** Keras' default. */
const EPSILON = 1e-3
/** Channels of the separable convolutions of blocks 2 to 13, and whether the block halves the map. */
const BLOCKS: readonly { readonly widths: readonly number[]; readonly down: boolean }[] = [
  { widths: [128, 128], down: true },
  { widths: [256, 256], down: true },
  { widths: [728, 728], down: true },
  ...Array.from({ length: 8 }, () => ({ widths: [728, 728, 728], down: false })),
  { widths: [728, 1024], down: true },
]
const EXIT = [1536, 2048]

function build(options: BuildOptions, weights: WeightSource): Graph {
  const net = new NetworkBuilder(options.name, weights, EPSILON)
  const input = net.graph.input('input', [1, 3, ...options.inputSize])
  let x = net.graph.within('block1', () =>
    net.convBnRelu('block1.conv2', net.convBnRelu('block1.conv1', input, { out: 32, kernel: 3, stride: 2 }), { out: 64, kernel: 3 }),
  )
  BLOCKS.forEach(({ widths, down }, i) => {
    const name = `block${i + 2}`
    x = net.graph.within(name, () => {
      // The input of block 2 has passed a ReLU already.
      const y = widths.reduce((y, out, j) => {
        const role = `${name}.sepconv${j + 1}`
        return separable(net, i + j === 0 ? y : net.relu(role, y), role, out)
      }, x)
      if (!down) return net.add(name, y, x)
      const shortcut = net.convBn(`${name}.shortcut`, x, { out: net.channels(y), kernel: 1, stride: 2 })
      return net.add(name, halved(net, y, name), shortcut)
    })
  })
  x = net.graph.within('block14', () =>
    EXIT.reduce((y, out, j) => {
      const name = `block14.sepconv${j + 1}`
      return net.relu(name, separable(net, y, name, out))
    }, x),
  )
  return net.graph.finish([net.classifier(x, options.classes, true)])
}

/** Depthwise 3x3, pointwise, batch norm. */
function separable(net: NetworkBuilder, x: TensorId, name: string, out: number): TensorId {
  const channels = net.channels(x)
  const y = net.conv(`${name}.depthwise`, x, { out: channels, kernel: 3, pad: 1, groups: channels })
  return net.convBn(`${name}.pointwise`, y, { out, kernel: 1 })
}

/** 3x3 max pool of stride 2 with TensorFlow's "same" padding: an odd pixel of it goes below and to the right. */
function halved(net: NetworkBuilder, x: TensorId, name: string): TensorId {
  const [, , height = 0, width = 0] = net.graph.factOf(x).shape
  const around = (n: number) => Math.max(0, (Math.ceil(n / 2) - 1) * 2 + 3 - n)
  const before = (n: number) => Math.floor(around(n) / 2)
  const after = (n: number) => around(n) - before(n)
  return net.pool(name, 'max', x, { kernel: 3, stride: 2, pad: [before(height), before(width), after(height), after(width)] })
}

export const XCEPTION: Architecture = {
  id: 'xception',
  title: 'Xception',
  source: 'arXiv:1610.02357, figure 5; keras, applications/xception.py',
  inputSize: SIDE,
  preprocess: (inputSize) => centreCrop(inputSize, INCEPTION_RGB),
  build,
}
