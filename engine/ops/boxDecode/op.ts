/**
 * Boxes from the shifts of anchors: at every position of a map as many anchors, each moved and scaled by four values.
 * Source: Ren et al. (Faster R-CNN), arXiv:1506.01497, section 3.1; order and rounding of py-faster-rcnn, lib/rpn/proposal_layer.py.
 */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { type Corners, clipBox, type Edge, shiftBox } from '../../base/boxes.ts'
import { NONE } from '../../ir/graph.ts'
import { asNchw, fact, hostTensor } from '../../ir/tensor.ts'
import { pixelsOf } from '../lowering.ts'
import { defineOp } from '../op.ts'
import { checkedFact, costOf, denseFlow, misfit, need, needRank, pair, positive } from '../shared.ts'

const coordinate = z.number().min(-1e6).max(1e6)

const attributes = z.object({
  /** Left, top, right, bottom of the anchors of the first position, in pixels of the image. */
  anchors: z
    .array(z.tuple([coordinate, coordinate, coordinate, coordinate]).readonly())
    .min(1)
    .max(1024)
    .readonly(),
  /** Pixels of the image from one position to the next. */
  stride: positive.max(65536),
  /** Height and width of the image in pixels: boxes are cut off at its sides. */
  image: pair,
  /** Corners are the outermost pixels of a box: its width is right - left + 1. */
  inclusive: z.boolean().default(false),
})
export type BoxDecodeAttributes = z.infer<typeof attributes>

/** Operations for a box: two exponentials, and the arithmetic of four corners with their limits. */
const OPERATIONS = 16

/** Input: shifts [N, 4 A, H, W], of anchor a in channels 4 a to 4 a + 3 (dx, dy, dw, dh); output: corners [N, H W A, 4]. */
export const boxDecode = defineOp<BoxDecodeAttributes>({
  kind: 'boxDecode',
  title: 'Box decoding',
  attributes,
  readsStrided: true,

  infer({ anchors }, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    needRank(x, 4, 'input', where)
    const [n = 0, c = 0, h = 0, w = 0] = x.shape
    if (c !== 4 * anchors.length) throw misfit(where, `its input has ${c} channels where ${anchors.length} anchors need ${4 * anchors.length}`)
    return [checkedFact(fact([n, h * w * anchors.length, 4]), where)]
  },

  cost: ({ anchors }, facts) => {
    const [n = 0, , h = 0, w = 0] = facts.inputs[0]?.shape ?? []
    return costOf(facts, { elementOps: n * h * w * anchors.length * OPERATIONS })
  },

  flow: (_attrs, facts, input, output) => denseFlow(facts, input, output),

  evaluate(attrs, [x]) {
    assert(x, 'box decoding needs an input')
    const [n, c, h, w] = asNchw(x.shape)
    const { anchors, stride, image } = attrs
    const edge: Edge = attrs.inclusive ? 1 : 0
    const out = new Float32Array(n * c * h * w)
    let row = 0
    for (let b = 0; b < n; b++)
      for (let y = 0; y < h; y++)
        for (let i = 0; i < w; i++)
          anchors.forEach(([left, top, right, bottom], a) => {
            const at = (k: number) => x.data[((b * c + 4 * a + k) * h + y) * w + i] ?? 0
            const [across, down] = [i * stride, y * stride]
            const anchor: Corners = [left + across, top + down, right + across, bottom + down]
            out.set(clipBox(shiftBox(anchor, at(0), at(1), at(2), at(3), edge), image[0], image[1], edge), 4 * row++)
          })
    return [hostTensor([n, h * w * anchors.length, 4], out)]
  },

  /**
   * Kernel arguments: src, dst, pixel stride, map height and width, anchors, stride, limits right and bottom, and for each
   * anchor its centre, width and height. One unit: one position of the map.
   */
  lower(context, node, attrs) {
    const src = context.view(node.inputs[0] ?? NONE)
    const edge = attrs.inclusive ? 1 : 0
    const table = attrs.anchors.flatMap(([left, top, right, bottom]) => {
      const [width, height] = [right - left + edge, bottom - top + edge]
      return [left + width / 2, top + height / 2, width, height]
    })
    context.emit('boxDecode', pixelsOf(src), [
      src.ref,
      context.flat(node.outputs[0] ?? NONE),
      src.pixelStride,
      src.height,
      src.width,
      attrs.anchors.length,
      { f32: attrs.stride },
      { f32: attrs.image[1] - edge },
      { f32: attrs.image[0] - edge },
      context.weights(Float32Array.from(table)),
    ])
  },
})
