/** Detection heads: what a detector's output says, as labelled boxes in the photo. */
import { assert } from '../base/assert.ts'
import { type Graph, NONE, type Node, producers, tensorOf } from '../ir/graph.ts'
import { type HostTensor, hostTensor } from '../ir/tensor.ts'
import { checkPixels, type Pixels } from './pixels.ts'

/** Left, top, right and bottom in the photo's own pixels. */
export type FloatBox = readonly [x0: number, y0: number, x1: number, y1: number]

export interface Detection {
  /** Of the class. */
  readonly index: number
  /** 0..1 */
  readonly score: number
  readonly box: FloatBox
}

export interface DetectOptions {
  /** Boxes below it are left out. */
  readonly minScore: number
  /** Of two boxes of one class that overlap by more of their union, the one with the lower score is left out. */
  readonly maxOverlap: number
}

export interface DetectionHead {
  /** What made networks of this head known. */
  readonly title: string
  readonly classes: number
  /** f32 [1, 3, H, W], as its authors prepare a photo. Throws ScopeError `bad-input` where the pixels are not what they claim to be. */
  input(photo: Pixels): HostTensor
  /** `output` f32 [1, C, h, w]; best first. Values that are not finite make no box. */
  decode(output: HostTensor, photo: { readonly width: number; readonly height: number }, options: DetectOptions): Detection[]
}

/** Candidates that are compared with each other; no photo has as many objects. */
const MOST = 1000

/** The head of a recognised graph, known by what makes its output and never by a name; null where it is none of those known here. */
export function detectionHead(graph: Graph): DetectionHead | null {
  const [input, output] = [graph.inputs[0] ?? NONE, graph.outputs[0] ?? NONE]
  if (graph.inputs.length !== 1 || graph.outputs.length !== 1) return null
  const [, channels, height, width] = tensorOf(graph, input).fact.shape
  if (channels !== 3 || !height || !width) return null
  const classes = gridClasses(graph, output)
  return classes === null ? null : gridHead(classes, height, width)
}

/** Classes of a grid head: objectness (sigmoid), four numbers of a box, and a softmax over classes, side by side; else null. */
function gridClasses(graph: Graph, output: number): number | null {
  const makers = producers(graph)
  const last = makers.get(output)
  if (last?.op !== 'concat' || last.attrs.axis !== 1 || last.inputs.length !== 3 || tensorOf(graph, output).fact.shape.length !== 4) return null
  const [objectness, box, scores] = last.inputs.map((id) => ({ node: makers.get(id), channels: tensorOf(graph, id).fact.shape[1] ?? 0 }))
  if (!isSigmoid(objectness?.node) || objectness?.channels !== 1) return null
  if (box?.node?.op !== 'conv2d' || box.channels !== 4 || scores?.node?.op !== 'softmax') return null
  return scores.channels
}

function isSigmoid(node: Node | undefined): boolean {
  const value = node?.op === 'activation' ? node.attrs.function : node?.op === 'conv2d' ? node.attrs.activation : null
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'sigmoid'
}

/**
 * One box for each cell of a grid. Source: FastestDet by its author (github dog-qiuqiu/FastestDet, utils/tool.py and test.py):
 * score = objectness^0.6 * class^0.4, centre = cell + tanh, size = sigmoid of the whole photo; BGR from 0 to 1, stretched to
 * the input's size without keeping the aspect.
 */
function gridHead(classes: number, height: number, width: number): DetectionHead {
  return {
    title: 'FastestDet',
    classes,
    input: (photo) => stretched(photo, height, width),
    decode({ shape, data }, photo, options) {
      const [, channels = 0, rows = 0, columns = 0] = shape
      assert(channels === classes + 5, 'a grid head has five channels beside its classes')
      const cells = rows * columns
      const at = (channel: number, cell: number): number => data[channel * cells + cell] ?? Number.NaN
      const found: Detection[] = []
      for (let cell = 0; cell < cells; cell++) {
        let index = 0
        for (let c = 1; c < classes; c++) if (at(5 + c, cell) > at(5 + index, cell)) index = c
        const score = at(0, cell) ** 0.6 * at(5 + index, cell) ** 0.4
        if (!(score >= options.minScore)) continue
        const x = (Math.tanh(at(1, cell)) + (cell % columns)) / columns
        const y = (Math.tanh(at(2, cell)) + Math.floor(cell / columns)) / rows
        const w = sigmoid(at(3, cell))
        const h = sigmoid(at(4, cell))
        const across = (v: number): number => Math.min(Math.max(v, 0), 1) * photo.width
        const down = (v: number): number => Math.min(Math.max(v, 0), 1) * photo.height
        const box = [across(x - w / 2), down(y - h / 2), across(x + w / 2), down(y + h / 2)] as const
        if (box.every(Number.isFinite)) found.push({ index, score, box })
      }
      return suppress(found, options.maxOverlap)
    },
  }
}

function sigmoid(v: number): number {
  return 1 / (1 + Math.exp(-v))
}

/** Intersection over union, 0..1. */
export function overlap(a: FloatBox, b: FloatBox): number {
  const area = ([x0, y0, x1, y1]: FloatBox): number => Math.max(0, x1 - x0) * Math.max(0, y1 - y0)
  const both = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])])
  const either = area(a) + area(b) - both
  return either > 0 ? both / either : 0
}

/** Non-maximum suppression, each class for itself; best first, of equal scores the earlier. */
export function suppress(found: readonly Detection[], maxOverlap: number): Detection[] {
  const kept: Detection[] = []
  for (const one of [...found].sort((a, b) => b.score - a.score).slice(0, MOST))
    if (!kept.some((other) => other.index === one.index && overlap(other.box, one.box) > maxOverlap)) kept.push(one)
  return kept
}

/** BGR from 0 to 1, stretched by bilinear sampling between pixel centres, without a filter where it shrinks: as OpenCV's INTER_LINEAR. */
function stretched(photo: Pixels, height: number, width: number): HostTensor {
  checkPixels(photo)
  const plane = height * width
  const out = new Float32Array(3 * plane)
  const across = samples(photo.width, width)
  const down = samples(photo.height, height)
  down.forEach((y, row) => {
    across.forEach((x, column) => {
      for (let c = 0; c < 3; c++) {
        const value = (r: number, k: number): number => photo.data[(r * photo.width + k) * 3 + 2 - c] ?? 0
        const top = value(y.first, x.first) * (1 - x.share) + value(y.first, x.second) * x.share
        const bottom = value(y.second, x.first) * (1 - x.share) + value(y.second, x.second) * x.share
        out[c * plane + row * width + column] = Math.round(top * (1 - y.share) + bottom * y.share) / 255
      }
    })
  })
  return hostTensor([1, 3, height, width], out)
}

/** For each of `to` pixels, the two of `from` that it lies between, and how near it is to the second. */
function samples(from: number, to: number): { first: number; second: number; share: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1)
    const first = Math.floor(at)
    return { first, second: Math.min(first + 1, from - 1), share: at - first }
  })
}
