/** What the fused stage keeps in one node, as ONNX has it: nodes behind the first, for the addition, the activation and the shuffle. */
import { type Activation, NO_ACTIVATION } from '../ops/activationFunction.ts'
import type { StoredShuffle } from '../ops/shuffle.ts'
import type { NodeScribe } from './onnx.ts'
import { activation, channelShuffle } from './onnxOps.ts'

type Emitter = (s: NodeScribe) => void

/** Attributes were parsed by the op's schema when the node was built. */
interface Folded {
  readonly residual?: boolean
  readonly activation?: Activation
  readonly shuffle?: StoredShuffle | null
}

/** Where a convolution has what is added to its result. */
const RESIDUAL = 3

/** What `emitter` writes of the op alone, and the rest behind it. */
export function withEpilogue(s: NodeScribe, emitter: Emitter): void {
  const { residual = false, activation: fn = NO_ACTIVATION, shuffle = null } = s.node.attrs as Folded
  const steps: ((inner: NodeScribe) => void)[] = []
  if (residual) steps.push((inner) => inner.emit('Add', {}, [...inner.inputs, s.inputs[RESIDUAL] ?? '']))
  if (fn.kind !== 'none') steps.push((inner) => activation(inner, fn))
  if (shuffle) steps.push((inner) => shuffled(inner, shuffle))
  const last = steps.pop()
  if (!last) {
    emitter(s)
    return
  }
  let at = through(s, residual ? s.inputs.slice(0, RESIDUAL) : s.inputs, 'computed', emitter)
  for (const step of steps) at = through(s, [at], 'between', step)
  last({ ...s, inputs: [at], emit: (op, attributes, from = [at], to) => s.emit(op, attributes, from, to) })
}

/** Throws ScopeError `unsupported` where the order is one that a plan chose for its memory. */
export function shuffled(s: NodeScribe, shuffle: StoredShuffle): void {
  if (shuffle.runs !== undefined) throw s.refuse('its shuffle is one of a plan')
  channelShuffle(s, shuffle)
}

export function active(s: NodeScribe, x: string, fn: Activation): string {
  return fn.kind === 'none' ? x : through(s, [x], 'active', (inner) => activation(inner, fn))
}

/** The name of what an emitter makes of other inputs. */
export function through(s: NodeScribe, inputs: readonly string[], part: string, emitter: Emitter): string {
  let name = ''
  emitter({
    ...s,
    inputs,
    emit: (op, attributes, from = inputs, to) => {
      if (to) s.emit(op, attributes, from, to)
      else name = s.between(part, op, from, attributes)
    },
  })
  return name
}
