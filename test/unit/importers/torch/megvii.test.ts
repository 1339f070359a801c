/** Megvii's ImageNet weights, evaluated with the ops' scalar definitions, against PyTorch's logits and statistics after every unit. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openModel } from '../../../../engine/importers/open.ts'
import { producers } from '../../../../engine/ir/graph.ts'
import { evaluateGraph, relativeError } from '../../../fixtures/evaluate.ts'
import { npyFile } from '../../../fixtures/npy.ts'
import { sharedPath } from '../../../fixtures/shared.ts'

const weights = sharedPath('models/shufflenetv1_g3_0.5x.pth.tar')
const folder = sharedPath('expected')

describe.skipIf(!weights || !folder)("Megvii's ShuffleNet v1 0.5x (needs ../shared/models and ../shared/expected)", () => {
  it('gives the logits, and after every unit the mean and deviation, that PyTorch gives', async () => {
    const model = await openModel({ name: 'shufflenetv1_g3_0.5x.pth.tar', bytes: new Uint8Array(readFileSync(weights ?? '')) })
    expect(model).toMatchObject({
      title: 'ShuffleNet v1 0.5x (g=3), Megvii',
      labelSet: 'imagenet-1k',
      preprocess: { channelOrder: 'BGR', scale: 1, mean: [0, 0, 0], std: [1, 1, 1], resize: 256, crop: [224, 224] },
    })
    const values = evaluateGraph(model.graph, [npyFile(`${folder}/megvii_v1_g3_0.5x.input.npy`)])

    const logits = npyFile(`${folder}/megvii_v1_g3_0.5x.logits.npy`)
    const output = values.get(model.graph.outputs[0] ?? -1)
    expect(output?.shape).toEqual([1, 1000])
    expect(relativeError(output?.data ?? [], logits.data)).toBeLessThan(1e-4)

    const stages = JSON.parse(readFileSync(`${folder}/megvii_v1_g3_0.5x.stages.json`, 'utf8'))['stages [name, shape NCHW, mean, std]']
    const lastOf = new Map([...producers(model.graph).entries()].map(([id, node]) => [node.scope, id]))
    const scopes = [...lastOf.keys()].filter((scope) => scope !== 'head')
    expect(scopes).toHaveLength(stages.length)
    scopes.forEach((scope, i) => {
      const value = values.get(lastOf.get(scope) ?? -1)
      const [name, shape, mean, std] = stages[i]
      expect(value?.shape, name).toEqual(shape)
      const data = [...(value?.data ?? [])]
      const m = data.reduce((a, b) => a + b, 0) / data.length
      const s = Math.sqrt(data.reduce((a, b) => a + (b - m) ** 2, 0) / (data.length - 1))
      expect(m, `${name} mean`).toBeCloseTo(mean, 3)
      expect(s, `${name} deviation`).toBeCloseTo(std, 2)
    })
  }, 300_000)
})
