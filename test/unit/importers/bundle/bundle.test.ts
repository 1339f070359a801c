/** Bundles: written and read again they are the same model to the bit; edited ones are refused. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScopeError } from '../../../../engine/base/errors.ts'
import { writeBundle } from '../../../../engine/exporters/bundle.ts'
import { importer } from '../../../../engine/importers/bundle/index.ts'
import { openModel } from '../../../../engine/importers/open.ts'
import { readContainer, writeContainer } from '../../../../engine/importers/safetensors/container.ts'
import { GraphBuilder } from '../../../../engine/ir/build.ts'
import type { Model } from '../../../../engine/model.ts'
import { OPS } from '../../../../engine/ops/registry.ts'
import { buildZooModel } from '../../../../engine/zoo/index.ts'

const open = (bytes: Uint8Array) => openModel({ name: 'm.safetensors', bytes })

/** Odd values of every element type, shared weights, equal names. */
function oddModel(): Model {
  const b = new GraphBuilder('odd', OPS)
  const x = b.input('x', [1, 2, 4, 4])
  const values = Float32Array.of(Number.NaN, -0, Number.POSITIVE_INFINITY, 1e-45)
  new DataView(values.buffer).setUint32(0, 0x7fc12345, true)
  const same = { dtype: 'f32', shape: [1, 2, 1, 2], data: values } as const
  let y = b.node('binary', { function: 'add' }, [b.constant('c', { ...same, shape: [1, 1, 1, 4] }), x], { name: 'add' })
  y = b.node('binary', { function: 'mul' }, [y, b.constant('c', { ...same, shape: [1, 1, 1, 4], data: values.slice() })], { name: 'mul' })
  y = b.node('pad', { pads: [0, 0, 1, 1, 0, 0, 1, 1], mode: 'constant', value: -1e-300 }, [y], {
    name: 'pad',
    scope: 'stage1/unit1',
    sources: ['a', 'b'],
  })
  b.constant('long', { dtype: 'i64', shape: [2], data: Float64Array.of(2 ** 53 - 1, -7) })
  b.constant('', { dtype: 'i8', shape: [3], data: Int8Array.of(-128, 0, 127) })
  b.constant('__metadata__', { dtype: 'bool', shape: [1], data: Uint8Array.of(1) })
  b.constant('int', { dtype: 'i32', shape: [1], data: Int32Array.of(-5) })
  return {
    id: 'odd',
    title: 'Odd',
    preprocess: { resize: 146, crop: [128, 96], channelOrder: 'BGR', scale: 1 / 255, mean: [0.1, 0.2, 0.3], std: [1, 2, 3] },
    labels: ['tench', 'garbage truck', 'naïve “quoted”'],
    labelSet: null,
    provenance: 'made by hand',
    notice: 'knows nothing',
    graph: b.finish([y]),
    format: 'test',
  }
}

/** Typed arrays as their bits, so that NaN payloads and -0 count. */
function bits(model: Model): unknown {
  const tensors = [...model.graph.tensors.values()].map(({ data, ...rest }) => ({
    ...rest,
    data: data && [data.constructor.name, Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')],
  }))
  return { ...model, graph: { ...model.graph, tensors } }
}

describe('round trip', () => {
  it.each([
    ['a zoo model', () => buildZooModel('shufflenet-v1-g3-0.25x', { classes: 10, inputSize: 64 })],
    ['a model of odd values', oddModel],
  ])('%s is the same to the bit, apart from its format', async (_what, make) => {
    const model = make()
    const file = writeBundle(model)
    const read = await open(file)
    expect(bits(read)).toEqual({ ...(bits(model) as object), format: 'bundle' })
    expect(Buffer.compare(writeBundle(read), file)).toBe(0)
  })

  it('can be read by anyone who reads safetensors, weights by name, equal ones once, data aligned', () => {
    const file = writeBundle(oddModel())
    const { tensors } = readContainer(file)
    expect([...tensors.keys()].sort()).toEqual(['#7', '__metadata__#8', 'c', 'int', 'long'])
    expect(tensors.get('c')).toMatchObject({ dtype: 'F32', shape: [1, 1, 1, 4] })
    for (const { bytes, dtype } of tensors.values())
      if (dtype !== 'I8' && dtype !== 'BOOL') expect(bytes.byteOffset % (dtype === 'I64' ? 8 : 4)).toBe(0)
  })
})

describe('edited bundles', () => {
  const file = writeBundle(buildZooModel('shufflenet-v1-g3-0.25x', { classes: 3, inputSize: 32 }))
  const container = readContainer(file)
  const original = container.metadata.get('shufflescope') ?? ''

  /** The same weights under a document that `edit` has changed. */
  // biome-ignore lint/suspicious/noExplicitAny: a test edits a document in ways that its type forbids
  function edited(edit: (document: any) => void): Uint8Array {
    const document = JSON.parse(original)
    edit(document)
    const tensors = [...container.tensors].map(([name, t]) => ({ name, ...t }))
    return writeContainer(tensors, { shufflescope: JSON.stringify(document) })
  }

  it('the unedited document opens', async () => {
    expect((await open(edited(() => {}))).graph.nodes.length).toBeGreaterThan(100)
  })

  it.each<[string, Parameters<typeof edited>[0], RegExp]>([
    ['a newer schema', (d) => (d.schema = 2), /schema 2.*Update/],
    ['an op that does not exist', (d) => (d.graph.nodes[0].op = 'exec'), /"exec"/],
    ['attributes that the op refuses', (d) => (d.graph.nodes[0].attrs.groups = -1), /groups/],
    ['a shape that the op does not infer', (d) => (d.graph.tensors.at(-1).shape = [1, 4]), /records f32\[1, 4\]/],
    ['nodes out of order', (d) => d.graph.nodes.reverse(), /before it is computed/],
    ['a weight that is missing', (d) => (d.graph.tensors[1].data = 'nothing'), /"nothing" are missing/],
    ['a weight of another size', (d) => (d.graph.tensors[1].shape = [1, 1, 1, 1]), /elements for shape \[1, 1, 1, 1\]/],
    ['a weight of another type', (d) => (d.graph.tensors[1].dtype = 'i32'), /F32 where the graph needs I32/],
    ['two tensors with one id', (d) => (d.graph.tensors[1].id = d.graph.tensors[0].id), /same id/],
    ['an input that a node writes', (d) => d.graph.inputs.push(d.graph.nodes[0].outputs[0]), /writes an input/],
    ['preprocessing that cannot be', (d) => (d.info.preprocess.std = [0, 1, 1]), /info\.preprocess\.std/],
    ['no graph', (d) => delete d.graph, /malformed at graph/],
  ])('%s is refused', async (_what, edit, message) => {
    await expect(open(edited(edit))).rejects.toThrow(message)
    await expect(open(edited(edit))).rejects.toMatchObject({ name: 'ScopeError' })
  })

  it('a plain state dict is not taken for a bundle', () => {
    const bytes = writeContainer([{ name: 'w', dtype: 'U8', shape: [1], bytes: Uint8Array.of(1) }], { format: 'pt' })
    expect(importer.match({ name: 'x', bytes })).toBe(false)
  })

  it('bytes changed anywhere give a model or a typed error', async () => {
    const edit = fc.tuple(fc.nat(20_000), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const copy = file.slice()
        for (const [i, value] of edits) copy[i] = value
        const error = await open(copy).then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        if (error === undefined) return
        expect(error).toBeInstanceOf(ScopeError)
        expect((error as ScopeError).code, String(error)).not.toBe('internal')
      }),
      { numRuns: 100 },
    )
  })
})
