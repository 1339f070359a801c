/** Which heads are recognised, and what small outputs made by hand are decoded to. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildZooModel, detectionHead, detectObjects, type HostTensor, recognise } from '../../../../engine/index.ts'
import { GraphBuilder } from '../../../../engine/ir/build.ts'
import type { TensorId } from '../../../../engine/ir/graph.ts'
import { hostTensor } from '../../../../engine/ir/tensor.ts'
import { OPS } from '../../../../engine/ops/registry.ts'

type Build = (
  add: (op: string, attrs: Record<string, unknown>, ...inputs: TensorId[]) => TensorId,
  input: (shape: number[]) => TensorId,
) => TensorId[]

/** A graph whose first input is a photo [1, 3, height, width]; maps of a head come from inputs' slices, which no head looks at. */
function graphOf(height: number, width: number, build: Build) {
  const b = new GraphBuilder('made', OPS)
  const photo = b.input('photo', [1, 3, height, width])
  let n = 0
  const add = (op: string, attrs: object, ...inputs: TensorId[]) => b.node(op, attrs as never, inputs, { name: `${op}${n++}` })
  const conv = (channels: number, stride: number) =>
    add('conv2d', { kernel: [1, 1], stride: [stride, stride] }, photo, b.weight(`w${n}`, [channels, 3, 1, 1], new Float32Array(channels * 3)))
  return b.finish(build(add, ([channels = 1, stride = 1]) => conv(channels, stride)))
}

const SIGMOID = { function: { kind: 'sigmoid' } }

const fastest = (classes: number, object: Record<string, unknown> = SIGMOID, last = 'softmax') =>
  graphOf(64, 96, (add, conv) => [
    add(
      'concat',
      { axis: 1 },
      add('activation', object, conv([1, 16])),
      conv([4, 16]),
      last === 'softmax' ? add('softmax', { axis: 1 }, conv([classes, 16])) : conv([classes, 16]),
    ),
  ])

/** As NanoDet exports itself: scores and distances joined per level, levels joined along the points. */
const nano = (strides: readonly number[], { classes = 3, bins = 8, sigmoid = true } = {}) =>
  graphOf(64, 96, (add, conv) => {
    const levels = strides.map((stride) => {
      const raw = conv([classes, stride])
      const joined = add('concat', { axis: 1 }, sigmoid ? add('activation', SIGMOID, raw) : raw, conv([4 * bins, stride]))
      const points = Math.ceil(64 / stride) * Math.ceil(96 / stride)
      return add('transpose', { perm: [0, 2, 1] }, add('reshape', { shape: [1, classes + 4 * bins, points] }, joined))
    })
    return [add('concat', { axis: 1 }, ...levels)]
  })

const nanoApart = (strides: readonly number[], isMap: boolean) =>
  graphOf(64, 96, (add, conv) => {
    const flat = (id: TensorId, channels: number, stride: number) =>
      isMap
        ? id
        : add('transpose', { perm: [0, 2, 1] }, add('reshape', { shape: [1, channels, Math.ceil(64 / stride) * Math.ceil(96 / stride)] }, id))
    const scores = strides.map((stride) => flat(add('activation', SIGMOID, conv([3, stride])), 3, stride))
    return [...scores, ...strides.map((stride) => flat(conv([32, stride]), 32, stride))]
  })

describe('which head', () => {
  it('knows FastestDet by its concatenation of a sigmoid, a box and a softmax, as loaded and recognised', () => {
    const graph = fastest(7)
    for (const g of [graph, recognise(graph)])
      expect(detectionHead(g)).toMatchObject({ title: 'FastestDet', classes: 7, height: 64, width: 96, form: { rows: 4, columns: 6 } })
    expect(detectionHead(graph)?.preprocess).toEqual({
      resize: 96,
      crop: [64, 96],
      channelOrder: 'BGR',
      scale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      fit: 'stretch',
    })
  })

  it('takes no other concatenation of the same shapes for it', () => {
    expect(detectionHead(fastest(7, { function: { kind: 'clip', min: 0, max: null } }))).toBeNull()
    expect(detectionHead(fastest(7, SIGMOID, 'none'))).toBeNull()
  })

  it('knows NanoDet by its levels, and NanoDet-Plus by the fourth', () => {
    const head = detectionHead(nano([8, 16, 32]))
    expect(head).toMatchObject({ title: 'NanoDet', classes: 3, form: { bins: 8, hasSigmoid: true, centre: 0.5 }, preprocess: { fit: 'letterbox' } })
    expect(head?.form.kind === 'nanoDet' && head.form.levels.map((l) => [l.rows, l.columns, l.stride])).toEqual([
      [8, 12, 8],
      [4, 6, 16],
      [2, 3, 32],
    ])
    expect(detectionHead(nano([8, 16, 32, 64]))).toMatchObject({ title: 'NanoDet-Plus', form: { centre: 0 }, preprocess: { fit: 'stretch' } })
    expect(detectionHead(nano([8, 16], { sigmoid: false, bins: 11 }))).toMatchObject({ form: { bins: 11, hasSigmoid: false } })
    expect(detectionHead(recognise(nano([8, 16, 32])))).toMatchObject({ title: 'NanoDet' })
  })

  it.each([true, false])('knows NanoDet by an output per level and kind (as maps: %s)', (isMap) => {
    expect(detectionHead(nanoApart([8, 16, 32], isMap))).toMatchObject({ title: 'NanoDet', classes: 3, form: { bins: 8, hasSigmoid: true } })
  })

  it('takes boxes of anchors, and classifiers, for no head of the kind', () => {
    expect(detectionHead(nano([8, 16], { bins: 1 }))).toBeNull()
    expect(detectionHead(nano([8, 16], { bins: 9 }))).toBeNull()
    expect(detectionHead(buildZooModel('shufflenet-v1-g3-0.25x').graph)).toBeNull()
  })
})

const head = (graph: ReturnType<typeof graphOf>) => {
  const found = detectionHead(graph)
  if (!found) throw new Error('no head')
  return found
}

describe('FastestDet decoded', () => {
  const own = head(fastest(3))
  /** All cells empty but those given: [object, tx, ty, tw, th, ...classes] by cell. */
  const output = (cells: Readonly<Record<number, readonly number[]>>): HostTensor => {
    const data = new Float32Array(8 * 24)
    for (const [cell, values] of Object.entries(cells)) for (const [c, v] of values.entries()) data[c * 24 + Number(cell)] = v
    return hostTensor([1, 8, 4, 6], data)
  }

  it('gives boxes in the pixels of a photo of another aspect', () => {
    // Row 1, column 2: centre (2/6, 1/4); sigmoid(0) is half of the input.
    const cells = output({ 8: [0.9, 0, 0, 0, 0, 0.1, 0.8, 0.1] })
    const [found, ...more] = detectObjects(own, [cells], { width: 600, height: 400 }, own.preprocess, { labels: ['a', 'b', 'c'] })
    expect(more).toEqual([])
    expect(found).toMatchObject({ label: 'b', index: 1 })
    expect(found?.score).toBeCloseTo(0.9 ** 0.6 * 0.8 ** 0.4, 6)
    expect(found?.box).toEqual([50, 0, 350, 200])
  })

  it('moves the centre by the hyperbolic tangent', () => {
    const cells = output({ 8: [1, Math.atanh(0.5), Math.atanh(-0.25), -2, -2, 1, 0, 0] })
    const [found] = detectObjects(own, [cells], { width: 96, height: 64 }, own.preprocess)
    const [left = 0, top = 0, right = 0, bottom = 0] = found?.box ?? []
    expect((left + right) / 2).toBeCloseTo(2.5 * 16, 4)
    expect((top + bottom) / 2).toBeCloseTo(0.75 * 16, 4)
    expect(right - left).toBeCloseTo(96 / (1 + Math.exp(2)), 4)
  })

  it('proposes nothing of values that are no numbers, and keeps absurd ones within the photo', () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number
    const cells = output({
      0: [nan, 0, 0, 0, 0, 1, 0, 0],
      1: [inf, 0, 0, 0, 0, 1, 0, 0],
      2: [0.9, nan, 0, 0, 0, 1, 0, 0],
      3: [0.9, 0, 0, -inf, 0, 1, 0, 0],
      4: [-0.9, 0, 0, 0, 0, 1, 0, 0],
      5: [0.9, 1e30, -1e30, 1e30, inf, 1, 0, 0],
      6: [1e30, 0, 0, 0, 0, 1, 0, 0],
    })
    const found = detectObjects(own, [cells], { width: 10, height: 10 }, own.preprocess)
    expect(found).toHaveLength(1)
    for (const { box } of found) {
      expect(Math.min(...box)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...box)).toBeLessThanOrEqual(10)
    }
  })

  it('refuses an output of another size', () => {
    const run = () => detectObjects(own, [hostTensor([1, 8, 1, 1], new Float32Array(8))], { width: 9, height: 9 }, own.preprocess)
    expect(run).toThrow(expect.objectContaining({ code: 'bad-input' }))
  })
})

describe('NanoDet decoded', () => {
  it('takes the mean of each distribution in strides, from the middle of a cell, and undoes the letterbox', () => {
    const own = head(nano([8, 16, 32]))
    const points = 96 + 24 + 6
    const data = new Float32Array(points * 35)
    // Second level (stride 16), row 1, column 2: centre (40, 24).
    const at = (96 + 1 * 6 + 2) * 35
    data[at + 2] = 0.75
    for (const [side, bin] of [1, 1, 2, 0].entries()) data[at + 3 + side * 8 + bin] = 50
    // Twice as wide as the input: 192 x 64 becomes 96 x 32, 16 rows of black above and below.
    const [found, ...more] = detectObjects(own, [hostTensor([1, points, 35], data)], { width: 192, height: 64 }, own.preprocess)
    expect(more).toEqual([])
    expect(found).toMatchObject({ index: 2, score: 0.75, label: 'class 2' })
    const expected = [24 * 2, 0, 72 * 2, (24 - 16) * 2]
    for (const [i, value] of expected.entries()) expect(found?.box[i]).toBeCloseTo(value, 4)
  })

  it('gives the same for outputs joined, apart, and as maps; Plus counts from the corner of a cell', () => {
    const photo = { width: 96, height: 64 }
    const random = (seed: number) => {
      let state = seed
      return () => {
        state = (state * 1664525 + 1013904223) >>> 0
        return state / 2 ** 32
      }
    }
    const next = random(7)
    const levels = [8, 16, 32].map((stride) => ({ stride, rows: 64 / stride, columns: 96 / stride }))
    const values = levels.map(({ rows, columns }) => Array.from({ length: rows * columns }, () => Array.from({ length: 35 }, next)))
    const tensor = (shape: number[], data: number[]) => hostTensor(shape, Float32Array.from(data))
    const joined = tensor([1, 126, 35], values.flat(2))
    const part = (from: number, to: number) =>
      values.map((level) =>
        tensor(
          [1, level.length, to - from],
          level.flatMap((p) => p.slice(from, to)),
        ),
      )
    const asMaps = (from: number, to: number) =>
      values.map((level, i) =>
        tensor(
          [1, to - from, levels[i]?.rows ?? 0, levels[i]?.columns ?? 0],
          Array.from({ length: to - from }, (_, c) => level.map((p) => p[from + c] ?? 0)).flat(),
        ),
      )
    const found = (graph: ReturnType<typeof graphOf>, outputs: HostTensor[]) =>
      detectObjects(head(graph), outputs, photo, head(graph).preprocess, { threshold: 0.9 })
    const first = found(nano([8, 16, 32]), [joined])
    expect(first.length).toBeGreaterThan(10)
    expect(found(nanoApart([8, 16, 32], false), [...part(0, 3), ...part(3, 35)])).toEqual(first)
    expect(found(nanoApart([8, 16, 32], true), [...asMaps(0, 3), ...asMaps(3, 35)])).toEqual(first)
  })

  it('makes only finite boxes of whatever the outputs hold', () => {
    const own = head(nano([16, 32]))
    const value = fc.oneof(fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38, -3e38, 0.99), fc.float())
    fc.assert(
      fc.property(fc.array(value, { minLength: 30 * 35, maxLength: 30 * 35 }), (data) => {
        const found = detectObjects(own, [hostTensor([1, 30, 35], Float32Array.from(data))], { width: 33, height: 17 }, own.preprocess)
        for (const { box, score } of found) {
          expect(box.every((v) => v >= 0 && v <= 33)).toBe(true)
          expect(score).toBeGreaterThan(own.threshold)
        }
      }),
      { numRuns: 40 },
    )
  })
})
