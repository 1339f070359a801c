/** Activations written out in arithmetic: x * sigmoid(x) is SiLU, x * hardSigmoid(x) is hard swish. */
import type { GraphEdit } from '../../ir/edit.ts'
import { NONE, type Node, type TensorId } from '../../ir/graph.ts'
import { activation } from '../../ops/activation/op.ts'
import type { Activation } from '../../ops/activationFunction.ts'
import { binary } from '../../ops/binary/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, near, output, scalarIn, soleProducer } from './match.ts'

function plain(node: Node | undefined, fn: string): boolean {
  const attrs = asOp(binary, node)
  return attrs?.function === fn && attrs.activation.kind === 'none'
}

/** `id` divided by 6 or multiplied by 1/6: what is divided, and the node that does it. */
function sixth(edit: GraphEdit, node: Node): TensorId | undefined {
  const [a = NONE, b = NONE] = node.inputs
  const [left, right] = [scalarIn(edit, a), scalarIn(edit, b)]
  if (plain(node, 'div') && right !== undefined && near(right, 6)) return a
  if (plain(node, 'mul') && right !== undefined && near(right, 1 / 6)) return a
  if (plain(node, 'mul') && left !== undefined && near(left, 1 / 6)) return b
  return undefined
}

/** clip(x + 3, 0, 6) with intermediate results that nothing else reads: x and the nodes. */
function shiftedRelu6(edit: GraphEdit, id: TensorId): { x: TensorId; nodes: Node[] } | undefined {
  const clip = soleProducer(edit, id)
  const fn = asOp(activation, clip)?.function
  const add = clip && soleProducer(edit, input(clip))
  if (!clip || !add || fn?.kind !== 'clip' || fn.min !== 0 || fn.max !== 6 || !plain(add, 'add')) return undefined
  const [a = NONE, b = NONE] = add.inputs
  const x = scalarIn(edit, b) === 3 ? a : scalarIn(edit, a) === 3 ? b : undefined
  // A constant of higher rank would widen the result.
  const same = x !== undefined && edit.tensor(x).fact.shape.join() === edit.tensor(output(add)).fact.shape.join()
  return same ? { x, nodes: [add, clip] } : undefined
}

function become(edit: GraphEdit, old: readonly Node[], last: Node, x: TensorId, fn: Activation): void {
  if (edit.tensor(x).fact.shape.join() !== edit.tensor(output(last)).fact.shape.join()) return
  edit.replace(old, { op: 'activation', name: last.name, attrs: { function: fn }, inputs: [x], outputs: last.outputs })
}

/** clip(x + 3, 0, 6) / 6 is the hard sigmoid of slope 1/6; with x beside it in the product, hard swish. */
export const hardSigmoid: Pass = {
  name: 'recognise hard sigmoids',
  run(edit) {
    for (const node of edit) {
      const divided = sixth(edit, node)
      if (divided === undefined) continue
      const plainly = shiftedRelu6(edit, divided)
      if (plainly) {
        become(edit, [...plainly.nodes, node], node, plainly.x, { kind: 'hardSigmoid', alpha: 1 / 6, beta: 0.5 })
        continue
      }
      const product = soleProducer(edit, divided)
      if (!product || !plain(product, 'mul')) continue
      for (const [x, gate] of bothWays(product)) {
        const inner = shiftedRelu6(edit, gate)
        if (inner?.x !== x) continue
        become(edit, [...inner.nodes, product, node], node, x, { kind: 'hardSwish' })
        break
      }
    }
  },
}

export const selfGated: Pass = {
  name: 'recognise SiLU and hard swish',
  run(edit) {
    for (const node of edit) {
      if (!plain(node, 'mul')) continue
      for (const [x, gate] of bothWays(node)) {
        const inner = soleProducer(edit, gate)
        const fn = asOp(activation, inner)?.function
        if (!inner || !fn || input(inner) !== x) continue
        if (fn.kind === 'sigmoid') become(edit, [inner, node], node, x, { kind: 'silu' })
        else if (fn.kind === 'hardSigmoid' && near(fn.alpha, 1 / 6) && near(fn.beta, 0.5)) become(edit, [inner, node], node, x, { kind: 'hardSwish' })
        else continue
        break
      }
    }
  },
}

function bothWays(node: Node): [TensorId, TensorId][] {
  const [a = NONE, b = NONE] = node.inputs
  return [
    [a, b],
    [b, a],
  ]
}
