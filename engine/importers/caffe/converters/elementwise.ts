/** Activations and arithmetic. Source: the layer of each name in Caffe, src/caffe/layers. */
import type { TensorId } from '../../../ir/graph.ts'
import type { Activation } from '../../../ops/activationFunction.ts'
import type { Converter, Converters, LayerContext } from '../context.ts'

const activation =
  (make: (layer: LayerContext) => Activation): Converter =>
  (layer) => [layer.emit('activation', { function: make(layer) }, [layer.input()])]

/** max(x, 0) + slope * min(x, 0) */
function relu(layer: LayerContext): Activation {
  const slope = layer.float('negative_slope', 0)
  return slope === 0 ? { kind: 'clip', min: 0, max: null } : { kind: 'leakyRelu', alpha: slope }
}

function relu6(layer: LayerContext): Activation {
  if (layer.float('negative_slope', 0) !== 0) throw layer.refuse('it has a slope below 0', 'Write a ReLU layer and a Clip layer')
  return { kind: 'clip', min: 0, max: layer.float('threshold', 6) }
}

function clip(layer: LayerContext): Activation {
  if (!layer.parameters.has('min') || !layer.parameters.has('max')) throw layer.misuse('it lacks a bound')
  return { kind: 'clip', min: layer.float('min', 0), max: layer.float('max', 0) }
}

/** A slope for all channels, or one for each. */
function prelu(layer: LayerContext): readonly TensorId[] {
  const [, channels = 1, ...inner] = layer.shape()
  const count = layer.bool('channel_shared', false) ? 1 : channels
  const slope = layer.constant('slope', [1, count, ...inner.map(() => 1)], layer.blob(0, [count], 'slope'))
  return [layer.emit('binary', { function: 'prelu' }, [layer.input(), slope])]
}

/** x * sigmoid(beta x) */
function swish(layer: LayerContext): readonly TensorId[] {
  const beta = layer.float('beta', 1)
  if (beta === 1) return [layer.emit('activation', { function: { kind: 'silu' } }, [layer.input()])]
  const scaled = layer.emit('binary', { function: 'mul' }, [layer.input(), layer.scalar('beta', beta)], false)
  const gate = layer.emit('activation', { function: { kind: 'sigmoid' } }, [scaled], false)
  return [layer.emit('binary', { function: 'mul' }, [layer.input(), gate])]
}

type Stage = (x: TensorId, last: boolean) => TensorId

/** One after the other; the last has the layer's name. Without any, what goes in comes out. */
function inTurn(layer: LayerContext, stages: readonly Stage[]): readonly TensorId[] {
  if (stages.length === 0) return [layer.emit('identity', {}, [layer.input()])]
  return [stages.reduce((x, stage, i) => stage(x, i === stages.length - 1), layer.input())]
}

/** `value` times x, or plus x; nothing where that changes nothing. */
function by(layer: LayerContext, fn: 'mul' | 'add', role: string, value: number): Stage[] {
  if (value === (fn === 'mul' ? 1 : 0)) return []
  return [(x, last) => layer.emit('binary', { function: fn }, [x, layer.scalar(role, value)], last)]
}

/** (shift + scale x) ^ power */
function power(layer: LayerContext): readonly TensorId[] {
  const exponent = layer.float('power', 1)
  const raise: Stage[] =
    exponent === 1
      ? []
      : exponent === 2
        ? [(x, last) => layer.emit('binary', { function: 'mul' }, [x, x], last)]
        : [(x, last) => layer.emit('binary', { function: 'pow' }, [x, layer.scalar('power', exponent)], last)]
  return inTurn(layer, [...by(layer, 'mul', 'scale', layer.float('scale', 1)), ...by(layer, 'add', 'shift', layer.float('shift', 0)), ...raise])
}

/** Natural logarithm of a base; -1 stands for e. */
function lnOfBase(layer: LayerContext): number {
  const base = layer.float('base', -1)
  if (base === -1) return 1
  if (!(base > 0) || base === 1) throw layer.misuse(`its base is ${base}`)
  return Math.log(base)
}

/** base ^ (shift + scale x) */
function exp(layer: LayerContext): readonly TensorId[] {
  const ln = lnOfBase(layer)
  const [scale, shift] = [layer.float('scale', 1) * ln, layer.float('shift', 0) * ln]
  const e: Stage = (x, last) => layer.emit('unary', { function: 'exp' }, [x], last)
  return inTurn(layer, [...by(layer, 'mul', 'scale', scale), ...by(layer, 'add', 'shift', shift), e])
}

/** log (shift + scale x) to the base */
function log(layer: LayerContext): readonly TensorId[] {
  const inner = [...by(layer, 'mul', 'scale', layer.float('scale', 1)), ...by(layer, 'add', 'shift', layer.float('shift', 0))]
  const ln: Stage = (x, last) => layer.emit('unary', { function: 'log' }, [x], last)
  return inTurn(layer, [...inner, ln, ...by(layer, 'mul', 'base', 1 / lnOfBase(layer))])
}

const FUNCTIONS: Readonly<Record<string, 'mul' | 'add' | 'max'>> = { PROD: 'mul', SUM: 'add', MAX: 'max' }

/** Products, sums with a factor each, or maxima of inputs of one shape. */
function eltwise(layer: LayerContext): readonly TensorId[] {
  const operation = layer.choice('operation', 'SUM')
  const fn = FUNCTIONS[operation]
  const [first, ...others] = layer.all
  if (!fn || first === undefined || others.length === 0) throw layer.misuse(`it has ${layer.count} inputs, and its operation is ${operation}`)
  if (layer.all.some((id) => layer.shapeOf(id).join() !== layer.shapeOf(first).join())) throw layer.misuse('its inputs are of different shapes')
  const factors = layer.parameters.numbers('coeff')
  if (factors.length > 0 && (fn !== 'add' || factors.length !== layer.count || !factors.every(Number.isFinite)))
    throw layer.misuse(`it has ${factors.length} factors for ${operation} of ${layer.count} inputs`)
  const [start = first, ...rest] = layer.all.map((id, i) => {
    const factor = factors[i] ?? 1
    return factor === 1 ? id : layer.emit('binary', { function: 'mul' }, [id, layer.scalar(`factor${i}`, factor)], false)
  })
  return [rest.reduce((sum, id, i) => layer.emit('binary', { function: fn }, [sum, id], i === rest.length - 1), start)]
}

export const elementwise = {
  ReLU: activation(relu),
  ReLU6: activation(relu6),
  PReLU: prelu,
  Sigmoid: activation(() => ({ kind: 'sigmoid' })),
  TanH: activation(() => ({ kind: 'tanh' })),
  ELU: activation((layer) => ({ kind: 'elu', alpha: layer.float('alpha', 1), gamma: 1 })),
  BNLL: activation(() => ({ kind: 'softplus' })),
  Clip: activation(clip),
  Swish: swish,
  Softmax: (layer) => [layer.emit('softmax', { axis: layer.axis(layer.integer('axis', 1)) }, [layer.input()])],
  AbsVal: (layer) => [layer.emit('unary', { function: 'abs' }, [layer.input()])],
  Power: power,
  Exp: exp,
  Log: log,
  Eltwise: eltwise,
  Dropout: (layer) => [layer.emit('identity', {}, [layer.input()])],
} satisfies Converters
