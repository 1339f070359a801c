/** Heads as PyTorch exports them: recognised, run, and decoded to the objects that PyTorch and torchvision's batched_nms give. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { detectionHead, detectObjects, fuse, openModel, recognise } from '../../../../engine/index.ts'
import { hostTensor } from '../../../../engine/ir/tensor.ts'
import { runOn } from '../../../ops/harness.ts'

const FOLDER = resolve(import.meta.dirname, '../../../fixtures/detection')
const expectedSchema = z.object({
  candidates: z.number(),
  objects: z.array(z.object({ index: z.number(), score: z.number(), box: z.tuple([z.number(), z.number(), z.number(), z.number()]) })),
})
const [HEIGHT, WIDTH] = [64, 96]
const image = hostTensor(
  [1, 3, HEIGHT, WIDTH],
  Float32Array.from({ length: 3 * HEIGHT * WIDTH }, (_, i) => Math.sin(i * 0.37 + Math.floor(i / 97))),
)

describe('heads exported by PyTorch', () => {
  it.each([
    ['nanodet', 'NanoDet'],
    ['nanodet_apart', 'NanoDet'],
    ['nanodet_plus', 'NanoDet-Plus'],
    ['fastestdet', 'FastestDet'],
  ])('%s: the objects of torchvision, on an input as large as the photo', async (name, title) => {
    const model = await openModel({ name: 'x', bytes: new Uint8Array(readFileSync(resolve(FOLDER, `${name}.onnx`))) })
    const expected = expectedSchema.parse(JSON.parse(readFileSync(resolve(FOLDER, `${name}.json`), 'utf8')))
    expect(expected.candidates).toBeGreaterThan(expected.objects.length)
    const head = detectionHead(model.graph)
    if (!head) throw new Error('no head')
    expect(head).toMatchObject({ title, classes: 3, height: HEIGHT, width: WIDTH })
    expect(detectionHead(recognise(model.graph))).toEqual(head)
    expect(model.preprocess).toEqual(head.preprocess)
    const outputs = await runOn({ backend: 'wasm-simd', threads: 1 }, fuse(recognise(model.graph)), [image])
    const found = detectObjects(head, outputs, { width: WIDTH, height: HEIGHT }, head.preprocess)
    expect(found.map((d) => d.index)).toEqual(expected.objects.map((d) => d.index))
    for (const [i, { score, box }] of found.entries()) {
      expect(score).toBeCloseTo(expected.objects[i]?.score ?? 9, 4)
      for (const [c, value] of box.entries()) {
        const within = Math.min(Math.max(expected.objects[i]?.box[c] ?? 999, 0), c % 2 ? HEIGHT : WIDTH)
        expect(Math.abs(value - within)).toBeLessThan(1e-2)
      }
    }
  })
})
