import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildZooModel, fuse, openModel, parameterCount, recognise } from '../../../engine/index.ts'
import { sharedPath } from '../../fixtures/shared.ts'
import { cli, json, ROOT, temporaryFolder } from './harness.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))
const MODEL = 'shufflenet-v1-g3-0.25x'
const open = (path: string) => openModel({ name: 'x', bytes: new Uint8Array(readFileSync(path)) })

describe('convert', () => {
  it('writes a bundle that opens as the same model', async () => {
    const out = join(folder, 'plain.safetensors')
    const made = await json<{ bytes: number; params: number }>(['convert', MODEL, out])
    expect(made).toEqual({ model: MODEL, output: out, bytes: readFileSync(out).length, params: expect.any(Number) })
    const { format: _zoo, ...expected } = buildZooModel(MODEL)
    const { format, ...model } = await open(out)
    expect(format).toBe('bundle')
    expect({ ...model, graph: model.graph.nodes }).toEqual({ ...expected, graph: expected.graph.nodes })
  })

  it('writes ONNX that opens as the same network', async () => {
    const out = join(folder, 'plain.onnx')
    expect(await json(['convert', MODEL, out])).toMatchObject({ model: MODEL, output: out, bytes: readFileSync(out).length })
    const [again, own] = [(await open(out)).graph, buildZooModel(MODEL).graph]
    expect(parameterCount(again)).toBe(parameterCount(own))
  })

  it('writes ONNX of an 8-bit ONNX model with its weights in 8 bits', async () => {
    const source = join(ROOT, 'test/fixtures/quantised/qdq_u8.onnx')
    const out = join(folder, 'int8.onnx')
    await json(['convert', source, out])
    expect(readFileSync(out).length).toBeLessThan(1.5 * readFileSync(source).length)
    const layers = async (path: string) => fuse(recognise((await open(path)).graph)).nodes.flatMap((n) => (n.attrs.quantized ? [n.op] : []))
    expect(await layers(out)).toEqual(await layers(source))
    expect(await cli(['quantize', source, '--calibrate', folder, '--out', join(folder, 'never.safetensors')])).toMatchObject({
      code: 3,
      err: expect.stringMatching(/in 8 bits already/),
    })
  })

  it('takes what the bundle must say of itself', async () => {
    const out = join(folder, 'told.safetensors')
    const labels = join(folder, 'labels.json')
    writeFileSync(labels, JSON.stringify(Array.from({ length: 1000 }, (_, i) => `thing ${i}`)))
    const flags = { input: '96x128', resize: '110', labels, id: 'mine', title: 'My model', notice: 'It knows things.', provenance: 'Made here' }
    expect(await cli(['convert', MODEL, out, ...Object.entries(flags).flatMap(([k, v]) => [`--${k}`, v])])).toMatchObject({ code: 0, err: '' })
    const model = await open(out)
    expect(model).toMatchObject({ id: 'mine', title: 'My model', notice: 'It knows things.', provenance: 'Made here', labelSet: null })
    expect(model.preprocess).toMatchObject({ crop: [96, 128], resize: 110 })
    expect(model.labels?.[999]).toBe('thing 999')
    expect(model.graph.tensors.get(model.graph.inputs[0] ?? -1)?.fact.shape).toEqual([1, 3, 96, 128])
  })

  it('takes the shuffles out, and nothing else, for weights that were trained without', async () => {
    const out = join(folder, 'unshuffled.safetensors')
    expect(await cli(['convert', MODEL, out, '--no-shuffle'])).toMatchObject({ code: 0, err: '' })
    const { graph } = await open(out)
    const expected = buildZooModel(MODEL, { shuffle: false }).graph
    const ops = (nodes: typeof graph.nodes) => nodes.map((n) => n.op)
    expect(ops(graph.nodes)).toEqual(ops(expected.nodes))
    expect(ops(buildZooModel(MODEL).graph.nodes).filter((op) => op === 'channelShuffle')).toHaveLength(16)
    expect(recognise(graph).stage).toBe('recognised')
  })

  it('refuses labels that do not fit, and leaves nothing behind', async () => {
    const labels = join(folder, 'few.json')
    writeFileSync(labels, '["one"]')
    const out = join(folder, 'never.safetensors')
    expect(await cli(['convert', MODEL, out, '--labels', labels])).toMatchObject({
      code: 3,
      err: expect.stringMatching(/there are 1, .* \[1, 1000\]/),
    })
    writeFileSync(labels, '{}')
    expect(await cli(['convert', MODEL, out, '--labels', labels])).toMatchObject({ code: 3, err: expect.stringMatching(/no list of class names/) })
    expect(existsSync(out)).toBe(false)
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('says why it cannot do what it is asked', async () => {
    // A bundle's input size is fixed.
    const bundle = join(folder, 'fixed.safetensors')
    await cli(['convert', MODEL, bundle, '--input', '64x64'])
    expect(await cli(['inspect', bundle, '--input', '96x96'])).toMatchObject({ code: 2, err: expect.stringMatching(/fixes its size to 64x64/) })
    expect(await cli(['convert', MODEL, join(folder, 'few.json', 'x.safetensors')])).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^error: Model ".*": /),
    })
  })
})

const CHECKPOINT = sharedPath('models/shufflenetv1_g3_0.5x.pth.tar')
describe.skipIf(!CHECKPOINT)('a PyTorch checkpoint (skipped where the reference data is absent)', () => {
  it('becomes a bundle that keeps how photos are prepared', async () => {
    const out = join(folder, 'megvii.safetensors')
    expect(await cli(['convert', CHECKPOINT ?? '', out])).toMatchObject({ code: 0 })
    expect((await open(out)).preprocess).toMatchObject({ channelOrder: 'BGR', resize: 256, crop: [224, 224], rounding: 'nearest' })
  })
})
