/** A real detector on a real photo, beside what onnxruntime computes and the author's formulas make of it. */
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeImage } from '../../../../electron/services/images.ts'
import { type Detection, detectionHead, detectObjects, fuse, openModel, parseLabels, preprocessImage, recognise } from '../../../../engine/index.ts'
import { hostTensor } from '../../../../engine/ir/tensor.ts'
import { sharedPath } from '../../../fixtures/shared.ts'
import { DOG_PHOTO, hasDogPhoto } from '../../../fixtures/systemPhotos.ts'
import { runOn } from '../../../ops/harness.ts'
import { runOnnx } from '../../importers/onnx/oracle.ts'

const file = sharedPath('models/FastestDet.onnx')
const labels = parseLabels(readFileSync(new URL('../../../../assets/labels/coco.json', import.meta.url), 'utf8'), 'labels')

const THREE = ['car', 'dog', 'bicycle']

interface Found {
  readonly label: string
  readonly score: number
  readonly box: readonly number[]
}

/** As the author's test.py: rows and columns of cells, NMS by torchvision's definition; boxes in pixels of the photo. */
function asTheAuthor(data: ArrayLike<number>, width: number, height: number, threshold: number): Found[] {
  const side = 22
  const cells = side * side
  const all: Found[] = []
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const value = (channel: number) => data[channel * cells + y * side + x] ?? Number.NaN
      const classes = labels.map((_, c) => value(5 + c))
      const best = Math.max(...classes)
      const score = value(0) ** 0.6 * best ** 0.4
      if (score <= threshold) continue
      const [w, h] = [1 / (1 + Math.exp(-value(3))), 1 / (1 + Math.exp(-value(4)))]
      const [cx, cy] = [(Math.tanh(value(1)) + x) / side, (Math.tanh(value(2)) + y) / side]
      const box = [(cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height]
      all.push({ label: labels[classes.indexOf(best)] ?? '', score, box })
    }
  all.sort((a, b) => b.score - a.score)
  const kept: Found[] = []
  for (const one of all) if (!kept.some((k) => k.label === one.label && iou(k.box, one.box) > 0.45)) kept.push(one)
  return kept
}

function iou(a: readonly number[], b: readonly number[]): number {
  const [l, t, r, d] = [0, 1, 2, 3].map((i) => Math[i < 2 ? 'max' : 'min'](a[i] ?? 0, b[i] ?? 0)) as [number, number, number, number]
  const size = (x: readonly number[]) => ((x[2] ?? 0) - (x[0] ?? 0)) * ((x[3] ?? 0) - (x[1] ?? 0))
  const shared = Math.max(r - l, 0) * Math.max(d - t, 0)
  return shared / (size(a) + size(b) - shared)
}

const reason = 'skipped where ../shared/models/FastestDet.onnx or the photo of the Debian package darknet is absent'
describe.skipIf(!file || !hasDogPhoto)(`FastestDet on a photo of a dog, a bicycle and a car (${reason})`, () => {
  const setUp = async () => {
    const bytes = new Uint8Array(readFileSync(file ?? ''))
    const model = await openModel({ name: 'x', bytes })
    const photo = await decodeImage(DOG_PHOTO)
    const head = detectionHead(model.graph)
    if (!head || !model.preprocess) throw new Error('no head')
    return { bytes, model, photo, head, preprocess: model.preprocess, input: preprocessImage(photo, model.preprocess) }
  }

  it('is opened with its preprocessing and the names of COCO, and says so', async () => {
    const { model, head } = await setUp()
    expect(model).toMatchObject({ labelSet: 'coco', preprocess: { channelOrder: 'BGR', fit: 'stretch', crop: [352, 352] } })
    expect(model.provenance).toContain('FastestDet head')
    expect(head).toMatchObject({ title: 'FastestDet', classes: 80, form: { rows: 22, columns: 22 } })
  })

  it("finds the three, with the scores and boxes of onnxruntime's outputs", async () => {
    const { bytes, model, photo, head, preprocess, input } = await setUp()
    const outputs = await runOn({ backend: 'wasm-simd', threads: 1 }, fuse(recognise(model.graph)), [input])
    const [theirs] = await runOnnx(bytes, [input])
    for (const threshold of [head.threshold, 0.3]) {
      const found: Detection[] = detectObjects(head, outputs, photo, preprocess, { labels, threshold })
      const expected = asTheAuthor(theirs?.data as Float32Array, photo.width, photo.height, threshold)
      expect(found.map((f) => f.label)).toEqual(expected.map((f) => f.label))
      expect(found.slice(0, 3).map((f) => f.label)).toEqual(THREE)
      expect(found.length).toBe(threshold === head.threshold ? 3 : expected.length)
      for (const [i, { score, box }] of found.entries()) {
        expect(Math.abs(score - (expected[i]?.score ?? 0))).toBeLessThan(0.02)
        const within = expected[i]?.box.map((v, c) => Math.min(Math.max(v, 0), c % 2 ? photo.height : photo.width)) ?? []
        expect(iou(box, within)).toBeGreaterThan(0.99)
      }
    }
  }, 120_000)

  it('finds them too where libvips resizes the photo', async () => {
    const { bytes, photo, input } = await setUp()
    const { data } = await sharp(DOG_PHOTO)
      .resize(352, 352, { fit: 'fill', kernel: 'linear' })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const plane = 352 * 352
    const planar = new Float32Array(3 * plane)
    for (let p = 0; p < plane; p++) for (let c = 0; c < 3; c++) planar[c * plane + p] = (data[3 * p + 2 - c] ?? 0) / 255
    const [theirs] = await runOnnx(bytes, [hostTensor([1, 3, 352, 352], planar)])
    const found = asTheAuthor(theirs?.data as Float32Array, photo.width, photo.height, 0.65)
    expect(found.map((f) => f.label)).toEqual(THREE)
    const [ours] = await runOnnx(bytes, [input])
    const own = asTheAuthor(ours?.data as Float32Array, photo.width, photo.height, 0.65)
    for (const [i, { score, box }] of found.entries()) {
      expect(Math.abs(score - (own[i]?.score ?? 0))).toBeLessThan(0.02)
      expect(iou(box, own[i]?.box ?? [])).toBeGreaterThan(0.9)
    }
  }, 120_000)
})
