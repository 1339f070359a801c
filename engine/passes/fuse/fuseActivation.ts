/** An activation becomes the epilogue of what comes before it; over a concatenation it moves to the parts. */

import type { GraphEdit } from '../../ir/edit.ts'
import { NONE, type Node } from '../../ir/graph.ts'
import { type ActivationAttributes, activation } from '../../ops/activation/op.ts'
import type { Activation } from '../../ops/activationFunction.ts'
import { attrsOf } from '../../ops/op.ts'
import type { Pass } from '../pass.ts'

/** Ops with an `activation` attribute that is applied last. */
const ABSORBING = new Set(['conv2d', 'pool2d', 'binary', 'linear'])

function hasNone(node: Node): boolean {
  return (node.attrs as { activation?: Activation }).activation?.kind === 'none'
}

function absorbs(edit: GraphEdit, node: Node | undefined): node is Node {
  return node !== undefined && ABSORBING.has(node.op) && hasNone(node) && edit.soleConsumer(node.outputs[0] ?? NONE) !== undefined
}

export const distributeActivation: Pass = {
  name: 'move activations over concatenations',
  run(edit) {
    for (const act of edit) {
      if (act.op !== 'activation') continue
      const joined = edit.producer(act.inputs[0] ?? NONE)
      if (joined?.op !== 'concat' || !hasNone(joined) || edit.soleConsumer(joined.outputs[0] ?? NONE)?.id !== act.id) continue
      if (new Set(joined.inputs).size !== joined.inputs.length) continue
      // Worth it only where no part is left with an activation of its own to run.
      if (!joined.inputs.every((id) => absorbs(edit, edit.producer(id)))) continue
      // Each part's tensor keeps its meaning, the value before the activation: a caller may ask for it by id.
      const inputs = joined.inputs.map((id, i) => {
        const { name, fact } = edit.tensor(id)
        const after = edit.newTensor(`${name}:activated`, fact)
        edit.replace([{ ...act, id: -1 - i, outputs: [], inputs: [] }], {
          op: 'activation',
          name: `${act.name}:${i}`,
          attrs: act.attrs,
          inputs: [id],
          outputs: [after],
        })
        return after
      })
      edit.replace([joined, act], { op: 'concat', name: joined.name, attrs: joined.attrs, inputs, outputs: act.outputs })
    }
  },
}

export const fuseActivation: Pass = {
  name: 'fuse activations',
  run(edit) {
    for (const act of edit) {
      if (act.op !== 'activation') continue
      const before = edit.producer(act.inputs[0] ?? NONE)
      if (!absorbs(edit, before)) continue
      const { function: fn }: ActivationAttributes = attrsOf(activation, act.attrs)
      edit.replace([before, act], {
        op: before.op,
        name: before.name,
        attrs: { ...before.attrs, activation: fn },
        inputs: before.inputs,
        outputs: act.outputs,
      })
    }
  },
}
