/** What an opened model can do with a photo: how it becomes the input, and whether classes come out. */
import { type Graph, type Model, NONE, type Preprocess, sizeOf, tensorOf } from '../../engine/index.ts'

/** As the engine's own limit on a crop. */
const LARGEST_SIDE = 16_384

/**
 * How a photo becomes the input of a model. A file that does not say it (a detector's, for example) gets RGB from 0 to 1
 * where its one input is an image [1, 3, H, W]: feature maps can be looked at then. Null where no photo fits.
 */
export function preprocessOf({ preprocess, graph }: Pick<Model, 'preprocess' | 'graph'>): Preprocess | null {
  const [input, ...more] = graph.inputs
  if (input === undefined || more.length > 0) return null
  const { shape, dtype } = tensorOf(graph, input).fact
  const [n, channels, height = 0, width = 0] = shape
  if (shape.length !== 4 || channels !== 3) return null
  if (preprocess) return preprocess
  if (n !== 1 || dtype !== 'f32' || Math.min(height, width) < 1 || Math.max(height, width) > LARGEST_SIDE) return null
  return { resize: Math.max(height, width), crop: [height, width], channelOrder: 'RGB', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] }
}

/** What a user must know of a model: its own notice, or that its input was assumed. */
export function noticeOf(model: Model): string | null {
  if (model.notice !== null || model.preprocess !== null || preprocessOf(model) === null) return model.notice
  return 'The file does not say how a photo becomes its input: RGB from 0 to 1 is assumed'
}

/** Whether the first output is one value per class: [1, K] or [1, K, 1, 1]. */
export function answersClasses(graph: Graph): boolean {
  const output = graph.outputs[0] ?? NONE
  if (output === NONE) return false
  const { shape } = tensorOf(graph, output).fact
  return shape.length >= 1 && sizeOf(shape) > 1 && Math.max(...shape) === sizeOf(shape)
}
