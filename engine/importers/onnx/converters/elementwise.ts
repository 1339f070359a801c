/** Activations and arithmetic. Source: ONNX operator specification. */
import type { DType } from '../../../ir/tensor.ts'
import type { Activation } from '../../../ops/activationFunction.ts'
import type { Converter, Converters, NodeContext } from '../context.ts'

const activation =
  (make: (node: NodeContext) => Activation): Converter =>
  (node) => [node.emit('activation', { function: make(node) }, [node.input(0)])]

/** Bounds are attributes up to operator set 10 and inputs from 11 on. */
function clipOf(node: NodeContext): Activation {
  if (node.opset < 11) {
    const bound = (name: string): number | null => (node.has(name) ? finite(node.float(name, 0)) : null)
    return { kind: 'clip', min: bound('min'), max: bound('max') }
  }
  const bound = (index: number, role: string): number | null => {
    const value = node.constantInput(index, role)?.data[0]
    return value === undefined ? null : finite(Number(value))
  }
  return { kind: 'clip', min: bound(1, 'minimum'), max: bound(2, 'maximum') }
}

/** Exporters write "no bound" as infinity or as the largest float. */
function finite(bound: number): number | null {
  return Math.abs(bound) < 3.4e38 ? bound : null
}

function softmax(node: NodeContext, log: boolean): number[] {
  const { shape } = node.fact(0)
  const rank = shape.length
  if (node.opset >= 13) return [node.emit('softmax', { axis: node.int('axis', -1), log }, [node.input(0)])]
  // Up to 12: all axes from `axis` on are one distribution.
  const given = node.int('axis', 1)
  const axis = given < 0 ? given + rank : given
  if (axis < 0 || axis > rank) throw node.misuse(`its axis ${given} is outside a tensor of rank ${rank}`)
  if (axis < rank && shape.slice(axis + 1).every((n) => n === 1)) return [node.emit('softmax', { axis, log }, [node.input(0)])]
  const flat = node.emit('flatten', { axis }, [node.input(0)], false)
  const result = node.emit('softmax', { axis: 1, log }, [flat], false)
  return [node.emit('reshape', { shape: [...shape] }, [result])]
}

/** Two inputs, or in Sum, Max and Min any number of them, chained. */
const arithmetic =
  (fn: string): Converter =>
  (node) => {
    const count = node.inputs.length
    if (count === 0) throw node.misuse('it has no inputs')
    if (count === 1) return [node.emit('identity', {}, [node.input(0)])]
    let sum = node.input(0)
    for (let i = 1; i < count; i++) sum = node.emit('binary', { function: fn }, [sum, alike(node, sum, i)], i === count - 1)
    return [sum]
  }

/** The exponent of Pow may have another element type than the base. */
function alike(node: NodeContext, first: number, index: number): number {
  const { dtype } = node.builder.factOf(first)
  const id = node.input(index)
  return node.onnx.opType === 'Pow' && node.builder.factOf(id).dtype !== dtype ? node.emit('cast', { to: dtype as DType }, [id], false) : id
}

const unary =
  (fn: string): Converter =>
  (node) => [node.emit('unary', { function: fn }, [node.input(0)])]

function mean(node: NodeContext): number[] {
  const count = node.inputs.length
  if (count < 2) return arithmetic('add')(node) as number[]
  let sum = node.input(0)
  for (let i = 1; i < count; i++) sum = node.combine('add', sum, node.input(i))
  return [node.combine('mul', sum, node.scalar('count', 1 / count), true)]
}

function gelu(node: NodeContext): Activation {
  const approximate = node.string('approximate', 'none')
  if (approximate !== 'none' && approximate !== 'tanh') throw node.misuse(`its approximation is "${approximate}"`)
  return { kind: approximate === 'tanh' ? 'geluTanh' : 'gelu' }
}

export const elementwise = {
  Relu: activation(() => ({ kind: 'clip', min: 0, max: null })),
  Clip: activation(clipOf),
  LeakyRelu: activation((node) => ({ kind: 'leakyRelu', alpha: node.float('alpha', 0.01) })),
  Sigmoid: activation(() => ({ kind: 'sigmoid' })),
  HardSigmoid: activation((node) => ({ kind: 'hardSigmoid', alpha: node.float('alpha', 0.2), beta: node.float('beta', 0.5) })),
  HardSwish: activation(() => ({ kind: 'hardSwish' })),
  Elu: activation((node) => ({ kind: 'elu', alpha: node.float('alpha', 1), gamma: 1 })),
  Selu: activation((node) => ({ kind: 'elu', alpha: node.float('alpha', 1.6732631921768188), gamma: node.float('gamma', 1.0507010221481323) })),
  Tanh: activation(() => ({ kind: 'tanh' })),
  Softplus: activation(() => ({ kind: 'softplus' })),
  Mish: activation(() => ({ kind: 'mish' })),
  Gelu: activation(gelu),
  PRelu: (node) => [node.combine('prelu', node.input(0), node.input(1, 'slope'), true)],
  Softmax: (node) => softmax(node, false),
  LogSoftmax: (node) => softmax(node, true),
  Add: arithmetic('add'),
  Sum: arithmetic('add'),
  Sub: arithmetic('sub'),
  Mul: arithmetic('mul'),
  Div: arithmetic('div'),
  Max: arithmetic('max'),
  Min: arithmetic('min'),
  Pow: arithmetic('pow'),
  Mean: mean,
  Sqrt: unary('sqrt'),
  Floor: unary('floor'),
  Ceil: unary('ceil'),
  Neg: unary('neg'),
  Exp: unary('exp'),
  Log: unary('log'),
  Erf: unary('erf'),
  Round: unary('round'),
  Abs: unary('abs'),
  Reciprocal: unary('reciprocal'),
} satisfies Converters
