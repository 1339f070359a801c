/** Variants of a model: the worker's work against the command line's file and scalar runs, and what the page makes of it. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeImage } from '../../../electron/services/images.ts'
import { nodeHost } from '../../../electron/services/nodePool.ts'
import {
  affineOfTensor,
  evaluateGraph,
  fuse,
  type Graph,
  type HostTensor,
  type Model,
  multiplyAccumulates,
  NONE,
  openModel,
  preprocessImage,
  type RunnerHost,
  recognise,
  tensorOf,
} from '../../../engine/index.ts'
import { translator } from '../../../renderer/app/strings/index.ts'
import { type CompressPhoto, compressionKey, type Measured, type Variant, variantKey, variantOf } from '../../../renderer/store/compressSlice.ts'
import { classFolderOf, photosAmong } from '../../../renderer/store/photoFiles.ts'
import {
  accuracyOf,
  agreementOf,
  changeText,
  differingPhotos,
  kib,
  layerText,
  millions,
  pointsOf,
  rowsOf,
  snrText,
  variantName,
} from '../../../renderer/views/compress/compressData.ts'
import { compressModel } from '../../../renderer/workers/compressing.ts'
import type { CallContext, CompressChoice, LayerErrorView, Progress } from '../../../renderer/workers/contract/index.ts'
import type { Inputs } from '../../../renderer/workers/givenPhotos.ts'
import { classNamed, topClasses, weighModel } from '../../../renderer/workers/judging.ts'
import { layerErrors, signalToNoise } from '../../../renderer/workers/layerErrors.ts'
import { cli, temporaryFolder } from '../cli/harness.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const ID = 'shufflenet-v1-g3-0.5x-imagenette'
const FILE = join(ROOT, `assets/models/${ID}.safetensors`)
const SAMPLES = join(ROOT, 'assets/samples')
const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))

const context = (signal = new AbortController().signal, progress: CallContext['progress'] = () => undefined): CallContext => ({ signal, progress })
const INT8: CompressChoice = { prune: null, range: 'mse' }
const read = (bytes: Uint8Array): Promise<Model> => openModel({ name: 'x.safetensors', bytes })

let model: Model
let host: RunnerHost
let tensors: HostTensor[]
beforeAll(async () => {
  model = await read(new Uint8Array(readFileSync(FILE)))
  host = await nodeHost(ROOT, 1)
  const { preprocess } = model
  if (!preprocess) throw new Error('it says how a photo becomes its input')
  const photos = readdirSync(SAMPLES)
    .filter((n) => n.endsWith('.jpg'))
    .sort()
  tensors = await Promise.all(photos.map(async (name) => preprocessImage(await decodeImage(join(SAMPLES, name)), preprocess)))
})
const inputs = (): Inputs => ({
  count: tensors.length,
  async get(i) {
    const tensor = tensors[i]
    if (!tensor) throw new Error('no such photo')
    return tensor
  },
})
const running = (of: Model) => ({ model: of, recognised: () => recognise(of.graph) })
const outputOf = (graph: Graph, name: string) => graph.nodes.find((n) => n.name === name)?.outputs[0] ?? NONE

describe('making a variant', () => {
  it('gives the file that the command line writes, byte by byte', async () => {
    const steps: Progress[] = []
    const made = await compressModel(
      running(model),
      inputs(),
      INT8,
      host,
      context(undefined, (p) => steps.push(p)),
    )
    const out = join(folder, 'int8.safetensors')
    expect(await cli(['quantize', ID, '--calibrate', SAMPLES, '--out', out])).toMatchObject({ code: 0 })
    expect(Buffer.from(made.bundle).equals(readFileSync(out))).toBe(true)
    expect(made).toMatchObject({ id: `${ID}-int8`, photos: 7 })
    for (const step of ['findingRanges', 'correctingBiases']) expect(steps.some((s) => s.step === step && (s.total ?? 0) > 0)).toBe(true)
    const narrow = await compressModel(running(model), null, { prune: { amount: 0.3, scope: 'layer' }, range: null }, host, context())
    const pruned = join(folder, 'pruned.safetensors')
    expect(await cli(['prune', ID, '--out', pruned, '--amount', '0.3', '--scope', 'layer'])).toMatchObject({ code: 0 })
    expect(Buffer.from(narrow.bundle).equals(readFileSync(pruned))).toBe(true)
    expect(narrow).toMatchObject({ photos: 0, factors: {} })
  })

  it('does one after the other, and says what the result weighs', async () => {
    const made = await compressModel(running(model), inputs(), { prune: { amount: 0.3, scope: 'global' }, range: 'minmax' }, host, context())
    const both = await read(made.bundle)
    expect(made.id).toBe(`${ID}-pruned-30-int8`)
    const [before, after] = [weighModel(running(model)), weighModel(running(both))]
    expect(after.bytes).toBe(made.bundle.length)
    expect(after).toMatchObject({ layers: 55, quantized: 55 })
    expect(before).toMatchObject({ layers: 55, quantized: 0, params: 242_134 })
    expect(before.macs.paper).toBe(18_933_600)
    expect(after.macs['conv+fc']).toBe(multiplyAccumulates(both.graph))
    expect(after.macs.paper / before.macs.paper).toBeCloseTo(0.7, 1)
  })

  it('explains what it cannot do, and can be cancelled', async () => {
    const fails = (of: Model, choice: CompressChoice, from: Inputs | null) =>
      expect(compressModel(running(of), from, choice, host, context())).rejects
    const eight = await read(new Uint8Array(readFileSync(join(ROOT, `assets/models/${ID}-int8.safetensors`))))
    await fails(eight, INT8, inputs()).toMatchObject({ code: 'bad-input', why: 'it is in 8 bits already' })
    await fails(model, INT8, null).toMatchObject({ code: 'unsupported' })
    await fails(model, INT8, { ...inputs(), count: 0 }).toMatchObject({ why: 'there is no photo' })
    await fails(model, { prune: { amount: 0.999, scope: 'layer' }, range: null }, null).toMatchObject({ code: 'bad-input' })
    const stop = new AbortController()
    const progress = (p: Progress) => p.step === 'findingRanges' && p.done === 2 && stop.abort()
    await expect(compressModel(running(model), inputs(), INT8, host, context(stop.signal, progress))).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('errors by layer', () => {
  /** By scalar code, with 8-bit steps turned into values by hand. */
  function expected(graph: Graph, variant: Graph, input: HostTensor, name: string): number {
    const [a, b] = [outputOf(graph, name), outputOf(variant, name)]
    const reference = evaluateGraph(graph, [input]).get(a)
    const found = evaluateGraph(variant, [input]).get(b)
    if (!reference || !found) throw new Error(`no ${name}`)
    const isBytes = tensorOf(variant, b).fact.dtype !== 'f32'
    const { scale, zero } = isBytes ? affineOfTensor(variant, b) : { scale: 1, zero: 0 }
    const [signal, noise] = [Math.hypot(...reference.data), Math.hypot(...reference.data.map((x, i) => x - ((found.data[i] ?? 0) - zero) * scale))]
    return 20 * Math.log10(signal / noise)
  }

  it('are those of scalar code, on layers that equalisation leaves alone', async () => {
    const made = await compressModel(running(model), inputs(), INT8, host, context())
    const variant = fuse(recognise((await read(made.bundle)).graph))
    const graph = fuse(recognise(model.graph))
    const input = await inputs().get(3)
    const list = await layerErrors(graph, variant, input, made.factors, host, context())
    const snr = new Map(list.map((l) => [l.name, l.snr ?? Number.NaN]))
    // A unit's output, the pool of the stem, the logits.
    const names = ['stem.pool', 'stage3.unit2.expand.conv', list.at(-1)?.name ?? '']
    for (const name of names) {
      expect(made.factors[name], name).toBeUndefined()
      expect(snr.get(name), name).toBeCloseTo(expected(graph, variant, input, name), 1)
    }
    expect(list).toHaveLength(55)
    for (const { name, snr: db } of list) expect(db, name).toBeGreaterThan(15)
  })

  it('need the factors where channels were made to reach equally far, and factors are those of the float network', async () => {
    const made = await compressModel(running(model), inputs(), INT8, host, context())
    const variant = fuse(recognise((await read(made.bundle)).graph))
    const graph = fuse(recognise(model.graph))
    const input = await inputs().get(0)
    const without = await layerErrors(graph, variant, input, {}, host, context())
    const scaled = without.filter((l) => made.factors[l.name])
    expect(scaled.length).toBeGreaterThan(10)
    for (const { name, snr } of scaled) expect(snr, name).toBeLessThan(15)
    // A channel that is nowhere near silent: what 8 bits give, times its factor, is what float gives.
    const { name } = scaled[0] ?? { name: '' }
    const factors = made.factors[name]
    const [a, b] = [outputOf(graph, name), outputOf(variant, name)]
    const { scale, zero } = affineOfTensor(variant, b)
    const float = evaluateGraph(graph, [input]).get(a)
    const bytes = evaluateGraph(variant, [input]).get(b)
    const channels = tensorOf(graph, a).fact.shape[1] ?? 1
    const plane = (float?.data.length ?? 0) / channels
    const sum = (t: HostTensor | undefined, c: number, of: (v: number) => number) =>
      Array.from(t?.data.subarray(c * plane, (c + 1) * plane) ?? [], Number).reduce((s, v) => s + of(v), 0)
    const loudest = Array.from({ length: channels }, (_, c) => c).sort((x, y) => sum(float, y, Math.abs) - sum(float, x, Math.abs))[0] ?? 0
    const ratio = sum(float, loudest, Math.abs) / sum(bytes, loudest, (v) => Math.abs((v - zero) * scale))
    expect(ratio / (factors?.[loudest] ?? 0)).toBeCloseTo(1, 1)
  })

  it('are none before the first channels go, and cannot be told where channels are fewer', async () => {
    const made = await compressModel(running(model), null, { prune: { amount: 0.3, scope: 'layer' }, range: null }, host, context())
    const graph = fuse(recognise(model.graph))
    const list = await layerErrors(graph, fuse(recognise((await read(made.bundle)).graph)), await inputs().get(1), {}, host, context())
    expect(list[0]).toMatchObject({ snr: Number.POSITIVE_INFINITY })
    const fewer = list.filter((l) => l.channels !== l.channelsBefore)
    expect(fewer.length).toBeGreaterThan(20)
    for (const l of fewer) expect(l).toMatchObject({ snr: null })
    expect(list.filter((l) => l.snr !== null && Number.isFinite(l.snr)).length).toBeGreaterThan(10)
  })

  it('is 20 dB for a tenth of noise', () => {
    const tensor = (data: number[]): HostTensor => ({ dtype: 'f32', shape: [1, 2, 1, 2], data: Float32Array.from(data) })
    expect(signalToNoise(tensor([1, -1, 1, -1]), [1.1, -1.1, 0.9, -0.9])).toBeCloseTo(20, 4)
    expect(signalToNoise(tensor([1, 2, 3, 4]), [1, 2, 1.5, 2], [1, 2])).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('answers', () => {
  it('are the most probable classes, and classes are known by their names', async () => {
    const runner = {
      async run([input]: readonly HostTensor[]) {
        const out = evaluateGraph(model.graph, input ? [input] : []).get(model.graph.outputs[0] ?? NONE)
        return { outputs: out ? [out] : [], kept: new Map(), ms: 0 }
      },
    }
    const top = await topClasses(model, { ...inputs(), count: 3 }, runner, context())
    // Berlin's cathedral, the cat, the coffee: in the order of their files.
    expect(model.labels?.[top[0] ?? -1]).toBe('church')
    const labels = ['tench, Tinca tinca', 'garbage truck, dustcart', 'church']
    expect(['Garbage_Truck', 'church', 'dustcart', 'nothing', null].map((n) => classNamed(labels, n))).toEqual([1, 2, 1, null, null])
    expect(classNamed(null, 'church')).toBeNull()
  })
})

const photos: CompressPhoto[] = Array.from({ length: 4 }, (_, i) => ({ file: new Blob(), name: `${i}`, label: null, url: `${i}`, sample: null }))
const measured = (top: number[], bytes: number, known: (number | null)[] = [null, null, null, null], of = photos): Measured => ({
  weighed: { bytes, params: 10, macs: { paper: 2e6, conv: 2e6, 'conv+fc': 3e6, all: 4e6 }, layers: 3, quantized: 0 },
  clock: { p50: 2, p90: 3, runs: 20, threads: 1, backend: 'wasm' },
  answers: { photos: of, view: { top, known } },
})
const variant = (choice: CompressChoice, m: Measured): Variant => ({
  ...m,
  key: variantKey(choice),
  handle: 'v',
  choice,
  id: 'm-int8',
  bundle: new Blob(),
  calibrated: 4,
  factors: {},
})

describe('the table of variants', () => {
  const t = translator('en')
  const original = measured([1, 2, 3, 4], 2048, [1, 2, 0, null])
  const made = variant(INT8, measured([1, 2, 0, 9], 1024, [1, 2, 0, null]))

  it('counts agreement and accuracy, each over the photos that tell', () => {
    expect(agreementOf(original, made)).toEqual({ n: 2, of: 4 })
    expect(accuracyOf(original)).toEqual({ n: 2, of: 3 })
    expect(accuracyOf(made)).toEqual({ n: 3, of: 3 })
    expect([...differingPhotos(original, made)]).toEqual([2, 3])
    expect(accuracyOf(measured([1, 2, 3, 4], 1))).toBeNull()
    // Counted on other photos, or not at all, it is unknown and not zero.
    const other = variant(INT8, measured([1, 2, 3, 4], 1, undefined, [...photos]))
    expect(agreementOf(original, other)).toBeNull()
    expect(agreementOf(original, { ...made, answers: null })).toBeNull()
    expect(differingPhotos(original, other).size).toBe(0)
  })

  it('has the original first, names variants by what was done, and places those whose agreement is known', () => {
    const both = variant({ prune: { amount: 0.25, scope: 'layer' }, range: 'minmax' }, { ...measured([1, 2, 3, 0], 512), answers: null })
    const rows = rowsOf(t, { ref: { kind: 'zoo', id: 'a' }, title: 'A', source: null, original, variants: [made, both] })
    expect(rows.map((r) => [r.name, r.kind])).toEqual([
      ['Original', 'original'],
      ['8 bits', 'int8'],
      ['25 % pruned by layer + 8 bits, Min–max', 'both'],
    ])
    expect(pointsOf(rows, 'size', 'accuracy', 'paper').map((p) => p.y)).toEqual([2 / 3, 1])
    expect(pointsOf(rows, 'size', 'agreement', 'paper')).toMatchObject([
      { key: 'original', x: 2, y: 1 },
      { key: 'int8-mse', x: 1, y: 0.5 },
    ])
    expect(pointsOf(rows, 'macs', 'agreement', 'conv+fc')[0]?.x).toBe(3)
    expect(pointsOf(rows, 'ms', 'agreement', 'paper')[0]?.x).toBe(2)
    expect([changeText(1024, 2048), changeText(5, 5), changeText(5, 0)]).toEqual(['−50.0 %', '', ''])
    expect([kib(410_368), kib(1_143_000), kib(1024), kib(20 * 2 ** 20)]).toEqual(['400.8', '1,116.2', '1.0', '20,480'])
    expect([millions(18_933_600), millions(10_726_000_000)]).toEqual(['18.9', '10,726'])
    expect(variantName(t, { prune: { amount: 0.3, scope: 'global' }, range: null })).toBe('30 % pruned')
  })

  it('puts errors of layers in words', () => {
    const layer: LayerErrorView = { name: 'a', title: '1×1 conv', section: '', channels: 4, channelsBefore: 4, quantized: true, snr: 20 }
    const say = (part: Partial<LayerErrorView>) => layerText(t, { ...layer, ...part }, (share) => `${100 * share} %`)
    expect(say({})).toBe('a, 1×1 conv: 20.0 dB, 10 % noise')
    expect(say({ snr: null, channels: 3 })).toBe('a, 1×1 conv: 3 of 4 channels are left, so nothing is compared')
    expect(say({ snr: null, channels: null })).toContain('no such layer')
    expect(say({ snr: Number.POSITIVE_INFINITY })).toBe('a, 1×1 conv: no difference')
    expect(snrText(t, -3.14)).toBe('-3.1 dB')
  })

  it('keeps variants with their model, however often that is opened', () => {
    const state = (name: string, params = 5) =>
      ({ modelRef: { kind: 'file', name } as const, model: { id: 'm', params } }) as unknown as Parameters<typeof compressionKey>[0]
    expect(compressionKey(state('a.onnx'))).toBe(compressionKey(state('a.onnx')))
    expect(compressionKey(state('a.onnx'))).not.toBe(compressionKey(state('a.onnx', 6)))
    const key = compressionKey(state('a.onnx')) ?? ''
    const second = { ...made, key: 'pruned-30-global' }
    const compressions = { [key]: { ref: { kind: 'zoo', id: 'a' } as const, title: '', source: null, original, variants: [made, second] } }
    const shown = (variantShown: string | null, name = 'a.onnx') => variantOf({ ...state(name), compressions, variantShown })?.key
    expect([shown('int8-mse'), shown(null), shown('gone'), shown('int8-mse', 'b.onnx')]).toEqual([
      'int8-mse',
      'pruned-30-global',
      'pruned-30-global',
      undefined,
    ])
  })
})

describe('photos among files', () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])
  const file = (path: string, bytes: Uint8Array<ArrayBuffer> = png) =>
    Object.defineProperty(new File([bytes], path.split('/').at(-1) ?? ''), 'webkitRelativePath', { value: path.includes('/') ? path : '' })

  it('are those that are photos, in the order of their paths; their folder is their class', async () => {
    const found = await photosAmong([file('set/b/2.png'), file('set/notes.md', new TextEncoder().encode('# notes')), file('set/a/1.png')])
    expect(found.map((f) => f.name)).toEqual(['1.png', '2.png'])
    expect(found.map(classFolderOf)).toEqual(['a', 'b'])
    expect([classFolderOf(file('set/1.png')), classFolderOf(file('1.png'))]).toEqual([null, null])
  })
})
