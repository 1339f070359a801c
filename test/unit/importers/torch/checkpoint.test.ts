/** Reading checkpoints that PyTorch wrote: values of every element type, and logits of whole networks. */
import { describe, expect, it } from 'vitest'
import { openModel } from '../../../../engine/importers/open.ts'
import { openLegacy } from '../../../../engine/importers/torch/legacy.ts'
import { stateDictOf } from '../../../../engine/importers/torch/stateDict.ts'
import { openZip } from '../../../../engine/importers/torch/zip.ts'
import { checkpoint, expected } from '../../../fixtures/checkpoints.ts'
import { outputOf, relativeError } from '../../../fixtures/evaluate.ts'
import { formulaImage } from '../../../fixtures/formula.ts'

describe('tensors of a checkpoint', () => {
  it.each(['values.legacy.pth', 'values.zip.pth', 'values.protocol4.pth'])('%s has the shapes and values that PyTorch sees', (name) => {
    const { bytes } = checkpoint(name)
    const state = stateDictOf(name.includes('legacy') ? openLegacy(bytes) : openZip(bytes))
    const { values } = expected()
    expect([...state.keys()]).toEqual(Object.keys(values))
    for (const [key, { shape, values: numbers }] of Object.entries(values)) {
      const tensor = state.get(key)
      expect(tensor?.shape, key).toEqual(shape)
      expect([...(tensor?.values() ?? [])], key).toEqual(numbers.map((v) => Math.fround(Number(v))))
    }
  })
})

describe('whole checkpoints', () => {
  it("a legacy checkpoint in pytorchcv's names, with a data-parallel prefix, gives PyTorch's logits", async () => {
    const model = await openModel(checkpoint('pytorchcv-v1.legacy.pth'))
    expect(model).toMatchObject({ format: 'torch', labels: null, labelSet: null, preprocess: { channelOrder: 'RGB', resize: 256 } })
    const small = await openModel(checkpoint('pytorchcv-v1.legacy.pth'), { inputSize: [64, 64] })
    const logits = outputOf(small.graph, formulaImage(64))
    expect(logits.shape).toEqual([1, 5])
    expect(relativeError(logits.data, expected().tiny['pytorchcv-v1'] ?? [])).toBeLessThan(1e-5)
  })

  it("a compressed zip in torchvision's names gives torchvision's logits", async () => {
    const model = await openModel(checkpoint('torchvision-v2.zip.pth'), { inputSize: [64, 64] })
    const logits = outputOf(model.graph, formulaImage(64))
    expect(relativeError(logits.data, expected().tiny['torchvision-v2'] ?? [])).toBeLessThan(1e-5)
  })

  it('a whole pickled module is refused by the name of its class', async () => {
    await expect(openModel(checkpoint('module.legacy.pth'))).rejects.toThrow(
      /"module\.legacy\.pth".*"torch\.nn\.modules\.linear\.Linear".*state dict/,
    )
  })

  it('a checkpoint of another network is refused with what was looked for and what was found', async () => {
    await expect(openModel(checkpoint('values.zip.pth'))).rejects.toThrow(/f32 \[2, 3, 4\].*Megvii ShuffleNet v1.*torchvision/s)
  })
})
