/** What a file that holds a network alone leaves open: an id, and how a photo becomes the input of a classifier. */
import { type Graph, tensorOf } from '../ir/graph.ts'
import { sizeOf } from '../ir/tensor.ts'
import type { Preprocess } from '../model.ts'

/** Longest side of an input in pixels. */
const MAX_SIDE = 14336

export interface Classifier {
  readonly height: number
  readonly width: number
  readonly classes: number
}

/** For networks of colour images only: one input [1, 3, H, W], one output [1, K] or [1, K, 1, 1], K of two or more. */
export function classifierOf(graph: Graph): Classifier | undefined {
  const [input, ...moreInputs] = graph.inputs
  const [output, ...moreOutputs] = graph.outputs
  if (input === undefined || output === undefined || moreInputs.length > 0 || moreOutputs.length > 0) return undefined
  const image = tensorOf(graph, input).fact.shape
  const [n, channels, height = 0, width = 0] = image
  const result = tensorOf(graph, output).fact.shape
  const classes = result[1] ?? 0
  const isImage = image.length === 4 && n === 1 && channels === 3 && height > 0 && width > 0 && height <= MAX_SIDE && width <= MAX_SIDE
  return isImage && result[0] === 1 && classes >= 2 && sizeOf(result) === classes ? { height, width, classes } : undefined
}

/** As networks are trained on ImageNet most often; `IMAGENET_WORDS` says so. */
export function imagenetPreprocess({ height, width }: Classifier): Preprocess {
  return {
    resize: resizeFor(height, width),
    crop: [height, width],
    channelOrder: 'RGB',
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  }
}

export const IMAGENET_WORDS =
  '. How photos are prepared is assumed (RGB, mean and deviation of ImageNet; with 1000 classes, its class names too); the file does not say'

/** Short side of a photo before its centre is cut out: 256 for 224. */
export function resizeFor(height: number, width: number): number {
  return Math.round(Math.min(height, width) / 0.875)
}

/** An id made of a title, or `otherwise` where nothing of it is left. */
export function slugOf(title: string, otherwise: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^-+|-+$/g, '') || otherwise
  )
}
