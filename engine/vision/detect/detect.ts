/** From a detector's outputs to objects in the photo's own pixels. */
import { badInput } from '../../base/errors.ts'
import { type HostTensor, sizeOf } from '../../ir/tensor.ts'
import type { Preprocess } from '../../model.ts'
import { labelOf } from '../labels.ts'
import { cropWindow } from '../preprocess.ts'
import { Candidates, type Corners } from './candidates.ts'
import { decodeFasterRcnn } from './fasterRcnn.ts'
import { decodeFastestDet } from './fastestDet.ts'
import type { DetectionHead } from './head.ts'
import { decodeNanoDet } from './nanoDet.ts'
import { suppress } from './nms.ts'

export interface Detection {
  readonly label: string
  /** Class. */
  readonly index: number
  /** 0..1 */
  readonly score: number
  /** Left, top, right, bottom in pixels of the photo, within it. */
  readonly box: Corners
}

export interface DetectionOptions {
  /** What does not score above it is left out; the head's own where absent. */
  readonly threshold?: number
  /** Overlap from which boxes of a class count as one object; the head's own where absent. */
  readonly iou?: number
  /** So many at most, default 300. */
  readonly limit?: number
  readonly labels?: readonly string[] | null
}

/**
 * Objects, highest score first. `outputs`: all of the graph's, in its order; `photo` in pixels, as `preprocess` took it.
 * Values that are no numbers propose nothing, and however many boxes are proposed, a bounded number is looked at.
 * Throws ScopeError `bad-input` where an output is missing or smaller than the head says.
 */
export function detectObjects(
  head: DetectionHead,
  outputs: readonly HostTensor[],
  photo: { readonly width: number; readonly height: number },
  preprocess: Preprocess,
  options: DetectionOptions = {},
): Detection[] {
  const { threshold = head.threshold, iou = head.iou, limit = 300, labels = null } = options
  checkOutputs(head, outputs)
  const { form, width, height } = head
  const found = new Candidates(threshold)
  if (form.kind === 'fastestDet') decodeFastestDet(form, outputs[0] as HostTensor, width, height, found)
  else if (form.kind === 'fasterRcnn') decodeFasterRcnn(form, outputs, width, height, found)
  else decodeNanoDet(form, outputs, width, height, found)
  const seen = cropWindow(photo.width, photo.height, preprocess)
  const along = (value: number, from: number, length: number, input: number, limit: number) =>
    Math.min(Math.max(from + (value * length) / input, 0), limit)
  const detections: Detection[] = []
  for (const { index, score, box } of suppress(found.best(), iou, limit)) {
    const [left, top, right, bottom] = box
    const corners: Corners = [
      along(left, seen.x, seen.width, width, photo.width),
      along(top, seen.y, seen.height, height, photo.height),
      along(right, seen.x, seen.width, width, photo.width),
      along(bottom, seen.y, seen.height, height, photo.height),
    ]
    // What lies in the padding alone is no part of the photo.
    if (corners[2] > corners[0] && corners[3] > corners[1]) detections.push({ label: labelOf(labels, index), index, score, box: corners })
  }
  return detections
}

function checkOutputs({ form, classes, title }: DetectionHead, outputs: readonly HostTensor[]): void {
  const needed = new Map<number, number>()
  const need = (output: number, values: number) => needed.set(output, (needed.get(output) ?? 0) + values)
  if (form.kind === 'fastestDet') need(0, (5 + classes) * form.rows * form.columns)
  else if (form.kind === 'fasterRcnn')
    for (const [output, values] of [1 + classes, 4 * (1 + classes), 5].entries()) need(output, form.regions * values)
  else
    for (const { rows, columns, scores, distances } of form.levels) {
      need(scores.output, classes * rows * columns)
      need(distances.output, 4 * form.bins * rows * columns)
    }
  for (const [output, values] of needed) {
    const given = outputs[output]
    if (!given || given.data.length !== values || sizeOf(given.shape) !== values)
      throw badInput(
        `Output ${output} of a ${title} head`,
        `it has ${given?.data.length ?? 0} values where ${values} are needed`,
        'Run the network again',
      )
  }
}
