/** Activations and arithmetic. Source: TensorFlow Lite operator specification (tfl dialect). */
import type { Activation } from '../../../ops/activationFunction.ts'
import type { Converter, Converters } from '../context.ts'

const activation =
  (make: Activation | ((option: (name: string) => number) => Activation)): Converter =>
  (node) => {
    const { id, order } = node.inOrder(0)
    const fn = typeof make === 'function' ? make((name) => node.option(name)) : make
    return [{ id: node.emit('activation', { function: fn }, [id]), order }]
  }

const arithmetic =
  (fn: string, saturates = true): Converter =>
  (node) => {
    const { ids, order } = node.together([0, 1])
    return node.finish('binary', { function: fn }, ids, order, saturates)
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
  PRELU: arithmetic('prelu', false),
  SOFTMAX: softmax,
  ADD: arithmetic('add'),
  SUB: arithmetic('sub'),
  MUL: arithmetic('mul'),
  DIV: arithmetic('div'),
  MAXIMUM: arithmetic('max', false),
  MINIMUM: arithmetic('min', false),
  QUANTIZE: same,
  DEQUANTIZE: same,
} satisfies Converters
