/**
 * The head of FastestDet: one map of cells [1, 1 + 4 + classes, rows, columns] with the probability of an object, the box, and
 * the probabilities of the classes. Source: github.com/dog-qiuqiu/FastestDet, module/detector.py and test.py;
 * score, threshold and overlap as in example/ncnn/FastestDet.cpp.
 */
import type { Graph } from '../../ir/graph.ts'
import type { HostTensor } from '../../ir/tensor.ts'
import type { Preprocess } from '../../model.ts'
import type { Candidates } from './candidates.ts'
import { isActivation, upstreamOf } from './upstream.ts'

export interface FastestDetHead {
  readonly kind: 'fastestDet'
  readonly classes: number
  readonly rows: number
  readonly columns: number
}

const BOX = 4
const BEFORE_CLASSES = 1 + BOX

/** Known by a concatenation of a sigmoid (1 channel), a box (4) and a softmax over the classes; null where it is another head. */
export function fastestDetHead(graph: Graph): FastestDetHead | null {
  const [output, ...more] = graph.outputs
  if (output === undefined || more.length > 0) return null
  const { shape, source, parts } = upstreamOf(graph)
  const [n, channels = 0, rows = 0, columns = 0] = shape(output)
  const classes = channels - BEFORE_CLASSES
  if (shape(output).length !== 4 || n !== 1 || classes < 1 || rows < 1 || columns < 1) return null
  const [object, box, scores, ...rest] = parts(output, 1) ?? []
  if (object === undefined || box === undefined || scores === undefined || rest.length > 0) return null
  const fits = [object, box, scores].map((id) => shape(id)[1]).join() === [1, BOX, classes].join()
  const isBare = !isActivation(source(box), 'sigmoid') && !isActivation(source(box), 'tanh')
  if (!fits || !isBare || !isActivation(source(object), 'sigmoid') || source(scores)?.op !== 'softmax') return null
  return { kind: 'fastestDet', classes, rows, columns }
}

/** As its author trains and tests it: BGR, 0..1, resized to the input without keeping the aspect. `size`: [height, width]. */
export function fastestDetPreprocess(size: readonly [number, number]): Preprocess {
  return { resize: Math.max(...size), crop: size, channelOrder: 'BGR', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1], fit: 'stretch' }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/**
 * A box per cell, with its likeliest class: score object^0.6 * class^0.4, centre (column + tanh x, row + tanh y) in cells,
 * width and height as sigmoids of the whole input. `width` and `height` of the input in pixels.
 */
export function decodeFastestDet(head: FastestDetHead, { data }: HostTensor, width: number, height: number, found: Candidates): void {
  const { classes, rows, columns } = head
  const cells = rows * columns
  const at = (channel: number, cell: number) => data[channel * cells + cell] as number
  for (let cell = 0; cell < cells; cell++) {
    let best = 0
    for (let c = 1; c < classes; c++) if (at(BEFORE_CLASSES + c, cell) > at(BEFORE_CLASSES + best, cell)) best = c
    const score = at(0, cell) ** 0.6 * at(BEFORE_CLASSES + best, cell) ** 0.4
    if (!found.wants(score)) continue
    const x = (((cell % columns) + Math.tanh(at(1, cell))) / columns) * width
    const y = ((Math.floor(cell / columns) + Math.tanh(at(2, cell))) / rows) * height
    const halfWidth = (sigmoid(at(3, cell)) * width) / 2
    const halfHeight = (sigmoid(at(4, cell)) * height) / 2
    found.add(best, score, [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight])
  }
}
