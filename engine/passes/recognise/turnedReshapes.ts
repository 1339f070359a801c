/**
 * A reshape between two transposes moves out of between them where it only cuts axes into parts or only joins neighbours:
 * the transposes become one. Graphs in TensorFlow's order (NHWC) have them around whatever is no convolution; what is left of a
 * channel shuffle written there is the shuffle's own reshape, transpose, reshape.
 */
import type { GraphEdit } from '../../ir/edit.ts'
import type { Node } from '../../ir/graph.ts'
import { fact } from '../../ir/tensor.ts'
import type { Pass } from '../pass.ts'
import { input, output, shapeOf, soleProducer } from './match.ts'
import { orderOf } from './transposes.ts'

export const turnedReshapes: Pass = {
  name: 'move reshapes out from between transposes',
  run(edit) {
    for (const second of edit) {
      const q = orderOf(edit, second)
      const between = q && soleProducer(edit, input(second))
      if (!q || between?.op !== 'reshape' || between.inputs.length !== 1) continue
      const first = edit.producer(input(between))
      const p = orderOf(edit, first)
      if (!first || !p) continue
      const [before, after] = [shapeOf(edit, input(between)), shapeOf(edit, output(between))]
      const cut = runsOf(before, after)
      const joined = cut ? undefined : runsOf(after, before)
      if (cut) turnCut(edit, first, between, second, p, q, cut)
      else if (joined) turnJoined(edit, first, between, second, p, q, joined)
    }
  },
}

/** For each axis of `coarse`, the axes of `fine` that it is cut into, in order; undefined where it is no such cut. Axes of extent 1 may lie anywhere. */
export function runsOf(coarse: readonly number[], fine: readonly number[]): number[][] | undefined {
  const runs: number[][] = []
  let next = 0
  for (const extent of coarse) {
    const run: number[] = []
    let product = 1
    while (product < extent && next < fine.length) {
      product *= fine[next] ?? 0
      run.push(next++)
    }
    if (product !== extent) return undefined
    runs.push(run)
  }
  const last = runs.at(-1)
  if (!last) return undefined
  for (; next < fine.length; next++) {
    if (fine[next] !== 1) return undefined
    last.push(next)
  }
  return runs
}

/** Transpose, cut, transpose: cut, transpose. */
function turnCut(edit: GraphEdit, first: Node, between: Node, second: Node, p: readonly number[], q: readonly number[], runs: number[][]): void {
  const x = input(first)
  const fine = shapeOf(edit, output(between))
  // Axes of the cut tensor in the order in which the first transpose finds them.
  const order = shapeOf(edit, x).flatMap((_, axis) => runs[p.indexOf(axis)] ?? [])
  const shape = order.map((axis) => fine[axis] ?? 1)
  const seen = edit.newTensor(edit.tensor(output(between)).name, fact(shape, edit.tensor(x).fact.dtype))
  const perm = q.map((axis) => order.indexOf(axis))
  const old = edit.soleConsumer(output(first)) ? [first, between] : [between]
  edit.replace(old, { op: 'reshape', name: between.name, attrs: { shape, allowZero: true }, inputs: [x], outputs: [seen] })
  edit.replace([second], { op: 'transpose', name: second.name, attrs: { perm }, inputs: [seen], outputs: second.outputs })
}

/** Transpose, join, transpose: transpose, join. */
function turnJoined(edit: GraphEdit, first: Node, between: Node, second: Node, p: readonly number[], q: readonly number[], runs: number[][]): void {
  const x = input(first)
  const from = shapeOf(edit, x)
  const perm = q.flatMap((axis) => runs[axis] ?? []).map((axis) => p[axis] ?? 0)
  const turned = edit.newTensor(
    edit.tensor(output(first)).name,
    fact(
      perm.map((axis) => from[axis] ?? 1),
      edit.tensor(x).fact.dtype,
    ),
  )
  const shape = [...shapeOf(edit, output(second))]
  const sole = edit.soleConsumer(output(first)) !== undefined
  const name = sole ? first.name : second.name
  edit.replace(sole ? [first, second] : [second], { op: 'transpose', name, attrs: { perm }, inputs: [x], outputs: [turned] })
  edit.replace([between], { op: 'reshape', name: between.name, attrs: { shape, allowZero: true }, inputs: [turned], outputs: second.outputs })
}
