/** How the inputs of a convolution's window go together, over photos: sums of products of each pair of them. */
import { NONE, type Node } from '../../ir/graph.ts'
import { asNchw, type HostTensor } from '../../ir/tensor.ts'
import { type Conv2dAttributes, conv2d } from '../../ops/conv2d/op.ts'
import { attrsOf } from '../../ops/op.ts'

/** Positions of the output that are looked at in one photo, at most: neighbours tell the same. */
const POSITIONS = 64
/** Inputs of a window beyond which the pairs are too many. */
export const MOST_INPUTS = 1024

export class Correlation {
  /** Of each group: [inputs][inputs], inputs in the order of a weight's [perIn][kh][kw]. */
  readonly sums: readonly Float64Array[]
  readonly inputs: number
  private readonly attrs: Conv2dAttributes

  constructor(
    node: Node,
    private readonly weightShape: readonly number[],
  ) {
    this.attrs = attrsOf(conv2d, node.attrs)
    const [, perIn = 0, kh = 0, kw = 0] = weightShape
    this.inputs = perIn * kh * kw
    this.sums = Array.from({ length: this.attrs.groups }, () => new Float64Array(this.inputs ** 2))
  }

  /** `x`: the node's input on one photo. */
  see(x: HostTensor): void {
    const [, channels, h, w] = asNchw(x.shape)
    const { stride, pad, dilation, groups } = this.attrs
    const [, perIn = 0, kh = 0, kw = 0] = this.weightShape
    const rows = Math.floor((h + pad[0] + pad[2] - dilation[0] * (kh - 1) - 1) / stride[0]) + 1
    const columns = Math.floor((w + pad[1] + pad[3] - dilation[1] * (kw - 1) - 1) / stride[1]) + 1
    const every = Math.max(1, Math.floor((rows * columns) / POSITIONS))
    const window = new Float64Array(this.inputs)
    for (let at = 0; at < rows * columns; at += every)
      for (let g = 0; g < groups; g++) {
        const [top, left] = [Math.floor(at / columns) * stride[0] - pad[0], (at % columns) * stride[1] - pad[1]]
        let i = 0
        for (let c = g * perIn; c < (g + 1) * perIn && c < channels; c++)
          for (let ky = 0; ky < kh; ky++)
            for (let kx = 0; kx < kw; kx++) {
              const [y, xx] = [top + ky * dilation[0], left + kx * dilation[1]]
              window[i++] = y < 0 || y >= h || xx < 0 || xx >= w ? 0 : (x.data[(c * h + y) * w + xx] ?? 0)
            }
        addProducts(this.sums[g] ?? new Float64Array(), window)
      }
  }
}

/** Nodes whose weights gain from it, and how large a window each has. */
export function correlationsOf(nodes: readonly Node[], shapeOf: (id: number) => readonly number[]): Map<number, Correlation> {
  const made = new Map<number, Correlation>()
  for (const node of nodes) {
    if (node.op !== 'conv2d') continue
    const shape = shapeOf(node.inputs[1] ?? NONE)
    const inputs = (shape[1] ?? 0) * (shape[2] ?? 0) * (shape[3] ?? 0)
    if (inputs <= MOST_INPUTS) made.set(node.id, new Correlation(node, shape))
  }
  return made
}

function addProducts(sums: Float64Array, x: Float64Array): void {
  const n = x.length
  for (let i = 0; i < n; i++) {
    const xi = x[i] ?? 0
    if (xi === 0) continue
    for (let j = 0, at = i * n; j < n; j++) sums[at + j] = (sums[at + j] ?? 0) + xi * (x[j] ?? 0)
  }
}
