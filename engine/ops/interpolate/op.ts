/** Resize to any size by nearest neighbour, linear or cubic interpolation, rows and columns apart. Source: ONNX operator specification, Resize. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { fact, hostTensor } from '../../ir/tensor.ts'
import { defineOp } from '../op.ts'
import { checkedFact, costOf, elementsOf, elementwiseFlow, need, needRank, pair } from '../shared.ts'
import { samplingSchema, type Taps, tapsOf } from './taps.ts'

const scale = z.number().positive().max(1e6)
const attributes = samplingSchema.extend({
  /** Height and width of the output. */
  size: pair,
  /** Output rows for one input row, and columns. null: as the sizes are. */
  scales: z.tuple([scale, scale]).readonly().nullable().default(null),
})
export type InterpolateAttributes = z.infer<typeof attributes>

function tapsOfAxes(attrs: InterpolateAttributes, [h, w]: readonly [number, number]): readonly [Taps, Taps] {
  const [oh, ow] = attrs.size
  const [sh, sw] = attrs.scales ?? [oh / h, ow / w]
  return [tapsOf(attrs, h, oh, sh), tapsOf(attrs, w, ow, sw)]
}

/** Input x [N, C, H, W]; output [N, C, size[0], size[1]]. */
export const interpolate = defineOp<InterpolateAttributes>({
  kind: 'interpolate',
  title: 'Resize (interpolated)',
  attributes,
  readsStrided: true,
  storesStrided: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    needRank(x, 4, 'input', where)
    const [n = 0, c = 0] = x.shape
    return [checkedFact(fact([n, c, ...attrs.size]), where)]
  },
  cost(attrs, facts) {
    const taps = { nearest: 0, linear: 4, cubic: 16 }[attrs.mode]
    return costOf(facts, { elementOps: elementsOf(facts) * taps })
  },
  flow: (_attrs, facts, input, output) => (input === 0 ? elementwiseFlow(facts, 0, output) : { kind: 'none' }),
  evaluate(attrs, [x]) {
    assert(x, 'a resize needs an input')
    const [n = 0, c = 0, h = 0, w = 0] = x.shape
    const [oh, ow] = attrs.size
    const [rows, columns] = tapsOfAxes(attrs, [h, w])
    const out = new Float32Array(n * c * oh * ow)
    for (let plane = 0; plane < n * c; plane++)
      for (let y = 0; y < oh; y++)
        for (let xx = 0; xx < ow; xx++) {
          let sum = 0
          for (let i = y * rows.count; i < (y + 1) * rows.count; i++)
            for (let j = xx * columns.count; j < (xx + 1) * columns.count; j++)
              sum +=
                (rows.weight[i] ?? 0) * (columns.weight[j] ?? 0) * (x.data[(plane * h + (rows.index[i] ?? 0)) * w + (columns.index[j] ?? 0)] ?? 0)
          out[(plane * oh + y) * ow + xx] = sum
        }
    return [hostTensor([n, c, oh, ow], out)]
  },
  /**
   * Kernel arguments: src, dst, pixel strides (src, dst), input height and width, output height and width, channels, taps
   * along an axis, then index and weight tables of rows and of columns. One unit: one output row.
   */
  lower(context, node, attrs) {
    const src = context.view(node.inputs[0] ?? NONE)
    const dst = context.view(node.outputs[0] ?? NONE)
    const [rows, columns] = tapsOfAxes(attrs, [src.height, src.width])
    const tables = [rows.index, rows.weight, columns.index, columns.weight].map((t) => context.weights(t))
    const sizes = [src.height, src.width, dst.height, dst.width, src.channels, rows.count]
    context.emit('interpolate', dst.batch * dst.height, [src.ref, dst.ref, src.pixelStride, dst.pixelStride, ...sizes, ...tables])
  },
})
