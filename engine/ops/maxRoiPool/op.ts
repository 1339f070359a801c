/**
 * RoI pooling: the part of a feature map below each region of interest, in so many bins, the maximum of each.
 * Source: Girshick (Fast R-CNN), arXiv:1504.08083, section 2.1; ONNX operator specification, MaxRoiPool; rounding of Caffe's layer.
 */
import { z } from 'zod'
import { NONE } from '../../ir/graph.ts'
import { fact, sizeOf } from '../../ir/tensor.ts'
import { defineOp } from '../op.ts'
import { checkedFact, costOf, denseFlow, elementwiseFlow, misfit, need, needRank, pair } from '../shared.ts'
import { poolRegions } from './evaluate.ts'

const attributes = z.object({
  /** Rows and columns of bins. */
  bins: pair,
  /** Positions of the map for one pixel of the image. */
  scale: z.number().positive().max(1e6).default(1),
})
export type MaxRoiPoolAttributes = z.infer<typeof attributes>

/**
 * Inputs: x [N, C, H, W]; regions [R, 5] as image, left, top, right, bottom in pixels, both corners in the region. Output
 * [R, C, bins[0], bins[1]]; 0 in a bin outside the map, and for an image that is none of the batch.
 */
export const maxRoiPool = defineOp<MaxRoiPoolAttributes>({
  kind: 'maxRoiPool',
  title: 'RoI pooling',
  attributes,
  readsStrided: true,
  storesStrided: true,

  infer({ bins }, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    const regions = need(inputs, 1, 'regions', where)
    needRank(x, 4, 'input', where)
    needRank(regions, 2, 'regions', where)
    const [r = 0, five = 0] = regions.shape
    if (five !== 5) throw misfit(where, `its regions have ${five} values each where 5 are needed`)
    return [checkedFact(fact([r, x.shape[1] ?? 0, ...bins]), where)]
  },

  /** How large bins are depends on the regions: counted is the whole map for each, as if every region were the image. */
  cost(_attrs, facts) {
    const [, c = 0, h = 0, w = 0] = facts.inputs[0]?.shape ?? []
    const out = facts.outputs[0]?.shape ?? []
    return costOf(facts, { elementOps: Math.max(sizeOf(out), (out[0] ?? 0) * c * h * w) })
  },

  flow: (_attrs, facts, input, output) => (input === 0 ? elementwiseFlow(facts, 0, output) : denseFlow(facts, input, output)),

  evaluate: (attrs, [x, regions]) => [poolRegions(attrs, x, regions)],

  /**
   * Kernel arguments: src, regions, dst, strides (src, regions, dst), images, input height and width, channels, rows and columns
   * of bins, scale. One unit: one row of bins of one region.
   */
  lower(context, node, attrs) {
    const src = context.view(node.inputs[0] ?? NONE)
    const regions = context.view(node.inputs[1] ?? NONE)
    const dst = context.view(node.outputs[0] ?? NONE)
    context.emit('maxRoiPool', dst.batch * dst.height, [
      src.ref,
      regions.ref,
      dst.ref,
      src.pixelStride,
      regions.pixelStride,
      dst.pixelStride,
      src.batch,
      src.height,
      src.width,
      src.channels,
      ...attrs.bins,
      { f32: attrs.scale },
    ])
  },
})
