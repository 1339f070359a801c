/** Channels cut apart, convolved part by part, perhaps each with the same activation, and joined again are one grouped convolution. */
import { constantIn, type GraphEdit } from '../../ir/edit.ts'
import { NONE, type Node, type TensorId } from '../../ir/graph.ts'
import { allocate, type HostTensor } from '../../ir/tensor.ts'
import { activation } from '../../ops/activation/op.ts'
import { concat } from '../../ops/concat/op.ts'
import { type Conv2dAttributes, conv2d } from '../../ops/conv2d/op.ts'
import { cutsOf, slice } from '../../ops/slice/op.ts'
import { split } from '../../ops/split/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, output, shapeOf, soleProducer } from './match.ts'

export const groupedConvolution: Pass = {
  name: 'recognise grouped convolutions',
  run(edit) {
    for (const join of edit) {
      const attrs = asOp(concat, join)
      const axis = attrs && (attrs.axis < 0 ? attrs.axis + shapeOf(edit, output(join)).length : attrs.axis)
      if (!attrs || axis !== 1 || attrs.shuffle || attrs.activation.kind !== 'none' || join.inputs.length < 2) continue
      const ends = join.inputs.map((id) => soleProducer(edit, id))
      const after = sameActivation(ends)
      const found = group(edit, after ? ends.map((end) => end && soleProducer(edit, input(end))) : ends)
      if (!found) continue
      const inputs = [
        found.x,
        edit.constant(`${join.name}:weight`, found.weight, 'OIHW'),
        found.bias ? edit.constant(`${join.name}:bias`, found.bias) : NONE,
      ]
      if (!after) {
        edit.replace([...found.convs, join], { op: 'conv2d', name: join.name, attrs: found.attrs, inputs, outputs: [output(join)] })
        continue
      }
      const before = edit.newTensor(`${join.name}:convolved`, edit.tensor(output(join)).fact)
      edit.replace(found.convs, { op: 'conv2d', name: join.name, attrs: found.attrs, inputs, outputs: [before] })
      edit.replace([...after.nodes, join], {
        op: 'activation',
        name: `${join.name}:activation`,
        attrs: after.attrs,
        inputs: [before],
        outputs: [output(join)],
      })
    }
  },
}

/** The activation that every one of `nodes` is, each its own node; undefined where they are none or differ. */
function sameActivation(nodes: readonly (Node | undefined)[]): { nodes: readonly Node[]; attrs: Node['attrs'] } | undefined {
  const [first] = nodes
  const fn = asOp(activation, first)?.function
  const alike = (n: Node | undefined): n is Node => JSON.stringify(asOp(activation, n)?.function) === JSON.stringify(fn)
  return first && fn && nodes.every(alike) && new Set(nodes).size === nodes.length ? { nodes, attrs: first.attrs } : undefined
}

interface Group {
  readonly convs: readonly Node[]
  readonly x: TensorId
  readonly attrs: Conv2dAttributes & Record<string, never>
  readonly weight: HostTensor
  readonly bias: HostTensor | undefined
}

/** The grouped convolution that `nodes` are the parts of, in order, or undefined. */
function group(edit: GraphEdit, nodes: readonly (Node | undefined)[]): Group | undefined {
  const convs = nodes.filter((n) => n !== undefined)
  const [first] = convs
  const attrs = asOp(conv2d, first)
  if (!first || !attrs || convs.length !== nodes.length || new Set(convs).size !== convs.length) return undefined
  if (attrs.residual || attrs.shuffle || attrs.activation.kind !== 'none') return undefined
  const weights = convs.map((n) => constantIn(edit, input(n, 1)))
  const biases = convs.map((n) => constantIn(edit, input(n, 2)))
  const shape = weights[0]?.shape
  const alike = convs.every(
    (n, i) => n.op === 'conv2d' && JSON.stringify(n.attrs) === JSON.stringify(first.attrs) && weights[i]?.shape.join() === shape?.join(),
  )
  const biased = biases[0] !== undefined
  if (!alike || !shape || convs.some((n, i) => (input(n, 2) !== NONE) !== biased || (biases[i] !== undefined) !== biased)) return undefined
  const x = cutInOrder(edit, convs)
  if (x === undefined) return undefined
  const outputs = (shape[0] ?? 0) * convs.length
  return {
    convs,
    x,
    attrs: { ...attrs, groups: attrs.groups * convs.length } as Group['attrs'],
    weight: joined(weights, [outputs, ...shape.slice(1)]),
    bias: biased ? joined(biases, [outputs]) : undefined,
  }
}

function joined(parts: readonly (HostTensor | undefined)[], shape: readonly number[]): HostTensor {
  const data = allocate(
    'f32',
    shape.reduce((n, e) => n * e, 1),
  )
  let at = 0
  for (const part of parts) {
    if (!part) continue
    data.set(part.data, at)
    at += part.data.length
  }
  return { dtype: 'f32', shape, data }
}

/** The tensor whose equal parts the convolutions read, part i by convolution i. */
function cutInOrder(edit: GraphEdit, convs: readonly Node[]): TensorId | undefined {
  const parts = convs.map((conv) => partOf(edit, input(conv)))
  const x = parts[0]?.x
  if (x === undefined) return undefined
  const each = (shapeOf(edit, x)[1] ?? 0) / convs.length
  return parts.every((p, i) => p?.x === x && p.start === i * each && p.count === each) ? x : undefined
}

/** A run of channels: what it is cut from, and where. */
function partOf(edit: GraphEdit, id: TensorId): { x: TensorId; start: number; count: number } | undefined {
  const node = edit.producer(id)
  if (!node) return undefined
  const x = input(node)
  const shape = shapeOf(edit, x)
  const cutting = asOp(slice, node)
  if (cutting && shape.length === 4) {
    const cuts = cutsOf(cutting, shape, node.name)
    const whole = cuts.every((c, axis) => axis === 1 || (c.start === 0 && c.step === 1 && c.count === shape[axis]))
    const [, c] = cuts
    return whole && c?.step === 1 ? { x, start: c.start, count: c.count } : undefined
  }
  const splitting = asOp(split, node)
  if (!splitting || shape.length !== 4 || (splitting.axis !== 1 && splitting.axis !== -3)) return undefined
  const index = node.outputs.indexOf(id)
  const start = splitting.sizes.slice(0, index).reduce((a, b) => a + b, 0)
  return { x, start, count: splitting.sizes[index] ?? 0 }
}
