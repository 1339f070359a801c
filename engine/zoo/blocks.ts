/** The pieces that builders share: convolution with its batch norm, activation, pools, classifier; roles become node names. */
import { badInput } from '../base/errors.ts'
import { GraphBuilder } from '../ir/build.ts'
import type { TensorId } from '../ir/graph.ts'
import { NO_ACTIVATION, RELU } from '../ops/activationFunction.ts'
import { OPS } from '../ops/registry.ts'
import type { WeightSource } from './weights.ts'

/** PyTorch's default, which the published checkpoints of most families were trained with. */
const EPSILON = 1e-5

export interface ConvolutionOptions {
  readonly out: number
  readonly kernel: number
  readonly stride?: number
  readonly pad?: number
  readonly groups?: number
  readonly bias?: boolean
}

export interface PoolOptions {
  readonly kernel: number
  readonly stride: number
  /** On every side, or top, left, bottom and right. */
  readonly pad: number | readonly [number, number, number, number]
  readonly ceil?: boolean
  readonly countIncludePad?: boolean
}

/** A GraphBuilder that names nodes and weights after their role. */
export class NetworkBuilder {
  readonly graph: GraphBuilder

  constructor(
    private readonly name: string,
    private readonly weights: WeightSource,
    private readonly epsilon = EPSILON,
  ) {
    this.graph = new GraphBuilder(name, OPS)
  }

  channels(x: TensorId): number {
    return this.graph.factOf(x).shape[1] ?? 0
  }

  /** Convolution `<name>.conv`: weight [out, in/groups, k, k], bias [out] where asked for. */
  conv(name: string, x: TensorId, options: ConvolutionOptions): TensorId {
    const { out, kernel, stride = 1, pad = 0, groups = 1, bias = false } = options
    const node = `${name}.conv`
    const inputs = [x, this.weight(`${node}.weight`, [out, this.channels(x) / groups, kernel, kernel])]
    inputs.push(bias ? this.weight(`${node}.bias`, [out]) : -1)
    return this.graph.node(
      'conv2d',
      {
        kernel: [kernel, kernel],
        stride: [stride, stride],
        pad: [pad, pad, pad, pad],
        dilation: [1, 1],
        groups,
        activation: NO_ACTIVATION,
        residual: false,
        shuffle: null,
      },
      inputs,
      { name: node },
    )
  }

  /** Batch norm `<name>.bn` with the running statistics. */
  batchNorm(name: string, x: TensorId): TensorId {
    const c = this.channels(x)
    const node = `${name}.bn`
    const inputs = ['weight', 'bias', 'mean', 'variance'].map((field) => this.weight(`${node}.${field}`, [c]))
    return this.graph.node('batchNorm', { epsilon: this.epsilon }, [x, ...inputs], { name: node })
  }

  convBn(name: string, x: TensorId, options: ConvolutionOptions): TensorId {
    return this.batchNorm(name, this.conv(name, x, options))
  }

  convBnRelu(name: string, x: TensorId, options: ConvolutionOptions): TensorId {
    return this.relu(name, this.convBn(name, x, options))
  }

  /**
   * Squeeze and excitation: channels are scaled by what two layers make of their means, `<name>.se.reduce` to
   * `squeezed` channels with ReLU and `<name>.se.restore` with a sigmoid. Source: Hu et al., arXiv:1709.01507, section 3.
   */
  squeezeExcite(name: string, x: TensorId, squeezed: number): TensorId {
    const c = this.channels(x)
    let y = this.graph.node('globalPool', { mode: 'average', keepDims: true }, [x], { name: `${name}.se.pool` })
    y = this.relu(`${name}.se.reduce`, this.conv(`${name}.se.reduce`, y, { out: squeezed, kernel: 1, bias: true }))
    y = this.conv(`${name}.se.restore`, y, { out: c, kernel: 1, bias: true })
    y = this.graph.node('activation', { function: { kind: 'sigmoid' } }, [y], { name: `${name}.se.sigmoid` })
    return this.graph.node('binary', { function: 'mul', activation: NO_ACTIVATION }, [x, y], { name: `${name}.se.scale` })
  }

  relu(name: string, x: TensorId): TensorId {
    return this.graph.node('activation', { function: RELU }, [x], { name: `${name}.relu` })
  }

  /** Local response normalisation over five channels, with Caffe's alpha and beta. */
  localResponseNorm(name: string, x: TensorId): TensorId {
    return this.graph.node('lrn', { size: 5, alpha: 1e-4, beta: 0.75, bias: 1 }, [x], { name: `${name}.lrn` })
  }

  pool(name: string, mode: 'max' | 'average', x: TensorId, options: PoolOptions): TensorId {
    const { kernel, stride, pad, ceil = false, countIncludePad = true } = options
    return this.graph.node(
      'pool2d',
      {
        mode,
        kernel: [kernel, kernel],
        stride: [stride, stride],
        pad: typeof pad === 'number' ? [pad, pad, pad, pad] : pad,
        ceil,
        countIncludePad,
        activation: NO_ACTIVATION,
      },
      [x],
      { name: `${name}.pool` },
    )
  }

  shuffle(name: string, x: TensorId, groups: number, order: '(g,n)' | '(n,g)'): TensorId {
    return this.graph.node('channelShuffle', { groups, order }, [x], { name: `${name}.shuffle` })
  }

  add(name: string, a: TensorId, b: TensorId): TensorId {
    return this.graph.node('binary', { function: 'add', activation: NO_ACTIVATION }, [a, b], { name: `${name}.add` })
  }

  concat(name: string, parts: readonly TensorId[]): TensorId {
    return this.graph.node('concat', { axis: 1, shuffle: null, activation: NO_ACTIVATION }, parts, { name: `${name}.concat` })
  }

  /** The two halves of the channels. */
  halves(name: string, x: TensorId): [TensorId, TensorId] {
    const half = this.channels(x) / 2
    const [first = -1, second = -1] = this.graph.nodeOutputs('split', { axis: 1, sizes: [half, half] }, [x], { name: `${name}.split` })
    return [first, second]
  }

  /** Global average pool and a fully connected layer: [N, C, H, W] to logits [N, classes]. */
  classifier(x: TensorId, classes: number, bias: boolean): TensorId {
    return this.graph.within('head', () => {
      const pooled = this.graph.node('globalPool', { mode: 'average', keepDims: false }, [x], { name: 'head.pool' })
      return this.linear('fc', pooled, classes, bias)
    })
  }

  /**
   * [N, C, H, W] to [N, C, side, side]: each row and column averaged or repeated a whole number of times, as
   * PyTorch's AdaptiveAvgPool2d does at such sizes. Throws ScopeError `bad-input`, naming the input size, at others.
   */
  adaptiveAverage(name: string, x: TensorId, side: number, inputSize: readonly [number, number]): TensorId {
    const [, , height = 0, width = 0] = this.graph.factOf(x).shape
    const fits = (n: number) => n > 0 && (n % side === 0 || side % n === 0)
    if (!fits(height) || !fits(width))
      throw badInput(this.name, `an input of ${inputSize.join('x')} ends in a ${height}x${width} map, not ${side}x${side}`, 'Use 224x224')
    const kernel = [Math.max(1, height / side), Math.max(1, width / side)]
    const factors = [Math.max(1, side / height), Math.max(1, side / width)]
    let y = x
    if (kernel.some((k) => k > 1))
      y = this.graph.node('pool2d', { mode: 'average', kernel, stride: kernel, activation: NO_ACTIVATION }, [y], { name: `${name}.pool` })
    if (factors.some((f) => f > 1)) y = this.graph.node('resize', { factors }, [y], { name: `${name}.repeat` })
    return y
  }

  /** [N, C, H, W] to [N, C*H*W]. */
  flatten(name: string, x: TensorId): TensorId {
    return this.graph.node('flatten', { axis: 1 }, [x], { name })
  }

  linear(name: string, x: TensorId, out: number, bias = true): TensorId {
    const weight = this.weight(`${name}.weight`, [out, this.channels(x)])
    const inputs = [x, weight, bias ? this.weight(`${name}.bias`, [out]) : -1]
    return this.graph.node('linear', { activation: NO_ACTIVATION }, inputs, { name })
  }

  private weight(role: string, shape: readonly number[]): TensorId {
    return this.graph.weight(role, shape, this.weights.get(role, shape))
  }
}
