/** Detection heads: a real detector against onnxruntime, and what a head makes of outputs written by hand. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import * as ort from 'onnxruntime-web'
import { describe, expect, it } from 'vitest'
import { decodeImage } from '../../../electron/services/images.ts'
import {
  buildZooModel,
  type Detection,
  detectionHead,
  evaluateGraph,
  fuse,
  type HostTensor,
  makePlan,
  openModel,
  overlap,
  recognise,
  suppress,
} from '../../../engine/index.ts'
import { sharedPath } from '../../fixtures/shared.ts'

ort.env.wasm.numThreads = 1
const ROOT = resolve(import.meta.dirname, '../../..')
const DETECTOR = sharedPath('models/FastestDet.onnx')
const open = async () => recognise((await openModel({ name: 'FastestDet.onnx', bytes: readFileSync(DETECTOR ?? '') })).graph)

/** FastestDet's rule, written as its author has it: cell by cell, then one pair of boxes after the other. */
function byTheBook(output: HostTensor, width: number, height: number, minScore: number): Detection[] {
  const [, channels = 0, rows = 0, columns = 0] = output.shape
  const value = (c: number, y: number, x: number) => output.data[(c * rows + y) * columns + x] ?? 0
  const boxes: Detection[] = []
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const scores = Array.from({ length: channels - 5 }, (_, c) => value(5 + c, y, x))
      const best = Math.max(...scores)
      const score = value(0, y, x) ** 0.6 * best ** 0.4
      if (score < minScore) continue
      const [w, h] = [value(3, y, x), value(4, y, x)].map((v) => 1 / (1 + Math.exp(-v))) as [number, number]
      const [cx, cy] = [(Math.tanh(value(1, y, x)) + x) / columns, (Math.tanh(value(2, y, x)) + y) / rows]
      const corner = (v: number, side: number) => Math.min(Math.max(v, 0), 1) * side
      boxes.push({
        index: scores.indexOf(best),
        score,
        box: [corner(cx - w / 2, width), corner(cy - h / 2, height), corner(cx + w / 2, width), corner(cy + h / 2, height)],
      })
    }
  boxes.sort((a, b) => b.score - a.score)
  const gone = new Set<number>()
  boxes.forEach((a, i) => {
    if (gone.has(i)) return
    boxes.forEach((b, j) => {
      if (j > i && a.index === b.index && overlap(a.box, b.box) > 0.45) gone.add(j)
    })
  })
  return boxes.filter((_, i) => !gone.has(i))
}

describe.skipIf(!DETECTOR)('FastestDet (skipped where the reference model is absent)', () => {
  it.each(['garbage-truck.jpg', 'cat.jpg', 'coffee.jpg'])('finds in %s what onnxruntime finds, with its scores', async (name) => {
    const graph = await open()
    const head = detectionHead(graph)
    if (!head) throw new Error('its head was not known')
    expect([head.title, head.classes]).toEqual(['FastestDet', 80])
    const photo = await decodeImage(join(ROOT, 'assets/samples', name))
    const input = head.input(photo)
    const options = { minScore: 0.2, maxOverlap: 0.45 }
    const [ours] = [...evaluateGraph(graph, [input]).values()].slice(-1)
    const session = await ort.InferenceSession.create(readFileSync(DETECTOR ?? ''), { executionProviders: ['wasm'] })
    const feed = { [session.inputNames[0] ?? '']: new ort.Tensor('float32', Float32Array.from(input.data), [...input.shape]) }
    const theirs = (await session.run(feed))[session.outputNames[0] ?? '']
    await session.release()
    const expected = byTheBook({ dtype: 'f32', shape: theirs?.dims ?? [], data: theirs?.data as Float32Array }, photo.width, photo.height, 0.2)
    const found = head.decode(ours as HostTensor, photo, options)
    expect(expected.length).toBeGreaterThan(0)
    expect(found.map((d) => d.index)).toEqual(expected.map((d) => d.index))
    found.forEach((d, i) => {
      expect(Math.abs(d.score - (expected[i]?.score ?? 9))).toBeLessThan(1e-3)
      expect(overlap(d.box, expected[i]?.box ?? [0, 0, 0, 0])).toBeGreaterThan(0.99)
    })
  })

  it('has its head in the fused graph as well, and a plan', async () => {
    const fused = fuse(await open())
    expect(makePlan(fused).outputs[0]?.shape).toEqual([1, 85, 22, 22])
  })
})

describe('a head', () => {
  it('is none of a classifier', () => {
    expect(detectionHead(recognise(buildZooModel('shufflenet-v1-g3-0.25x', { inputSize: 64 }).graph))).toBeNull()
  })
})

describe('overlapping boxes', () => {
  const box = fc
    .tuple(fc.nat(20), fc.nat(20), fc.nat(20), fc.nat(20))
    .map(([a, b, c, d]) => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)] as const)

  it('overlap by as many of their cells as counting gives', () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        const inside = ([x0, y0, x1, y1]: typeof a, x: number, y: number) => x >= x0 && x < x1 && y >= y0 && y < y1
        let [both, either] = [0, 0]
        for (let x = 0; x < 20; x++)
          for (let y = 0; y < 20; y++) {
            if (inside(a, x, y) && inside(b, x, y)) both++
            if (inside(a, x, y) || inside(b, x, y)) either++
          }
        expect(overlap(a, b)).toBeCloseTo(either > 0 ? both / either : 0, 12)
      }),
    )
  })

  it('of one class leave the best, those of others stay', () => {
    const at = (index: number, score: number, x: number): Detection => ({ index, score, box: [x, 0, x + 10, 10] })
    expect(suppress([at(0, 0.5, 0), at(0, 0.9, 1), at(1, 0.4, 1), at(0, 0.3, 30)], 0.45).map((d) => [d.index, d.score])).toEqual([
      [0, 0.9],
      [1, 0.4],
      [0, 0.3],
    ])
  })

  it('are compared in bounds, however many there are', () => {
    const many = Array.from({ length: 200_000 }, (_, i): Detection => ({ index: i, score: (i % 1000) / 1000, box: [0, 0, 1, 1] }))
    expect(suppress(many, 0.5)).toHaveLength(1000)
  })
})
