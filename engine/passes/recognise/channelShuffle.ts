/**
 * Reshape, transpose, reshape that only interleaves channels becomes a channel shuffle.
 * Source: the paper, section 3.1: reshape to (g, n), transpose, flatten; FastestDet's form merges the batch into the first axis.
 */
import type { GraphEdit } from '../../ir/edit.ts'
import { fact } from '../../ir/tensor.ts'
import { conv2d } from '../../ops/conv2d/op.ts'
import type { ShuffleSpec } from '../../ops/shuffle.ts'
import { transpose } from '../../ops/transpose/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, output, shapeOf, soleProducer } from './match.ts'

export const channelShuffle: Pass = {
  name: 'recognise channel shuffles',
  run(edit) {
    for (const last of edit) {
      if (last.op !== 'reshape') continue
      const middle = soleProducer(edit, input(last))
      const turn = asOp(transpose, middle)
      const first = middle && soleProducer(edit, input(middle))
      if (!middle || !turn || first?.op !== 'reshape') continue
      const x = input(first)
      const from = shapeOf(edit, x)
      const blocks = swappedBlocks(from, shapeOf(edit, output(first)), turn.perm)
      if (!blocks || edit.tensor(x).fact.dtype !== 'f32') continue
      const attrs = nameOf(edit, x, blocks)
      const made = { op: 'channelShuffle', name: middle.name, attrs, inputs: [x] }
      if (shapeOf(edit, output(last)).join() === from.join()) {
        edit.replace([first, middle, last], { ...made, outputs: [output(last)] })
        continue
      }
      // What follows sees the same elements in another shape, e.g. halves as an axis of their own.
      const shuffled = edit.newTensor(edit.tensor(output(middle)).name, fact(from))
      edit.replace([first, middle], { ...made, outputs: [shuffled] })
      edit.update(last, { inputs: [shuffled], attrs: { shape: [...shapeOf(edit, output(last))], allowZero: true } })
    }
  },
}

/**
 * [a, b] where a map [N, C, H, W], reshaped to `split` and transposed by `perm`, is the same map with channels
 * seen as (a, b) and turned to (b, a); undefined where anything but channels moves or they move otherwise.
 */
export function swappedBlocks(
  map: readonly number[],
  split: readonly number[],
  perm: readonly number[] | null,
): readonly [number, number] | undefined {
  const [n = 1, c = 1, h = 1, w = 1] = map
  if (map.length !== 4) return undefined
  const order = perm ?? split.map((_, i) => split.length - 1 - i)
  // Which of batch, channels and pixels each axis belongs to; an axis that straddles two of them fits none.
  const roles: number[] = []
  const limits = [n, n * c, n * c * h * w]
  let product = 1
  for (const extent of split) {
    const before = product
    product *= extent
    roles.push(extent === 1 ? -1 : limits.findIndex((limit, i) => before >= (limits[i - 1] ?? 1) && product <= limit))
  }
  if (split.some((extent, axis) => extent !== 1 && roles[axis] === -1)) return undefined
  const kept = order.filter((axis) => split[axis] !== 1)
  const start = kept.findIndex((axis) => roles[axis] === 1)
  const channels = kept.filter((axis) => roles[axis] === 1)
  const others = kept.filter((axis) => roles[axis] !== 1)
  const inOrder = (list: readonly number[]): boolean => list.every((axis, i) => i === 0 || axis > (list[i - 1] ?? -1))
  const together = channels.every((axis, i) => kept[start + i] === axis)
  const placed = others.every((axis) => (roles[axis] === 0) === kept.indexOf(axis) < start)
  // Two blocks that change places: the order falls once, and wraps round.
  const drop = channels.findIndex((axis, i) => i > 0 && axis < (channels[i - 1] ?? -1))
  const rotated = drop > 0 && inOrder([...channels.slice(drop), ...channels.slice(0, drop)])
  if (!together || !placed || !inOrder(others) || !rotated) return undefined
  const size = (list: readonly number[]): number => list.reduce((p, axis) => p * (split[axis] ?? 1), 1)
  return [size(channels.slice(drop)), size(channels.slice(0, drop))]
}

/**
 * (a, b) turned to (b, a) is "(g,n)" with a groups and "(n,g)" with b groups, the same permutation by two names.
 * The convolution before it decides; where it says nothing, the smaller number is the groups.
 */
function nameOf(edit: GraphEdit, x: number, [a, b]: readonly [number, number]): ShuffleSpec {
  let id = x
  for (let steps = 0; steps < 6; steps++) {
    const producer = edit.producer(id)
    if (!producer) break
    const groups = asOp(conv2d, producer)?.groups
    if (a !== b && groups === a) return { groups: a, order: '(g,n)' }
    if (a !== b && groups === b) return { groups: b, order: '(n,g)' }
    if (!['conv2d', 'batchNorm', 'activation'].includes(producer.op)) break
    id = input(producer)
  }
  return a <= b ? { groups: a, order: '(g,n)' } : { groups: b, order: '(n,g)' }
}
