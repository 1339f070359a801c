/** TorchScript programs and torch.export archives that PyTorch wrote: opened like the state dict of their network, or refused with what is in them. */
import { strToU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { openModel } from '../../../../engine/importers/open.ts'
import { readEntries } from '../../../../engine/importers/torch/entries.ts'
import { stateOfExported } from '../../../../engine/importers/torch/exported.ts'
import { stateDictOf } from '../../../../engine/importers/torch/stateDict.ts'
import { openZip } from '../../../../engine/importers/torch/zip.ts'
import { checkpoint, expected, expectedOfPrograms, program } from '../../../fixtures/checkpoints.ts'
import { outputOf, relativeError } from '../../../fixtures/evaluate.ts'
import { formulaImage, formulaWeight } from '../../../fixtures/formula.ts'

const SIZE = { inputSize: [64, 64] } as const

describe('a network of a known layout', () => {
  it.each([
    ['torchvision-v2.script.pt', 'torchvision-v2', /torchvision/],
    ['torchvision-v2.export.pt2', 'torchvision-v2', /torchvision/],
    ['megvii-v1.trace.pt', 'megvii-v1', /Megvii/],
  ] as const)("%s gives PyTorch's logits", async (file, network, title) => {
    for (const owned of [false, true]) {
      const model = await openModel({ ...program(file), owned }, SIZE)
      expect(model).toMatchObject({ format: 'torch', labels: null, labelSet: null })
      expect(model.provenance).toMatch(title)
      expect(relativeError(outputOf(model.graph, formulaImage(64)).data, expectedOfPrograms()[network])).toBeLessThan(1e-5)
    }
  })

  it('an archive of PyTorch before 2.8, which has the state dict in one entry, opens too', async () => {
    const { bytes } = checkpoint('torchvision-v2.zip.pth')
    for (const entry of ['serialized_state_dict.pt', 'data/weights/model.pt']) {
      const archive = zipSync({ 'serialized_exported_program.json': strToU8('{}'), [entry]: bytes })
      const { graph } = await openModel({ name: 'old.pt2', bytes: archive }, SIZE)
      expect(relativeError(outputOf(graph, formulaImage(64)).data, expected().tiny['torchvision-v2'] ?? [])).toBeLessThan(1e-5)
    }
  })
})

describe('any other network', () => {
  it.each([
    ['other.script.pt', /TorchScript program.*it has 5 tensors: .*scale \[2\].*encoder\.0\.weight \[3, 4\].* 1 more.*ONNX/],
    ['other.export.pt2', /torch\.export archive.*it has 2 tensors: 0\.weight \[3, 4\], 0\.bias \[3\].*ONNX/],
    ['frozen.script.pt', /TorchScript program "__torch__.*Sequential".*without names.*torch\.jit\.freeze.*ONNX/],
  ])('%s is refused with what it holds', async (file, message) => {
    await expect(openModel(program(file))).rejects.toMatchObject({ code: 'unsupported' })
    await expect(openModel(program(file))).rejects.toThrow(message)
  })

  it('has the keys, shapes and values of its state dict', () => {
    const { bytes } = program('other.script.pt')
    const state = stateDictOf(openZip(bytes), true)
    const { other } = expectedOfPrograms()
    expect([...state.keys()].sort()).toEqual(Object.keys(other).sort())
    for (const [key, { shape, sum }] of Object.entries(other)) {
      const tensor = state.get(key)
      expect(tensor?.shape, key).toEqual(shape)
      const values = tensor?.values() ?? new Float32Array()
      expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 5)
      // PyTorch aligns storages: what is float32 is a view of the file.
      expect(values.buffer === bytes.buffer, key).toBe(tensor?.dtype === 'float32')
    }
    const exported = stateOfExported(readEntries(program('other.export.pt2').bytes), false)
    expect([...exported].map(([key, tensor]) => [key, [...tensor.values()]])).toEqual([
      ['0.weight', [...formulaWeight('0.weight', [3, 4])]],
      ['0.bias', [...formulaWeight('0.bias', [3])]],
    ])
  })
})

describe('a torch.export archive made wrong', () => {
  const files = unzipSync(program('other.export.pt2').bytes)
  const list = Object.keys(files).find((name) => name.endsWith('_weights_config.json')) ?? ''
  const entry = {
    path_name: 'weight_0',
    use_pickle: false,
    tensor_meta: { dtype: 7, sizes: [{ as_int: 3 }], strides: [{ as_int: 1 }], storage_offset: { as_int: 0 }, layout: 7 },
  }
  const withList = (config: unknown) => zipSync({ ...files, [list]: strToU8(JSON.stringify(config)) })
  const meta = (change: object) => withList({ config: { w: { ...entry, tensor_meta: { ...entry.tensor_meta, ...change } } } })

  it.each([
    ['a list that is no JSON', zipSync({ ...files, [list]: strToU8('{') }), /list of weights cannot be read/],
    ['a list without entries', withList([]), /list of weights cannot be read/],
    ['an entry that says nothing', withList({ config: { w: 1 } }), /"w" is malformed/],
    ['a weight that is not there', withList({ config: { w: { ...entry, path_name: '../weight_9' } } }), /"w" is named and not stored/],
    ['a pickled weight', withList({ config: { w: { ...entry, use_pickle: true } } }), /"w" is pickled/],
    ['a type that is none', meta({ dtype: 99 }), /element type number 99/],
    ['a sparse weight', meta({ layout: 1 }), /"w" is sparse/],
    ['a shape larger than its storage', meta({ sizes: [{ as_int: 1e9 }] }), /asks for more than the 12/],
    ['an offset past the end', meta({ storage_offset: { as_int: 1e9 } }), /asks for more than the 12/],
    ['a symbolic extent', meta({ sizes: [{ as_expr: { expr_str: 's0' } }] }), /"w" is malformed/],
    ['two programs', zipSync({ ...files, 'x/data/weights/b_weights_config.json': strToU8('{}') }), /2 programs/],
    ['no weights', zipSync({ 'x/models/model.json': strToU8('{}') }), /no weights in a form that is known/],
  ])('%s is refused', async (_what, bytes, message) => {
    await expect(openModel({ name: 'x.pt2', bytes })).rejects.toThrow(message)
  })
})
