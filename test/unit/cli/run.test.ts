import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { RunReport } from '../../../electron/cli/run.ts'
import { writeNpy } from '../../../electron/services/npy.ts'
import { evaluateGraph, openModel } from '../../../engine/index.ts'
import { npyFile } from '../../fixtures/npy.ts'
import { sharedPath } from '../../fixtures/shared.ts'
import { DOG_PHOTO, hasDogPhoto } from '../../fixtures/systemPhotos.ts'
import { cli, json, ROOT, temporaryFolder } from './harness.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))
const sample = (name: string) => join(ROOT, 'assets/samples', name)
const MODEL = 'shufflenet-v1-g3-0.25x'

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (v, i) => Math.abs(v - (b[i] ?? Number.NaN))).reduce((x, y) => Math.max(x, y), 0)
}

describe('run on photos', () => {
  it('gives the documented fields, best class first', async () => {
    const images = [sample('coffee.jpg'), sample('cat.jpg')]
    const made = await json<RunReport>(['run', MODEL, ...images, '--top', '3'])
    expect(Object.keys(made)).toEqual(['model', 'results'])
    expect(made.model).toBe(MODEL)
    expect(made.results.map((r) => r.image)).toEqual(images)
    for (const { top = [], ms } of made.results) {
      expect(top).toHaveLength(3)
      for (const entry of top) {
        expect(Object.keys(entry)).toEqual(['index', 'label', 'probability'])
        expect(entry.probability).toBeGreaterThan(0)
      }
      expect(top.map((t) => t.probability)).toEqual(top.map((t) => t.probability).sort((a, b) => b - a))
      expect(Object.keys(ms)).toEqual(['preprocess', 'inference'])
      expect(ms.inference).toBeGreaterThan(0)
    }
  })

  it('gives the same answer on two threads', async () => {
    const one = await json<RunReport>(['run', MODEL, sample('cat.jpg')])
    const two = await json<RunReport>(['run', MODEL, sample('cat.jpg'), '--threads', '2'])
    expect(two.results[0]?.top).toEqual(one.results[0]?.top)
  })

  it('prints classes and percentages for people, and progress on standard error where someone watches', async () => {
    const { out, err } = await cli(['run', MODEL, sample('cat.jpg')], { interactive: true })
    expect(out).toMatch(/cat\.jpg {2}\(preprocess [\d.]+ ms, inference [\d.]+ ms\)\nprobability +class +index\n[- ]+\n( *[\d.]+ % +.+ +\d+\n){5}$/)
    expect(err).toMatch(/^photo 1 of 1: [^\n]*\r *\r$/)
  })

  it('finds objects with a detector of the zoo, and says that its weights are random', async () => {
    const { code, out, err } = await cli(['run', 'faster-rcnn-shufflenet-v1-g3-1.0x-300', sample('cat.jpg'), '--threshold', '0.05', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: 'The weights are random: this model shows structure and speed, and cannot detect\n' })
    const { results } = JSON.parse(out) as RunReport
    const found = results[0]?.detections ?? []
    expect(found.length).toBeGreaterThan(0)
    for (const { index, score, box } of found) {
      expect(index).toBeLessThan(80)
      expect(score).toBeGreaterThan(0.05)
      expect(box[0] >= 0 && box[1] >= 0 && box[2] > box[0] && box[3] > box[1]).toBe(true)
    }
  })

  it('names the photo that cannot be read', async () => {
    const path = join(folder, 'broken.jpg')
    writeFileSync(path, readFileSync(sample('cat.jpg')).subarray(0, 9000))
    const { code, out, err } = await cli(['run', MODEL, path, '--json'])
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toMatch(/^error: Photo "broken\.jpg": it is cut off or damaged/)
  })
})

const detector = sharedPath('models/FastestDet.onnx')
describe.skipIf(!detector || !hasDogPhoto)(
  'run of a detector (skipped where ../shared/models/FastestDet.onnx or the photo of the Debian package darknet is absent)',
  () => {
    it('gives the objects of each photo in place of classes', async () => {
      const made = await json<RunReport>(['run', detector ?? '', DOG_PHOTO, sample('coffee.jpg')])
      expect(made.results).toHaveLength(2)
      const [dog] = made.results
      expect(Object.keys(dog ?? {})).toEqual(['image', 'detections', 'ms'])
      expect(dog?.detections?.map((d) => d.label).sort()).toEqual(['bicycle', 'car', 'dog'])
      for (const { score, box } of dog?.detections ?? []) {
        expect(score).toBeGreaterThan(0.65)
        const [left, top, right, bottom] = box
        expect([left >= 0, top >= 0, right > left, bottom > top, right <= 768, bottom <= 576]).toEqual(Array(6).fill(true))
      }
    })

    it('follows the threshold, and prints a line per object', async () => {
      const { out } = await cli(['run', detector ?? '', DOG_PHOTO, '--threshold', '0.77'])
      expect(out).toMatch(/score +class +left +top +right +bottom\n[- ]+\n *0\.\d{3} +car( +[\d.]+){4}\n *0\.\d{3} +dog( +[\d.]+){4}\n$/)
      expect((await cli(['run', detector ?? '', DOG_PHOTO, '--threshold', '1'])).out).toContain('nothing found')
    })
  },
)

it('refuses a threshold that is none, and one for a classifier', async () => {
  for (const threshold of ['2', '-1', 'x', '']) expect((await cli(['run', MODEL, sample('cat.jpg'), '--threshold', threshold])).code).toBe(2)
  expect((await cli(['run', MODEL, sample('cat.jpg'), '--threshold', '0.5'])).err).toContain('goes with a detector')
})

describe('run on a tensor', () => {
  it('writes what the scalar reference computes, as the graph has it', async () => {
    const bundle = join(folder, 'small.safetensors')
    expect(await cli(['convert', MODEL, bundle, '--input', '64x48'])).toMatchObject({ code: 0, err: '' })
    const data = Float32Array.from({ length: 3 * 64 * 48 }, (_, i) => Math.sin(i * 0.7) + Math.cos(i * 0.013))
    const input = { dtype: 'f32' as const, shape: [1, 3, 64, 48], data }
    writeFileSync(join(folder, 'in.npy'), writeNpy(input))
    const output = join(folder, 'out.npy')
    const made = await json(['run', bundle, '--tensor', join(folder, 'in.npy'), '--output', output])
    expect(made).toEqual({ model: MODEL, output, shape: [1, 1000], ms: { inference: expect.any(Number) } })
    const { graph } = await openModel({ name: 'small.safetensors', bytes: new Uint8Array(readFileSync(bundle)) })
    const expected = evaluateGraph(graph, [input]).get(graph.outputs[0] ?? -1)
    const scale = Math.max(...Array.from(expected?.data ?? [], Math.abs))
    expect(scale).toBeGreaterThan(0)
    expect(largestDifference(npyFile(output).data, expected?.data ?? [])).toBeLessThan(1e-4 * scale)
  })

  it('refuses another shape and what is no tensor', async () => {
    writeFileSync(join(folder, 'small.npy'), writeNpy({ dtype: 'f32', shape: [1, 3, 2, 2], data: new Float32Array(12) }))
    const out = join(folder, 'never.npy')
    const shape = await cli(['run', MODEL, '--tensor', join(folder, 'small.npy'), '--output', out])
    expect(shape).toMatchObject({ code: 3, err: expect.stringMatching(/its shape is \[1, 3, 2, 2\], the model takes \[1, 3, 224, 224\]/) })
    const text = await cli(['run', MODEL, '--tensor', sample('cat.jpg'), '--output', out])
    expect(text).toMatchObject({ code: 3, err: expect.stringMatching(/not a \.npy file/) })
    expect(readdirSync(folder)).not.toContain('never.npy')
  })
})

const CHECKPOINT = sharedPath('models/shufflenetv1_g3_0.5x.pth.tar')
const EXPECTED = sharedPath('expected/megvii_v1_g3_0.5x.json')
describe.skipIf(!CHECKPOINT || !EXPECTED)("Megvii's ShuffleNet v1 0.5x against PyTorch (skipped where the reference data is absent)", () => {
  it('gives the class of PyTorch on all 25 photos, and its probabilities', async () => {
    const { photos } = JSON.parse(readFileSync(EXPECTED ?? '', 'utf8')) as { photos: { file: string; top5: [number, number][] }[] }
    const paths = photos.map(({ file }) => sharedPath(`photos/${file}`) ?? '')
    const { results } = await json<RunReport>(['run', CHECKPOINT ?? '', ...paths])
    expect(results.map((r) => basename(r.image))).toEqual(photos.map((p) => p.file))
    // One photo carries a colour profile, which we honour and the reference does not.
    const equal = results.filter(({ top }, i) => top?.[0]?.index === photos[i]?.top5[0]?.[0])
    expect(equal.length).toBeGreaterThanOrEqual(24)
    const close = results.filter(({ top }, i) =>
      top?.every(({ index, probability }, k) => index === photos[i]?.top5[k]?.[0] && Math.abs(probability - (photos[i]?.top5[k]?.[1] ?? 9)) < 2e-4),
    )
    expect(close.length).toBeGreaterThanOrEqual(24)
    expect(results.find((r) => r.image.includes('espresso'))?.top?.[0]?.label).toBe('espresso')
  })

  it('gives its logits on its tensor', async () => {
    const output = join(folder, 'logits.npy')
    await json(['run', CHECKPOINT ?? '', '--tensor', sharedPath('expected/megvii_v1_g3_0.5x.input.npy') ?? '', '--output', output])
    const expected = npyFile(sharedPath('expected/megvii_v1_g3_0.5x.logits.npy') ?? '')
    const scale = Math.max(...Array.from(expected.data, Math.abs))
    expect(largestDifference(npyFile(output).data, expected.data) / scale).toBeLessThan(1e-4)
  })
})

const LIGHT = sharedPath('models/light_shufflenet.onnx')
describe.skipIf(!LIGHT)('a network whose weights are all one constant (skipped where the reference data is absent)', () => {
  it('gives 0.001 for every class', async () => {
    writeFileSync(join(folder, 'ones.npy'), writeNpy({ dtype: 'f32', shape: [1, 3, 224, 224], data: new Float32Array(150528).fill(1) }))
    const output = join(folder, 'light.npy')
    await json(['run', LIGHT ?? '', '--tensor', join(folder, 'ones.npy'), '--output', output])
    expect(largestDifference(npyFile(output).data, new Float32Array(1000).fill(0.001))).toBeLessThan(1e-6)
  })
})
