/** Activations and arithmetic. Source: TensorFlow Lite operator specification (tfl dialect). */
import type { Activation } from '../../../ops/activationFunction.ts'
import type { Converter, Converters, NodeContext } from '../context.ts'
import { rangeOf } from '../tensor.ts'

const activation =
  (make: Activation | ((option: (name: string) => number) => Activation)): Converter =>
  (node) => {
    const { id, order } = node.inOrder(0)
    const fn = typeof make === 'function' ? make((name) => node.option(name)) : make
    return [{ id: node.emit('activation', { function: fn }, [id]), order }]
  }

const arithmetic =
  (fn: string, saturates: (node: NodeContext) => boolean = () => false): Converter =>
  (node) => {
    const { ids, order } = node.together([0, 1])
    return node.finish('binary', { function: fn }, ids, order, saturates(node))
  }

/** Where no input is below 0, a range that begins at 0 cuts nothing off. */
const belowZero = (node: NodeContext): boolean =>
  [0, 1].some((i) => {
    const index = node.index(i)
    const value = node.values.constant(index)
    return value ? value.data.some((x) => x < 0) : (rangeOf(node.values.tensor(index))?.[0] ?? -1) < 0
  })

const unary =
  (...functions: readonly string[]): Converter =>
  (node) => {
    const { id, order } = node.inOrder(0)
    const last = functions.length - 1
    return [{ id: functions.reduce((x, fn, i) => node.emit('unary', { function: fn }, [x], i === last), id), order }]
  }

const square: Converter = (node) => {
  const { id, order } = node.inOrder(0)
  return [{ id: node.emit('binary', { function: 'mul' }, [id, id]), order }]
}

const squaredDifference: Converter = (node) => {
  const { ids, order } = node.together([0, 1])
  const difference = node.emit('binary', { function: 'sub' }, ids, false)
  return [{ id: node.emit('binary', { function: 'mul' }, [difference, difference]), order }]
}

/** exp(beta x), each over their sum along the last axis. */
const softmax: Converter = (node) => {
  const { id, order, axis } = node.inOrder(0)
  const beta = node.option('beta')
  const factor = (): number => node.constantTensor('beta', { dtype: 'f32', shape: [1], data: Float32Array.of(beta) })
  const scaled = beta === 1 ? id : node.emit('binary', { function: 'mul' }, [id, factor()], false)
  return [{ id: node.emit('softmax', { axis: axis(-1) }, [scaled]), order }]
}

/** Quantised numbers are the floats that they stand for, so that a change of scale or to floats changes nothing. */
const same: Converter = (node) => {
  const { id, order } = node.inOrder(0)
  return [{ id: node.emit('identity', {}, [id]), order }]
}

export const elementwise = {
  RELU: activation({ kind: 'clip', min: 0, max: null }),
  RELU6: activation({ kind: 'clip', min: 0, max: 6 }),
  RELU_N1_TO_1: activation({ kind: 'clip', min: -1, max: 1 }),
  LEAKY_RELU: activation((option) => ({ kind: 'leakyRelu', alpha: option('alpha') })),
  ELU: activation({ kind: 'elu', alpha: 1, gamma: 1 }),
  LOGISTIC: activation({ kind: 'sigmoid' }),
  TANH: activation({ kind: 'tanh' }),
  HARD_SWISH: activation({ kind: 'hardSwish' }),
  PRELU: arithmetic('prelu'),
  GELU: activation((option) => ({ kind: option('approximate') ? 'geluTanh' : 'gelu' })),
  SOFTMAX: softmax,
  ADD: arithmetic('add', belowZero),
  SUB: arithmetic('sub', () => true),
  MUL: arithmetic('mul', belowZero),
  DIV: arithmetic('div', belowZero),
  MAXIMUM: arithmetic('max'),
  MINIMUM: arithmetic('min'),
  ABS: unary('abs'),
  NEG: unary('neg'),
  EXP: unary('exp'),
  LOG: unary('log'),
  SQRT: unary('sqrt'),
  RSQRT: unary('sqrt', 'reciprocal'),
  FLOOR: unary('floor'),
  CEIL: unary('ceil'),
  ROUND: unary('round'),
  SQUARE: square,
  SQUARED_DIFFERENCE: squaredDifference,
  QUANTIZE: same,
  DEQUANTIZE: same,
} satisfies Converters
