/** RoI pooling, against torchvision's roi_pool (`fixtures/make/boxes.py`) and onnxruntime's MaxRoiPool. */
import fc from 'fast-check'
import * as ort from 'onnxruntime-web'
import { describe, expect, it } from 'vitest'
import { type HostTensor, openModel, recognise, writeOnnx } from '../../engine/index.ts'
import FIXTURE from '../fixtures/boxes.json'
import { checkNode, first, nodeGraph } from './cases.ts'
import { BACKENDS, expectAgreement, randomTensor, relativeError, runOn } from './harness.ts'

ort.env.wasm.numThreads = 1

const tensor = (shape: readonly number[], data: readonly number[]): HostTensor => ({ dtype: 'f32', shape, data: Float32Array.from(data) })

/** Regions in and around a map of `side` pixels, of images in turn; some upside down, every seventh of an image that is not there. */
function regionsOf(count: number, images: number, side: number, seed: number): HostTensor {
  const values = randomTensor([count, 4], seed).data
  const rows = Array.from({ length: count }, (_, i) => [
    i % 7 === 6 ? (i % 2 ? -1 : images) : i % images,
    ...Array.from(values.slice(4 * i, 4 * i + 4), (v, k) => (k < 2 ? v * side * 0.6 : v * side * 0.6 + side / 2)),
  ])
  return tensor([count, 5], rows.flat())
}

describe('maxRoiPool', () => {
  it.each(FIXTURE.pooling)('has the values of torchvision: $shape, $size bins, scale $scale', async ({ shape, size, scale, ...given }) => {
    const regions = tensor([given.regions.length / 5, 5], given.regions)
    const graph = nodeGraph('maxRoiPool', { bins: size, scale }, [shape, regions.shape])
    const inputs = [tensor(shape, given.x), regions]
    expect(relativeError(first(graph, inputs).data, given.y)).toBeLessThan(1e-6)
    for (const backend of BACKENDS) expect(relativeError((await runOn(backend, graph, inputs))[0]?.data ?? [], given.y)).toBeLessThan(1e-6)
  })

  it.each(FIXTURE.pooling)('is read and written as ONNX; onnxruntime agrees: $shape, $size bins', async ({ shape, size, scale, ...given }) => {
    const regions = tensor([given.regions.length / 5, 5], given.regions)
    const graph = nodeGraph('maxRoiPool', { bins: size, scale }, [shape, regions.shape])
    const inputs = [tensor(shape, given.x), regions]
    const bytes = writeOnnx(graph)
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] })
    const feeds = Object.fromEntries(
      inputs.map((t, i) => [session.inputNames[i] ?? '', new ort.Tensor('float32', Float32Array.from(t.data), [...t.shape])]),
    )
    const outputs = await session.run(feeds)
    expect(relativeError(outputs[session.outputNames[0] ?? '']?.data as Float32Array, first(graph, inputs).data)).toBeLessThan(1e-6)
    await session.release()
    const again = recognise((await openModel({ name: 'again.onnx', bytes })).graph)
    expect(again.nodes[0]).toMatchObject({ op: 'maxRoiPool', attrs: { bins: size } })
    expect([...first(again, inputs).data]).toEqual([...first(graph, inputs).data])
  })

  it('any map, regions and bins, on every backend', async () => {
    const shape = fc.record({
      n: fc.integer({ min: 1, max: 3 }),
      c: fc.integer({ min: 1, max: 37 }),
      h: fc.integer({ min: 1, max: 9 }),
      w: fc.integer({ min: 1, max: 9 }),
    })
    const rest = fc.record({
      rows: fc.integer({ min: 1, max: 8 }),
      columns: fc.integer({ min: 1, max: 8 }),
      r: fc.integer({ min: 1, max: 9 }),
      scale: fc.constantFrom(1, 0.5, 1 / 16, 0.3),
    })
    await fc.assert(
      fc.asyncProperty(shape, rest, fc.nat(), async ({ n, c, h, w }, { rows, columns, r, scale }, seed) => {
        const graph = nodeGraph('maxRoiPool', { bins: [rows, columns], scale }, [
          [n, c, h, w],
          [r, 5],
        ])
        await expectAgreement(graph, [randomTensor([n, c, h, w], seed), regionsOf(r, n, Math.max(h, w) / scale, seed + 1)], { tolerance: 1e-30 })
      }),
      { numRuns: 120, seed: 8 },
    )
  })

  it('gives zeros for regions outside, and takes any number for a corner', async () => {
    const { NaN: none, POSITIVE_INFINITY: far } = Number
    const regions = tensor(
      [6, 5],
      [0, 90, 90, 99, 99, 0, none, none, none, none, 0, -far, -far, far, far, none, 0, 0, 9, 9, 0, 3e38, 0, -3e38, 9, 0, 0, 0, 0, 0],
    )
    const graph = nodeGraph('maxRoiPool', { bins: [2, 2] }, [
      [1, 5, 4, 4],
      [6, 5],
    ])
    const x = randomTensor([1, 5, 4, 4], 3)
    const pooled = first(graph, [x, regions]).data
    const values = (region: number) => [...pooled.slice(20 * region, 20 * region + 20)]
    for (const region of [0, 1, 3]) expect(values(region)).toEqual(Array(20).fill(0))
    // The one position that the last region covers fills all of its bins.
    expect(values(5)).toEqual([0, 1, 2, 3, 4].flatMap((c) => Array(4).fill(x.data[16 * c])))
    await expectAgreement(graph, [x, regions], { tolerance: 1e-30 })
  })

  it('states a flow that holds, and refuses what does not fit', async () => {
    await checkNode('maxRoiPool', { bins: [2, 3] }, [
      [2, 4, 3, 5],
      [3, 5],
    ])
    expect(() =>
      nodeGraph('maxRoiPool', { bins: [2, 2] }, [
        [1, 4, 3, 5],
        [3, 4],
      ]),
    ).toThrow(/"node".*4 values/)
    expect(() =>
      nodeGraph('maxRoiPool', { bins: [2, 2] }, [
        [4, 3],
        [3, 5],
      ]),
    ).toThrow(/"node".*rank 4/)
    expect(() =>
      nodeGraph('maxRoiPool', { bins: [2, 2], scale: 0 }, [
        [1, 4, 3, 5],
        [3, 5],
      ]),
    ).toThrow(/scale/)
  })
})
