/** The classification head: probabilities from a network's output, and the best classes. */
import { badInput, unsupported } from '../base/errors.ts'
import { type Graph, NONE, producers } from '../ir/graph.ts'
import { type HostTensor, sizeOf } from '../ir/tensor.ts'

export interface Ranked {
  readonly index: number
  readonly value: number
}

/** Probabilities of logits [classes]; the largest is subtracted first, so that no exponential overflows. */
export function softmax(logits: ArrayLike<number>): Float32Array {
  let largest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i] as number)
  if (logits.length > 0 && !Number.isFinite(largest))
    throw badInput('Network output', 'it holds values that are not finite', 'The weights may be damaged, or the input far outside its range')
  const exponentials = new Float64Array(logits.length)
  let sum = 0
  for (let i = 0; i < logits.length; i++) {
    const e = Math.exp((logits[i] as number) - largest)
    exponentials[i] = e
    sum += e
  }
  return Float32Array.from(exponentials, (e) => e / sum)
}

/** The `k` largest values, largest first; of equal values the lower index comes first, and NaN last. */
export function topK(values: ArrayLike<number>, k: number): Ranked[] {
  const best: Ranked[] = []
  const room = Math.min(Math.max(Math.trunc(k), 0), values.length)
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number
    const last = best.at(-1)
    if (best.length === room && !(last && outranks(value, last.value))) continue
    let at = best.length
    while (at > 0 && outranks(value, best[at - 1]?.value ?? Number.NaN)) at--
    best.splice(at, 0, { index, value })
    if (best.length > room) best.pop()
  }
  return best
}

function outranks(a: number, b: number): boolean {
  return a > b || (Number.isNaN(b) && !Number.isNaN(a))
}

/**
 * Probabilities [classes] from the output of a classifier, f32 [1, classes] (or [1, classes, 1, 1]): softmax, unless the
 * graph ends in one already. Throws ScopeError `unsupported` where the output is not one value per class.
 */
export function classProbabilities(graph: Graph, output: HostTensor): Float32Array {
  const { shape, data } = output
  const classes = sizeOf(shape)
  if (classes < 1 || shape.length < 1 || Math.max(...shape) !== classes)
    throw unsupported(
      `Network "${graph.name}"`,
      `its output has shape [${shape.join(', ')}], which is not one value per class`,
      'It is not a classifier; feed it a tensor and read its output instead',
    )
  const last = producers(graph).get(graph.outputs[0] ?? NONE)
  if (last?.op !== 'softmax') return softmax(data)
  return last.attrs.log === true ? Float32Array.from(data, Math.exp) : Float32Array.from(data)
}

/** Whether values [classes] can be probabilities as they stand, for callers that have no graph at hand. */
export function areProbabilities(values: ArrayLike<number>): boolean {
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number
    if (!(v >= 0 && v <= 1)) return false
    sum += v
  }
  return Math.abs(sum - 1) < 1e-3
}
