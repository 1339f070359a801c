/** Normalisation, and factors and offsets along some axes. Source: Caffe, batch_norm_layer.cpp, scale_layer.cpp, bias_layer.cpp, lrn_layer.cpp. */
import type { TensorId } from '../../../ir/graph.ts'
import type { Converters, LayerContext } from '../context.ts'
import type { Step } from '../flow.ts'

/** The variance of what is only scaled has nothing added to it; the op asks for a positive number. */
const NO_EPSILON = 1e-30

interface Statistics {
  readonly mean: Float32Array
  readonly variance: Float32Array
  readonly epsilon: number
}

/** In the file: sums of mean and variance, and what they are to be divided by. */
function statisticsOf(layer: LayerContext): Statistics {
  const [, channels = 1] = layer.shape()
  const epsilon = layer.float('eps', 1e-5)
  if (epsilon < 0) throw layer.misuse(`its eps is ${epsilon}`)
  const [sum] = layer.blob(2, [1], 'factor of statistics')
  const factor = sum ? 1 / sum : 0
  const scaled = (index: number, role: string): Float32Array => layer.blob(index, [channels], role).map((v) => v * factor)
  return { mean: scaled(0, 'mean'), variance: scaled(1, 'variance'), epsilon: Math.max(epsilon, NO_EPSILON) }
}

const ones = (count: number): Float32Array => new Float32Array(count).fill(1)

/** The op knows maps and rows, so that three axes are seen as a map of one column. */
function normalised(layer: LayerContext, { mean, variance, epsilon }: Statistics, slope: Float32Array, bias: Float32Array): TensorId {
  const shape = layer.shape()
  const statistic = (role: string, data: Float32Array): TensorId => layer.constant(role, [data.length], data)
  const statistics = [statistic('slope', slope), statistic('bias', bias), statistic('mean', mean), statistic('variance', variance)]
  if (shape.length !== 3) return layer.emit('batchNorm', { epsilon }, [layer.input(), ...statistics])
  const seen = layer.reshape(layer.input(), [...shape, 1], false)
  return layer.reshape(layer.emit('batchNorm', { epsilon }, [seen, ...statistics], false), shape)
}

function batchNorm(layer: LayerContext): readonly TensorId[] {
  const [, channels = 1] = layer.shape()
  return [normalised(layer, statisticsOf(layer), ones(channels), new Float32Array(channels))]
}

/** Whether a BatchNorm layer and the Scale layer after it are one normalisation: nothing else reads what is between them. */
export function normalisationOf(scale: Step): Step | undefined {
  const [input, second] = scale.inputs
  if (scale.type !== 'Scale' || !input || second || input.step.type !== 'BatchNorm' || input.readers.length !== 1) return undefined
  const parameters = scale.layer.message.message('scale_param')
  return (parameters?.number('axis') ?? 1) === 1 && (parameters?.number('num_axes') ?? 1) === 1 ? input.step : undefined
}

/** Axes of the input that factors lie along: their shape, and that shape with 1 for all others. */
function along(layer: LayerContext, own: readonly number[] | undefined): { readonly shape: readonly number[]; readonly wide: readonly number[] } {
  const input = layer.shape()
  const axis = layer.axis(layer.integer('axis', 1), input.length, input.length)
  const covered = layer.integer('num_axes', 1)
  const shape = own ?? (covered === -1 ? input.slice(axis) : input.slice(axis, axis + covered))
  const fits = shape.every((n, i) => n === input[axis + i])
  if (!fits || (!own && covered !== -1 && shape.length !== covered))
    throw layer.misuse(`its factors of shape [${shape.join(', ')}] do not lie along its input [${input.join(', ')}] from axis ${axis} on`)
  return { shape, wide: input.map((_, i) => (i < axis ? 1 : (shape[i - axis] ?? 1))) }
}

/** The second input in a shape that lies along the first. */
function second(layer: LayerContext, wide: readonly number[]): TensorId {
  return layer.shape(1).join() === wide.join() ? layer.input(1) : layer.reshape(layer.input(1), wide, false)
}

/** Factors from the file, or from a second input. */
function scale(layer: LayerContext): readonly TensorId[] {
  const hasBias = layer.bool('bias_term', false)
  const computed = layer.count > 1
  const { shape, wide } = along(layer, computed ? layer.shape(1) : undefined)
  const bias = hasBias ? layer.blob(computed ? 0 : 1, shape, 'bias') : undefined
  if (!computed) {
    const slope = layer.blob(0, shape, 'factor')
    const channels = layer.shape()[1] ?? 0
    const perChannel = wide.every((n, i) => n === (i === 1 ? channels : 1)) && shape.length === 1 && layer.shape().length > 1
    if (perChannel) {
      const before = layer.normalisation
      const statistics = before ? statisticsOf(before) : { mean: new Float32Array(channels), variance: ones(channels), epsilon: NO_EPSILON }
      return [normalised(layer, statistics, slope, bias ?? new Float32Array(channels))]
    }
    const product = layer.emit('binary', { function: 'mul' }, [layer.input(), layer.constant('factor', wide, slope)], !bias)
    return [bias ? layer.emit('binary', { function: 'add' }, [product, layer.constant('bias', wide, bias)]) : product]
  }
  const product = layer.emit('binary', { function: 'mul' }, [layer.input(), second(layer, wide)], !bias)
  return [bias ? layer.emit('binary', { function: 'add' }, [product, layer.constant('bias', wide, bias)]) : product]
}

/** Offsets from the file, or from a second input. */
function bias(layer: LayerContext): readonly TensorId[] {
  const computed = layer.count > 1
  const { shape, wide } = along(layer, computed ? layer.shape(1) : undefined)
  if (!computed) return [layer.emit('binary', { function: 'add' }, [layer.input(), layer.constant('bias', wide, layer.blob(0, shape, 'bias'))])]
  return [layer.emit('binary', { function: 'add' }, [layer.input(), second(layer, wide)])]
}

/** x / (k + alpha / size * sum of squares) ^ beta */
function lrn(layer: LayerContext): readonly TensorId[] {
  const size = layer.size('local_size', 5)
  if (size % 2 === 0) throw layer.misuse(`its local_size is ${size}, and Caffe takes odd ones alone`)
  const attrs = { size, alpha: layer.float('alpha', 1), beta: layer.float('beta', 0.75), bias: layer.float('k', 1) }
  return [layer.emit('lrn', attrs, [layer.input()])]
}

export const normalisation = { BatchNorm: batchNorm, Scale: scale, Bias: bias, LRN: lrn } satisfies Converters
