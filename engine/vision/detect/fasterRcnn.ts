/**
 * The head of Faster R-CNN: for each region that the network itself proposes, probabilities of the classes (the background first)
 * and a shift of the region's box for each. Source: arXiv:1506.01497; py-faster-rcnn, lib/fast_rcnn/test.py and tools/demo.py.
 */
import { clipBox, type Edge, shiftBox } from '../../base/boxes.ts'
import type { Graph } from '../../ir/graph.ts'
import type { HostTensor } from '../../ir/tensor.ts'
import type { Preprocess } from '../../model.ts'
import type { Candidates } from './candidates.ts'
import { upstreamOf } from './upstream.ts'

export interface FasterRcnnHead {
  readonly kind: 'fasterRcnn'
  /** Of objects, the background left out. */
  readonly classes: number
  readonly regions: number
  readonly edge: Edge
}

/** Values of a region: image, left, top, right, bottom. */
const REGION = 5

/** Known by a softmax [R, 1 + classes], shifts [R, 4 (1 + classes)] and regions [R, 5] out of non-maximum suppression; else null. */
export function fasterRcnnHead(graph: Graph): FasterRcnnHead | null {
  const [probabilities, shifts, regions, ...more] = graph.outputs
  if (probabilities === undefined || shifts === undefined || regions === undefined || more.length > 0) return null
  const { shape, source } = upstreamOf(graph)
  const suppression = source(regions)
  if (suppression?.op !== 'nonMaxSuppression' || source(probabilities)?.op !== 'softmax') return null
  const [count = 0, withBackground = 0] = shape(probabilities)
  const wanted = [
    [count, withBackground],
    [count, 4 * withBackground],
    [count, REGION],
  ]
  const isFitting = [probabilities, shifts, regions].every((id, i) => shape(id).join() === wanted[i]?.join())
  if (!isFitting || count < 1 || withBackground < 2) return null
  return { kind: 'fasterRcnn', classes: withBackground - 1, regions: count, edge: suppression.attrs.inclusive === true ? 1 : 0 }
}

/** As the zoo's builder has it: RGB, mean and deviation of ImageNet, the whole photo on black. `size`: [height, width]. */
export function fasterRcnnPreprocess(size: readonly [number, number]): Preprocess {
  return {
    resize: Math.max(...size),
    crop: size,
    channelOrder: 'RGB',
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    fit: 'letterbox',
  }
}

/** A box per region and class, within the input of `width` x `height` pixels; rows of zeros are no regions. */
export function decodeFasterRcnn(head: FasterRcnnHead, outputs: readonly HostTensor[], width: number, height: number, found: Candidates): void {
  const { classes, regions, edge } = head
  const [probabilities = [], shifts = [], corners = []] = outputs.map((o) => o.data)
  const at = (data: ArrayLike<number>, index: number) => data[index] as number
  for (let r = 0; r < regions; r++) {
    const region = [1, 2, 3, 4].map((i) => at(corners, r * REGION + i)) as [number, number, number, number]
    if (!(region[2] > region[0] && region[3] > region[1])) continue
    for (let c = 1; c <= classes; c++) {
      const row = r * (classes + 1) + c
      const score = at(probabilities, row)
      if (!found.wants(score)) continue
      const [dx, dy, dw, dh] = [0, 1, 2, 3].map((i) => at(shifts, 4 * row + i)) as [number, number, number, number]
      const [left, top, right, bottom] = clipBox(shiftBox(region, dx, dy, dw, dh, edge), height, width, edge)
      found.add(c - 1, score, [left, top, right + edge, bottom + edge])
    }
  }
}
