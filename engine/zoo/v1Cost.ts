/**
 * What ShuffleNet v1 costs, from its numbers alone: no graph and no weights, so that it answers while a slider moves.
 * Each layer is counted as its op counts it (ops/<kind>/op.ts), for the paper's units with the zoo's choices.
 */
import { badInput } from '../base/errors.ts'
import type { Cost } from '../ops/op.ts'
import { v1Widths } from './v1Widths.ts'

/** Sizes of one network of the family. */
export interface V1Shape {
  readonly groups: number
  readonly stem: number
  /** Channels of stages 2, 3 and 4. */
  readonly widths: readonly [number, number, number]
  /** Units of stages 2, 3 and 4. */
  readonly repeats: readonly [number, number, number]
  /** Pixels of the input. */
  readonly height: number
  readonly width: number
  readonly shuffle: boolean
  readonly classes: number
}

export interface V1Section {
  readonly key: 'stem' | 'stage2' | 'stage3' | 'stage4' | 'head'
  readonly cost: Cost
}

export interface V1Cost {
  readonly shape: V1Shape
  readonly sections: readonly V1Section[]
  readonly total: Cost
  /** Channel shuffles: their number, and the bytes that they read and write where nothing is fused. */
  readonly shuffles: { readonly count: number; readonly bytes: number }
}

export interface V1Request {
  readonly groups: number
  readonly scale: number
  readonly height: number
  readonly width: number
  readonly shuffle: boolean
  readonly repeats: readonly [number, number, number]
  /** Default 1000. */
  readonly classes?: number
}

const F32 = 4
const LIMITS = { side: 4096, repeats: 64, classes: 100_000, channels: 1 << 16 }
const SECTIONS = ['stem', 'stage2', 'stage3', 'stage4', 'head'] as const
const CLASSES = 1000

interface MapSize {
  readonly c: number
  readonly h: number
  readonly w: number
}

/** Adds layers up as they follow each other. */
class Tally {
  convMacs = 0
  linearMacs = 0
  elementOps = 0
  params = 0
  bytesRead = 0
  bytesWritten = 0

  conv(x: MapSize, c: number, kernel: number, stride: number, groups: number): MapSize {
    const y = windowed(x, c, kernel, stride)
    const weights = c * (x.c / groups) * kernel * kernel
    this.convMacs += weights * y.h * y.w
    this.params += weights
    this.move(elements(x) + weights, elements(y))
    return y
  }

  batchNorm(x: MapSize): void {
    this.params += 2 * x.c
    this.elementOps += elements(x)
    this.move(elements(x) + 4 * x.c, elements(x))
  }

  relu(x: MapSize): void {
    this.elementOps += elements(x)
    this.move(elements(x), elements(x))
  }

  /** No MAC and no parameter: bytes alone. Returns how many. */
  shuffle(x: MapSize): number {
    this.move(elements(x), elements(x))
    return 2 * F32 * elements(x)
  }

  add(x: MapSize): void {
    this.elementOps += elements(x)
    this.move(2 * elements(x), elements(x))
  }

  concat(a: MapSize, b: MapSize): MapSize {
    this.move(elements(a) + elements(b), elements(a) + elements(b))
    return { ...a, c: a.c + b.c }
  }

  pool(x: MapSize): MapSize {
    const y = windowed(x, x.c, 3, 2)
    this.elementOps += 9 * elements(y)
    this.move(elements(x), elements(y))
    return y
  }

  classifier(x: MapSize, classes: number): void {
    this.elementOps += elements(x) + classes
    this.move(elements(x), x.c)
    this.linearMacs += x.c * classes
    this.params += (x.c + 1) * classes
    this.move(x.c + (x.c + 1) * classes, classes)
  }

  get cost(): Cost {
    const { convMacs, linearMacs, elementOps, params, bytesRead, bytesWritten } = this
    return { convMacs, linearMacs, elementOps, params, bytesRead, bytesWritten }
  }

  private move(read: number, written: number): void {
    this.bytesRead += F32 * read
    this.bytesWritten += F32 * written
  }
}

function elements({ c, h, w }: MapSize): number {
  return c * h * w
}

/** Size after a window that is padded by half its kernel. */
function windowed({ h, w }: MapSize, c: number, kernel: number, stride: number): MapSize {
  const along = (size: number) => Math.floor((size + 2 * ((kernel - 1) >> 1) - kernel) / stride) + 1
  return { c, h: along(h), w: along(w) }
}

/** Costs at a scale of the paper's widths. Throws ScopeError `bad-input` as `v1Widths` and `v1ShapeCost` do. */
export function shuffleNetV1Cost({ scale, classes = CLASSES, ...rest }: V1Request): V1Cost {
  return v1ShapeCost({ ...rest, ...v1Widths(rest.groups, scale), classes })
}

/**
 * Costs of a network with given widths, nothing fused; bytes are those of f32. The same as adding up the layers of
 * the graph that `shuffleNetV1` builds with the paper's variant. Throws ScopeError `bad-input` where the widths do not
 * divide into groups (stages by 4g, the stem by g) or a size is out of bounds.
 */
export function v1ShapeCost(shape: V1Shape): V1Cost {
  check(shape)
  const { groups, repeats, widths } = shape
  const tallies = SECTIONS.map(() => new Tally())
  const shuffles = { count: 0, bytes: 0 }
  const [stem = new Tally()] = tallies
  let x = stem.conv({ c: 3, h: shape.height, w: shape.width }, shape.stem, 3, 2, 1)
  stem.batchNorm(x)
  stem.relu(x)
  x = stem.pool(x)
  widths.forEach((width, s) => {
    const tally = tallies[s + 1]
    if (!tally) return
    const bottleneck = width / 4
    for (let u = 0; u < (repeats[s] ?? 0); u++) {
      const down = u === 0
      let y = tally.conv(x, bottleneck, 1, 1, s === 0 && down ? 1 : groups)
      tally.batchNorm(y)
      tally.relu(y)
      if (shape.shuffle && groups > 1) {
        shuffles.count++
        shuffles.bytes += tally.shuffle(y)
      }
      y = tally.conv(y, bottleneck, 3, down ? 2 : 1, bottleneck)
      tally.batchNorm(y)
      y = tally.conv(y, down ? width - x.c : width, 1, 1, groups)
      tally.batchNorm(y)
      if (down) y = tally.concat(y, tally.pool(x))
      else tally.add(y)
      tally.relu(y)
      x = y
    }
  })
  tallies.at(-1)?.classifier(x, shape.classes)
  const sections = SECTIONS.map((key, i): V1Section => ({ key, cost: (tallies[i] ?? stem).cost }))
  return { shape, sections, total: sections.map((s) => s.cost).reduce(sum), shuffles }
}

function sum(a: Cost, b: Cost): Cost {
  return {
    convMacs: a.convMacs + b.convMacs,
    linearMacs: a.linearMacs + b.linearMacs,
    elementOps: a.elementOps + b.elementOps,
    params: a.params + b.params,
    bytesRead: a.bytesRead + b.bytesRead,
    bytesWritten: a.bytesWritten + b.bytesWritten,
  }
}

function check({ groups, stem, widths, repeats, height, width, classes }: V1Shape): void {
  const whole = (what: string, value: number, limit: number) => {
    if (!Number.isInteger(value) || value < 1 || value > limit)
      throw badInput(`The ${what}`, `${value} is not a whole number from 1 to ${limit}`, 'Choose another value')
  }
  whole('number of groups', groups, LIMITS.channels)
  whole('input height', height, LIMITS.side)
  whole('input width', width, LIMITS.side)
  whole('number of classes', classes, LIMITS.classes)
  whole('stem', stem, LIMITS.channels)
  for (const r of repeats) whole('number of units', r, LIMITS.repeats)
  widths.forEach((c, s) => {
    whole(`width of stage ${s + 2}`, c, LIMITS.channels)
    const before = s === 0 ? stem : (widths[s - 1] ?? 0)
    if (c % (4 * groups) !== 0 || c <= before || stem % groups !== 0)
      throw badInput(
        'ShuffleNet v1',
        `a stem of ${stem} and stages of ${widths.join(', ')} channels do not make units of ${groups} groups`,
        'Stage widths must grow and be multiples of 4 times the groups, the stem a multiple of the groups',
      )
  })
}
