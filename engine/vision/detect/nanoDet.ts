/**
 * The head of NanoDet (generalised focal loss): at every point of several maps a score per class and, for each side of the box,
 * a distribution over distances 0..bins-1 in strides. Source: github.com/RangiLyu/nanodet, nanodet/model/head; arXiv:2006.04388.
 */
import type { Graph, TensorId } from '../../ir/graph.ts'
import type { HostTensor } from '../../ir/tensor.ts'
import type { Preprocess } from '../../model.ts'
import type { Candidates } from './candidates.ts'
import { isActivation, type Upstream, upstreamOf } from './upstream.ts'

/** One map: value `channel` at `point` lies at `base + point * pointStep + channel * channelStep` of its output. */
export interface NanoDetPart {
  readonly output: number
  readonly base: number
  readonly pointStep: number
  readonly channelStep: number
}

export interface NanoDetLevel {
  readonly rows: number
  readonly columns: number
  /** Pixels of the input between points. */
  readonly stride: number
  readonly scores: NanoDetPart
  readonly distances: NanoDetPart
}

export interface NanoDetHead {
  readonly kind: 'nanoDet'
  readonly classes: number
  /** Distances that a side can have, reg_max + 1. */
  readonly bins: number
  readonly levels: readonly NanoDetLevel[]
  /** Whether the graph ends in a sigmoid over the scores. */
  readonly hasSigmoid: boolean
  /** Where a point lies in its cell: 0.5 in the middle (NanoDet), 0 at the corner (NanoDet-Plus, which has a fourth level). */
  readonly centre: 0 | 0.5
}

/** reg_max 7, 10, 15 and 16, as configurations of NanoDet and of its source have it. Others would take anchors for bins. */
const BINS: ReadonlySet<number> = new Set([8, 11, 16, 17])
const STRIDES = [4, 8, 16, 32, 64, 128]

type Level = Omit<NanoDetLevel, 'scores' | 'distances'>

/** A map of `points` points on an input of this size; undefined where no stride gives so many. */
function levelOf(points: number, height: number, width: number): Level | undefined {
  for (const stride of STRIDES) {
    const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)]
    if (rows * columns === points) return { rows, columns, stride }
  }
  return undefined
}

/** Known by its outputs' shapes and by the concatenations or sigmoids that they come from; null where it is another head. */
export function nanoDetHead(graph: Graph): NanoDetHead | null {
  const [input] = graph.inputs
  if (input === undefined || graph.outputs.length < 1) return null
  const upstream = upstreamOf(graph)
  const [, , height = 0, width = 0] = upstream.shape(input)
  return graph.outputs.length === 1 ? joined(graph, upstream, height, width) : apart(graph, upstream, height, width)
}

/** One output [1, points, classes + 4 * bins], the levels one after another, each a concatenation of scores and distances. */
function joined(graph: Graph, upstream: Upstream, height: number, width: number): NanoDetHead | null {
  const output = graph.outputs[0] as TensorId
  const { shape, source, parts } = upstream
  const [n, points = 0, channels = 0] = shape(output)
  if (shape(output).length !== 3 || n !== 1) return null
  // Levels are joined along the points before or after points and channels change places.
  const last = source(output)
  const levelIds = parts(output, 2) ?? parts(output, 1) ?? []
  if (last?.op !== 'concat' || levelIds.length < 2) return null
  const levels: NanoDetLevel[] = []
  let split: readonly [number, number] | undefined
  let hasSigmoid = true
  let base = 0
  for (const id of levelIds) {
    const [scores, distances, ...rest] = parts(id, 1) ?? []
    if (scores === undefined || distances === undefined || rest.length > 0) return null
    const [, classes = 0, rows = 0, columns = 0] = shape(scores)
    const [, sides = 0] = shape(distances)
    if (shape(scores).length !== 4 || classes + sides !== channels) return null
    if (split && (split[0] !== classes || split[1] !== sides)) return null
    split = [classes, sides]
    hasSigmoid &&= isActivation(source(scores), 'sigmoid')
    const level = levelOf(rows * columns, height, width)
    if (level?.rows !== rows || level.columns !== columns) return null
    const part = (first: number): NanoDetPart => ({ output: 0, base: base * channels + first, pointStep: channels, channelStep: 1 })
    levels.push({ ...level, scores: part(0), distances: part(classes) })
    base += rows * columns
  }
  return base === points && split ? finished(split[0], split[1], levels, hasSigmoid) : null
}

/** Two outputs per level, [1, points, channels] or [1, channels, rows, columns]. */
function apart(graph: Graph, { shape, source }: Upstream, height: number, width: number): NanoDetHead | null {
  const found = new Map<number, { level: Level; outputs: { channels: number; isSigmoid: boolean; part: NanoDetPart }[] }>()
  for (const [output, id] of graph.outputs.entries()) {
    const extents = shape(id)
    const isMap = extents.length === 4
    if (extents[0] !== 1 || (extents.length !== 3 && !isMap)) return null
    const [channels = 0, points = 0] = isMap ? [extents[1], (extents[2] ?? 0) * (extents[3] ?? 0)] : [extents[2], extents[1]]
    const level = levelOf(points, height, width)
    if (!level || (isMap && (level.rows !== extents[2] || level.columns !== extents[3]))) return null
    const part = { output, base: 0, pointStep: isMap ? 1 : channels, channelStep: isMap ? points : 1 }
    const own = found.get(level.stride) ?? { level, outputs: [] }
    own.outputs.push({ channels, isSigmoid: isActivation(source(id), 'sigmoid'), part })
    found.set(level.stride, own)
  }
  const levels: NanoDetLevel[] = []
  const splits = new Set<string>()
  let sizes: readonly [number, number] = [0, 0]
  let hasSigmoid = true
  for (const { level, outputs } of [...found.values()].sort((a, b) => a.level.stride - b.level.stride)) {
    // The sigmoid tells the scores apart; without one they come first, as in the author's export.
    const [scores, distances, ...rest] = outputs[1]?.isSigmoid ? [...outputs].reverse() : outputs
    if (!scores || !distances || rest.length > 0 || distances.isSigmoid) return null
    hasSigmoid &&= scores.isSigmoid
    sizes = [scores.channels, distances.channels]
    splits.add(sizes.join())
    levels.push({ ...level, scores: scores.part, distances: distances.part })
  }
  return splits.size === 1 && levels.length >= 2 ? finished(sizes[0], sizes[1], levels, hasSigmoid) : null
}

function finished(classes: number, sides: number, levels: readonly NanoDetLevel[], hasSigmoid: boolean): NanoDetHead | null {
  const bins = sides / 4
  return classes < 1 || !BINS.has(bins) ? null : { kind: 'nanoDet', classes, bins, levels, hasSigmoid, centre: levels.length >= 4 ? 0 : 0.5 }
}

/** BGR less mean over deviation, in bytes; NanoDet keeps the aspect on black, NanoDet-Plus does not. `size`: [height, width]. */
export function nanoDetPreprocess({ centre }: NanoDetHead, size: readonly [number, number]): Preprocess {
  return {
    resize: Math.max(...size),
    crop: size,
    channelOrder: 'BGR',
    scale: 1,
    mean: [103.53, 116.28, 123.675],
    std: [57.375, 57.12, 58.395],
    fit: centre === 0 ? 'stretch' : 'letterbox',
  }
}

/** A box per point and class, within the input. `width` and `height` of the input in pixels. */
export function decodeNanoDet(head: NanoDetHead, outputs: readonly HostTensor[], width: number, height: number, found: Candidates): void {
  const { classes, bins, hasSigmoid, centre } = head
  for (const { rows, columns, stride, scores, distances } of head.levels) {
    const scoreData = outputs[scores.output]?.data ?? []
    const distanceData = outputs[distances.output]?.data ?? []
    for (let point = 0; point < rows * columns; point++) {
      let box: readonly [number, number, number, number] | undefined
      for (let c = 0; c < classes; c++) {
        const value = scoreData[scores.base + point * scores.pointStep + c * scores.channelStep] as number
        const score = hasSigmoid ? value : 1 / (1 + Math.exp(-value))
        if (!found.wants(score)) continue
        box ??= boxAt(point)
        found.add(c, score, box)
      }
    }
    function boxAt(point: number): readonly [number, number, number, number] {
      const x = ((point % columns) + centre) * stride
      const y = (Math.floor(point / columns) + centre) * stride
      const from = distances.base + point * distances.pointStep
      const side = (s: number) => stride * expected(distanceData, from + s * bins * distances.channelStep, bins, distances.channelStep)
      const within = (value: number, limit: number) => Math.min(Math.max(value, 0), limit)
      return [within(x - side(0), width), within(y - side(1), height), within(x + side(2), width), within(y + side(3), height)]
    }
  }
}

/** Mean of 0..bins-1 under the softmax of the values; NaN where they are not finite. */
function expected(values: ArrayLike<number>, from: number, bins: number, step: number): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let b = 0; b < bins; b++) largest = Math.max(largest, values[from + b * step] as number)
  let sum = 0
  let weighted = 0
  for (let b = 0; b < bins; b++) {
    const e = Math.exp((values[from + b * step] as number) - largest)
    sum += e
    weighted += b * e
  }
  return weighted / sum
}
