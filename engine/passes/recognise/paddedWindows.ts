/** Zeros padded around rows and columns before a convolution or an average pooling are the window's own padding. */
import type { Node } from '../../ir/graph.ts'
import { conv2d } from '../../ops/conv2d/op.ts'
import { pad } from '../../ops/pad/op.ts'
import { pool2d } from '../../ops/pool2d/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, soleProducer } from './match.ts'

type Pads = readonly [number, number, number, number]

export const paddedWindows: Pass = {
  name: 'put padding into windows',
  run(edit) {
    for (const node of edit) {
      const border = node.op === 'conv2d' || node.op === 'pool2d' ? soleProducer(edit, input(node)) : undefined
      const added = border && spatialZeros(border)
      const attrs = added && widened(node, added)
      if (!border || !attrs) continue
      const inputs = [input(border), ...node.inputs.slice(1)]
      edit.replace([border, node], { op: node.op, name: node.name, attrs, inputs, outputs: node.outputs })
    }
  },
}

/** [top, left, bottom, right] of a padding with zeros on rows and columns alone. */
function spatialZeros(node: Node): Pads | undefined {
  const attrs = asOp(pad, node)
  const pads = attrs?.pads
  if (!pads || (attrs.value ?? 0) !== 0 || node.inputs.length !== 1 || pads.length !== 8) return undefined
  const [n0, c0, top = 0, left = 0, n1, c1, bottom = 0, right = 0] = pads
  return n0 === 0 && c0 === 0 && n1 === 0 && c1 === 0 && Math.min(top, left, bottom, right) >= 0 ? [top, left, bottom, right] : undefined
}

function widened(node: Node, by: Pads): Node['attrs'] | undefined {
  const conv = asOp(conv2d, node)
  if (conv) return { ...node.attrs, pad: sum(conv.pad, by) }
  const pool = asOp(pool2d, node)
  // The zeros count in the average; a maximum would see them as values, so it is left alone.
  if (pool?.mode !== 'average' || pool.ceil || pool.pad.some((p) => p !== 0)) return undefined
  if (by[0] >= pool.kernel[0] || by[2] >= pool.kernel[0] || by[1] >= pool.kernel[1] || by[3] >= pool.kernel[1]) return undefined
  return { ...node.attrs, pad: by, countIncludePad: true }
}

const sum = (a: Pads, b: Pads): Pads => [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
