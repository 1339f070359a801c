/** Which detection head a graph has, by the shapes of its outputs and the ops that make them; a name says nothing. */
import { type Graph, tensorOf } from '../../ir/graph.ts'
import type { Preprocess } from '../../model.ts'
import { type FasterRcnnHead, fasterRcnnHead, fasterRcnnPreprocess } from './fasterRcnn.ts'
import { type FastestDetHead, fastestDetHead, fastestDetPreprocess } from './fastestDet.ts'
import { type NanoDetHead, nanoDetHead, nanoDetPreprocess } from './nanoDet.ts'

export interface DetectionHead {
  /** The network that has such a head. */
  readonly title: string
  readonly classes: number
  /** Of the network's input in pixels. */
  readonly height: number
  readonly width: number
  /** How its author prepares photos. */
  readonly preprocess: Preprocess
  /** Scores that its author shows, and the overlap (IoU) from which boxes of a class count as one object. */
  readonly threshold: number
  readonly iou: number
  readonly form: FastestDetHead | NanoDetHead | FasterRcnnHead
}

/** As the engine's limit on a crop. */
const LARGEST_SIDE = 16_384

/** For graphs as loaded or recognised, with one image [1, 3, H, W] as input. Null where none of the known heads is there. */
export function detectionHead(graph: Graph): DetectionHead | null {
  const [input, ...more] = graph.inputs
  if (input === undefined || more.length > 0) return null
  const { shape, dtype } = tensorOf(graph, input).fact
  const [n, channels, height = 0, width = 0] = shape
  if (shape.length !== 4 || n !== 1 || channels !== 3 || dtype !== 'f32') return null
  if (Math.min(height, width) < 1 || Math.max(height, width) > LARGEST_SIDE) return null
  const fastest = fastestDetHead(graph)
  const size = [height, width] as const
  if (fastest)
    return {
      title: 'FastestDet',
      classes: fastest.classes,
      height,
      width,
      preprocess: fastestDetPreprocess(size),
      threshold: 0.65,
      iou: 0.45,
      form: fastest,
    }
  const faster = fasterRcnnHead(graph)
  if (faster)
    return {
      title: 'Faster R-CNN',
      classes: faster.classes,
      height,
      width,
      preprocess: fasterRcnnPreprocess(size),
      threshold: 0.8,
      iou: 0.3,
      form: faster,
    }
  const nano = nanoDetHead(graph)
  return (
    nano && {
      title: nano.centre === 0 ? 'NanoDet-Plus' : 'NanoDet',
      classes: nano.classes,
      height,
      width,
      preprocess: nanoDetPreprocess(nano, size),
      threshold: 0.35,
      iou: 0.6,
      form: nano,
    }
  )
}
