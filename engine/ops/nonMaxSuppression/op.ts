/**
 * Non-maximum suppression with room for a fixed number of boxes: of boxes that cover each other the one with the highest score
 * stays. Source: ONNX operator specification, NonMaxSuppression, whose result has as many rows as boxes were found; shapes are
 * known before a run here, so that rows beyond them are filled up. What comes before it in Faster R-CNN (small boxes left out,
 * the best candidates alone): py-faster-rcnn, lib/rpn/proposal_layer.py.
 */
import { z } from 'zod'
import { NONE } from '../../ir/graph.ts'
import { fact } from '../../ir/tensor.ts'
import { defineOp } from '../op.ts'
import { checkedFact, costOf, denseFlow, misfit, need, needRank, positive } from '../shared.ts'
import { suppressBoxes } from './evaluate.ts'

const attributes = z.object({
  /** Boxes that are kept of each image and class; so many rows the outputs have for each. */
  limit: positive.max(1 << 20),
  /** A box goes that overlaps a kept one by more than this (intersection over union). */
  iouThreshold: z.number().min(0).max(1).default(0),
  /** What does not score above it is left out; null keeps every number. */
  scoreThreshold: z.number().nullable().default(null),
  /** Of each image and class, so many with the highest scores are looked at; null looks at all. */
  candidates: positive.nullable().default(null),
  /** Boxes are left out whose width or height is smaller, in pixels. */
  minSize: z.number().min(0).max(1e6).default(0),
  /** Corners are the outermost pixels of a box: its width is right - left + 1. */
  inclusive: z.boolean().default(false),
  /** Boxes are given as centre x, centre y, width, height instead of two opposite corners. */
  centre: z.boolean().default(false),
})
export type NonMaxSuppressionAttributes = z.infer<typeof attributes>

/**
 * Inputs: boxes [N, K, 4], scores [N, C, K]. Outputs, with M = N C limit rows, those of an image and class together, highest
 * score first (of equal ones the first): boxes [M, 5] as image and corners (least x, least y, greatest x, greatest y), rows of
 * zeros where nothing is left; and [M, 3] as image, class and index of the box, -1 there.
 */
export const nonMaxSuppression = defineOp<NonMaxSuppressionAttributes>({
  kind: 'nonMaxSuppression',
  title: 'Non-maximum suppression',
  attributes,

  infer({ limit }, inputs, where) {
    const boxes = need(inputs, 0, 'boxes', where)
    const scores = need(inputs, 1, 'scores', where)
    needRank(boxes, 3, 'boxes', where)
    needRank(scores, 3, 'scores', where)
    const [n = 0, k = 0, four = 0] = boxes.shape
    const [batch = 0, c = 0, count = 0] = scores.shape
    if (four !== 4) throw misfit(where, `its boxes have ${four} values each where 4 are needed`)
    if (batch !== n || count !== k) throw misfit(where, `its scores have shape [${scores.shape.join(', ')}] where [${n}, classes, ${k}] is needed`)
    const rows = n * c * limit
    return [checkedFact(fact([rows, 5]), where), checkedFact(fact([rows, 3]), where)]
  },

  /** One operation for each score; how many overlaps are computed depends on the boxes. */
  cost: (_attrs, facts) => costOf(facts, { elementOps: (facts.inputs[1]?.shape ?? []).reduce((product, n) => product * n, 1) }),

  flow: (_attrs, facts, input, output) => denseFlow(facts, input, output),

  evaluate: (attrs, [boxes, scores]) => suppressBoxes(attrs, boxes, scores),

  /**
   * Kernel arguments: boxes, scores, two outputs, boxes of an image, classes, limit, candidates, least size, edge, whether boxes
   * are given by their centres, the two thresholds (f64), a heap of indices for each unit. One unit: one class of one image.
   */
  lower(context, node, attrs) {
    const [boxes = NONE, scores = NONE] = node.inputs
    const [n = 0, c = 0, k = 0] = context.fact(scores).shape
    const thresholds = Float64Array.of(attrs.iouThreshold, attrs.scoreThreshold ?? Number.NEGATIVE_INFINITY)
    context.emit('nonMaxSuppression', n * c, [
      context.flat(boxes),
      context.flat(scores),
      context.flat(node.outputs[0] ?? NONE),
      context.flat(node.outputs[1] ?? NONE),
      k,
      c,
      attrs.limit,
      Math.min(attrs.candidates ?? k, k),
      { f32: attrs.minSize },
      attrs.inclusive ? 1 : 0,
      attrs.centre ? 1 : 0,
      context.weights(new Int32Array(thresholds.buffer)),
      context.scratch(Math.max(1, n * c * k)),
    ])
  },
})
