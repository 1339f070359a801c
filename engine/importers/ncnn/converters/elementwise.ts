/** Activations, arithmetic and normalisation. Source: ncnn, docs/developer-guide/operators.md, and its plain kernels. */
import type { TensorId } from '../../../ir/graph.ts'
import type { Activation } from '../../../ops/activationFunction.ts'
import { type Converter, type Converters, clip, type LayerContext } from '../context.ts'

/** The variance of what is only scaled has nothing added to it; the op asks for a positive number. */
const NO_EPSILON = 1e-30

const activation =
  (make: (layer: LayerContext) => Activation): Converter =>
  (layer) => [layer.emit('activation', { function: make(layer) }, [layer.input()])]

/** A slope for all, or one for each outermost index. */
function prelu(layer: LayerContext): readonly TensorId[] {
  const count = layer.size(0, 0, 'number of slopes')
  const shape = layer.shape()
  if (count !== 1 && count !== shape[0]) throw layer.misuse(`it has ${count} slopes for an input of shape [${shape.join(', ')}]`)
  const slope = layer.perChannel('slope', layer.plain(count), shape.length)
  return [layer.emit('binary', { function: 'prelu' }, [layer.input(), slope])]
}

const softmax: Converter = (layer) => [layer.emit('softmax', { axis: layer.axis(layer.integer(0, 0)) }, [layer.input()])]

const scalar = (layer: LayerContext, role: string, value: number): TensorId => layer.constant(role, [1], Float32Array.of(value))

/** Products, sums with a factor each, or maxima of inputs of one shape. */
function eltwise(layer: LayerContext): readonly TensorId[] {
  const fn = (['mul', 'add', 'max'] as const)[layer.integer(0, 0)]
  const [first, ...others] = layer.all
  if (!fn || first === undefined || others.length === 0)
    throw layer.misuse(`it has ${layer.count} inputs, and its function is number ${layer.integer(0, 0)}`)
  if (layer.all.some((id) => layer.shapeOf(id).join() !== layer.shapeOf(first).join())) throw layer.misuse('its inputs are of different shapes')
  const factors = layer.list(1) ?? []
  if (factors.length > 0 && factors.length !== layer.count) throw layer.misuse(`it has ${factors.length} factors for ${layer.count} inputs`)
  const [start = first, ...rest] = layer.all.map((id, i) => {
    const factor = fn === 'add' ? (factors[i] ?? 1) : 1
    return factor === 1 ? id : layer.emit('binary', { function: 'mul' }, [id, scalar(layer, `factor${i}`, factor)], false)
  })
  return [rest.reduce((sum, id, i) => layer.emit('binary', { function: fn }, [sum, id], i === rest.length - 1), start)]
}

/** Numbers of functions; of those with "r", the operands change places. */
const BINARY = ['add', 'sub', 'mul', 'div', 'max', 'min', 'pow', 'rsub', 'rdiv', 'rpow'] as const

function binary(layer: LayerContext): readonly TensorId[] {
  const name = BINARY[layer.integer(0, 0)]
  if (!name) throw layer.misuse(`its function is number ${layer.integer(0, 0)}`)
  const operands =
    layer.integer(1, 0) !== 0 ? [layer.input(), scalar(layer, 'operand', layer.float(2, 0))] : together(layer, layer.input(0), layer.input(1))
  const reversed = name === 'rsub' || name === 'rdiv' || name === 'rpow'
  const fn = reversed ? name.slice(1) : name
  return [layer.emit('binary', { function: fn }, reversed ? [...operands].reverse() : operands)]
}

/**
 * Two operands in shapes that broadcast as ncnn does: a blob of fewer axes lies along the outermost of the other's where its
 * extent fits there, and along the innermost otherwise.
 */
function together(layer: LayerContext, a: TensorId, b: TensorId): [TensorId, TensorId] {
  const [shapeA, shapeB] = [layer.shapeOf(a).slice(1), layer.shapeOf(b).slice(1)]
  if (shapeA.length === shapeB.length) return [a, b]
  const fit = (id: TensorId, own: readonly number[], other: readonly number[]): TensorId => {
    if (own.length >= other.length) return id
    const ones = new Array<number>(other.length - own.length).fill(1)
    const outermost = own.length === 2 || own[0] === other[0] || own[0] === 1
    if (!outermost && own[0] !== other.at(-1))
      throw layer.misuse(`its inputs have shapes [${shapeA.join(', ')}] and [${shapeB.join(', ')}], which do not go together`)
    return layer.reshape(id, outermost ? [...own, ...ones] : [...ones, ...own], false)
  }
  return [fit(a, shapeA, shapeB), fit(b, shapeB, shapeA)]
}

const UNARY: Readonly<Record<number, readonly string[]>> = {
  0: ['abs'],
  1: ['neg'],
  2: ['floor'],
  3: ['ceil'],
  5: ['sqrt'],
  6: ['sqrt', 'reciprocal'],
  7: ['exp'],
  8: ['log'],
  15: ['reciprocal'],
  17: ['log'],
  18: ['round'],
}
const SQUARE = 4
const TANH = 16
const LOG10 = 17

function unary(layer: LayerContext): readonly TensorId[] {
  const number = layer.integer(0, 0)
  const x = layer.input()
  if (number === SQUARE) return [layer.emit('binary', { function: 'mul' }, [x, x])]
  if (number === TANH) return [layer.emit('activation', { function: { kind: 'tanh' } }, [x])]
  const functions = UNARY[number]
  if (!functions) throw layer.misuse(`its function is number ${number}`)
  const y = functions.reduce((y, fn, i) => layer.emit('unary', { function: fn }, [y], i === functions.length - 1 && number !== LOG10), x)
  return [number === LOG10 ? layer.emit('binary', { function: 'mul' }, [y, scalar(layer, 'factor', Math.LOG10E)]) : y]
}

function dropout(layer: LayerContext): readonly TensorId[] {
  const scale = layer.float(0, 1)
  if (scale === 1) return [layer.emit('identity', {}, [layer.input()])]
  return [layer.emit('binary', { function: 'mul' }, [layer.input(), scalar(layer, 'scale', scale)])]
}

/** In the file: slope, mean, variance, bias. */
function batchNorm(layer: LayerContext): readonly TensorId[] {
  const channels = layer.size(0, 0, 'number of channels')
  const epsilon = layer.float(1, 0)
  if (epsilon < 0) throw layer.misuse(`its epsilon is ${epsilon}`)
  const [slope, mean, variance, bias] = [layer.plain(channels), layer.plain(channels), layer.plain(channels), layer.plain(channels)]
  return [normalised(layer, { slope, bias, mean, variance }, Math.max(epsilon, NO_EPSILON))]
}

interface Statistics {
  readonly slope: Float32Array
  readonly bias: Float32Array
  readonly mean: Float32Array
  readonly variance: Float32Array
}

/** Along the outermost axis of the blob; the op knows maps and rows, so that a matrix is seen as a map of one column. */
function normalised(layer: LayerContext, { slope, bias, mean, variance }: Statistics, epsilon: number): TensorId {
  const shape = layer.shape()
  if (shape[0] !== slope.length) throw layer.misuse(`it has ${slope.length} channels, and its input is [${shape.join(', ')}]`)
  const statistic = (role: string, data: Float32Array): TensorId => layer.constant(role, [data.length], data)
  const statistics = [statistic('slope', slope), statistic('bias', bias), statistic('mean', mean), statistic('variance', variance)]
  if (shape.length !== 2) return layer.emit('batchNorm', { epsilon }, [layer.input(), ...statistics])
  const seen = layer.reshape(layer.input(), [...shape, 1], false)
  return layer.reshape(layer.emit('batchNorm', { epsilon }, [seen, ...statistics], false), shape)
}

/** Factors from the file, or from a second input. */
function scale(layer: LayerContext): readonly TensorId[] {
  const count = layer.integer(0, 0)
  const hasBias = layer.integer(1, 0) !== 0
  if (count === -233) {
    const [x, factor] = together(layer, layer.input(0), layer.input(1))
    if (!hasBias) return [layer.emit('binary', { function: 'mul' }, [x, factor])]
    throw layer.misuse('its factors are computed, and it has a bias whose size it does not say')
  }
  if (count < 1) throw layer.misuse(`its number of factors is ${count}`)
  const slope = layer.plain(count)
  const bias = hasBias ? layer.plain(count) : new Float32Array(count)
  return [normalised(layer, { slope, bias, mean: new Float32Array(count), variance: new Float32Array(count).fill(1) }, NO_EPSILON)]
}

/** (bias + alpha / size * sum of squares) ^ -beta */
const lrn: Converter = (layer) => {
  const attrs = { size: layer.size(1, 5, 'window'), alpha: layer.float(2, 1), beta: layer.float(3, 0.75), bias: layer.float(4, 1) }
  return [layer.emit('lrn', attrs, [layer.input()])]
}

export const elementwise = {
  ReLU: activation((layer) => {
    const slope = layer.float(0, 0)
    return slope === 0 ? { kind: 'clip', min: 0, max: null } : { kind: 'leakyRelu', alpha: slope }
  }),
  PReLU: prelu,
  Clip: activation((layer) => clip(layer.float(0, Number.NEGATIVE_INFINITY), layer.float(1, Number.POSITIVE_INFINITY))),
  Sigmoid: activation(() => ({ kind: 'sigmoid' })),
  HardSigmoid: activation((layer) => ({ kind: 'hardSigmoid', alpha: layer.float(0, 0.2), beta: layer.float(1, 0.5) })),
  HardSwish: (layer) => [layer.hardSwish(layer.input(), layer.float(0, 0), layer.float(1, 0.5))],
  Swish: activation(() => ({ kind: 'silu' })),
  TanH: activation(() => ({ kind: 'tanh' })),
  Softmax: softmax,
  Eltwise: eltwise,
  BinaryOp: binary,
  UnaryOp: unary,
  Dropout: dropout,
  BatchNorm: batchNorm,
  Scale: scale,
  LRN: lrn,
} satisfies Converters
