/** Every published key list belongs to exactly one layout, and each layout computes what PyTorch computes from the same weights. */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LAYOUTS, layoutsOf, openState } from '../../../../engine/importers/torch/layouts/index.ts'
import type { StateDict } from '../../../../engine/importers/torch/state.ts'
import { withoutWrappers } from '../../../../engine/importers/torch/state.ts'
import { parameterCount } from '../../../../engine/ir/graph.ts'
import { expected } from '../../../fixtures/checkpoints.ts'
import { outputOf, relativeError } from '../../../fixtures/evaluate.ts'
import { formulaImage, formulaState, readKeys } from '../../../fixtures/formula.ts'
import { sharedPath } from '../../../fixtures/shared.ts'

const folder = sharedPath('keys')
const OPTIONS = { file: 'weights.pth', format: 'torch' }

/** Layout that each list must be taken for, and parameters counted by its own implementation. */
const LISTS: Record<string, [layout: string, params: number]> = {
  'keys_megvii_v1_g3_1.0x': ['megvii-v1', 1_864_728],
  'keys_megvii_v1_g8_1.0x': ['megvii-v1', 2_433_768],
  keys_jaxony_g3: ['jaxony-v1', 1_877_920],
  keys_jaxony_g8: ['jaxony-v1', 2_454_304],
  keys_pytorchcv_shufflenet_g3_w1: ['pytorchcv-v1', 1_865_728],
  keys_pytorchcv_shufflenet_g8_w1: ['pytorchcv-v1', 2_434_768],
  mmpretrain: ['mmpretrain-v1', 1_865_728],
  'keys_megvii_v2_1.0x': ['megvii-v2', 2_278_760],
  'keys_ericsun99_v2_1.0': ['ericsun99-v2', 2_278_604],
  keys_pytorchcv_shufflenetv2_w1: ['pytorchcv-v2', 2_278_604],
  keys_pytorchcv_shufflenetv2b_w1: ['pytorchcv-v2b', 2_279_760],
  keys_torchvision_x0_5: ['torchvision-v2', 1_366_792],
  keys_torchvision_x1_0: ['torchvision-v2', 2_278_604],
}

/** mmpretrain's names over pytorchcv's shapes, which are the same network's. */
function mmpretrainKeys(shapes: Map<string, number[]>): Map<string, number[]> {
  const parts: Record<string, string> = { compress: 'g_conv_1x1_compress', dw: 'depthwise_conv3x3_bn', expand: 'g_conv_1x1_expand' }
  const rename = (key: string) =>
    key
      .replace('features.init_block', 'backbone.conv1')
      .replace('output.', 'head.fc.')
      .replace(
        /features\.stage(\d)\.unit(\d)\.([a-z]+)_(conv|bn)\d/,
        (_, stage, unit, part, kind) => `backbone.layers.${stage - 1}.${unit - 1}.${parts[part]}.${kind}`,
      )
  return new Map([...shapes].map(([key, shape]) => [rename(key), shape]))
}

function stateOf(list: string): StateDict {
  const path = (name: string) => `${folder}/${name}.txt`
  return formulaState(list === 'mmpretrain' ? mmpretrainKeys(readKeys(path('keys_pytorchcv_shufflenet_g3_w1'))) : readKeys(path(list)))
}

describe.skipIf(!folder)('layouts (needs ../shared/keys)', () => {
  it('knows every list in the folder', () => {
    const names = readdirSync(folder ?? '').map((f) => f.replace(/\.txt$/, ''))
    expect(names.filter((name) => !LISTS[name])).toEqual([])
    expect(new Set(Object.values(LISTS).map(([layout]) => layout))).toEqual(new Set(LAYOUTS.map((l) => l.id)))
  })

  it.each(Object.entries(LISTS))('%s belongs to one layout, with the right parameters and the logits of PyTorch', (list, [layout, params]) => {
    const state = stateOf(list)
    expect(layoutsOf(state).map((l) => l.id)).toEqual([layout])
    const { graph } = openState(state, { ...OPTIONS, inputSize: [64, 64] })
    expect(parameterCount(graph)).toBe(params)
    const { logits, largest } = expected().layouts[list] ?? { logits: [Number.NaN], largest: 0 }
    expect(relativeError(outputOf(graph, formulaImage(64)).data.subarray(0, 16), logits, largest)).toBeLessThan(2e-5)
  })

  it('names the key, the shape found and the shape needed when weights do not fit', () => {
    const shapes = readKeys(`${folder}/keys_megvii_v1_g3_1.0x.txt`)
    shapes.set('features.5.branch_main_1.0.weight', [120, 40, 1, 1])
    expect(() => openState(formulaState(shapes), OPTIONS)).toThrow(
      /"features\.5\.branch_main_1\.0\.weight" has shape \[120, 40, 1, 1\] .* \[120, 160, 1, 1\]/,
    )
  })

  it('names a key that is missing, and one that the architecture does not use', () => {
    const shapes = readKeys(`${folder}/keys_torchvision_x1_0.txt`)
    shapes.set('stage2.0.se.weight', [58])
    expect(() => openState(formulaState(shapes), OPTIONS)).toThrow(/1 of its keys .*stage2\.0\.se\.weight/)
    shapes.delete('stage2.0.se.weight')
    shapes.delete('stage3.4.branch2.4.running_var')
    expect(() => openState(formulaState(shapes), OPTIONS)).toThrow(/"stage3\.4\.branch2\.4\.running_var" is missing/)
  })

  it('takes the class count from the classifier and the groups from the shapes', () => {
    const shapes = readKeys(`${folder}/keys_pytorchcv_shufflenet_g8_w1.txt`)
    shapes.set('output.weight', [10, 1536]).set('output.bias', [10])
    const model = openState(formulaState(shapes), OPTIONS)
    expect(model).toMatchObject({ title: 'ShuffleNet v1 1.0x (g=8), pytorchcv', labelSet: null })
    expect(openState(stateOf('keys_torchvision_x1_0'), OPTIONS)).toMatchObject({ labelSet: 'imagenet-1k', preprocess: { resize: 256 } })
  })
})

describe('an unknown state dict', () => {
  it('is refused with what was looked for and what was found', () => {
    const state = formulaState(new Map([['encoder.weight', [4, 2]]]))
    expect(() => openState(state, OPTIONS)).toThrow(/encoder\.weight \[4, 2\].*features\.0\.branch_main_1\.0\.weight.*ONNX/)
    expect(() => openState(new Map(), OPTIONS)).toThrow(/no tensors/)
  })

  it('loses only prefixes that all of its keys share', () => {
    const keys = (...names: string[]) => [...withoutWrappers(formulaState(new Map(names.map((n) => [n, [1]])))).keys()]
    expect(keys('module.a', 'module.b')).toEqual(['a', 'b'])
    expect(keys('_orig_mod.module.a')).toEqual(['a'])
    expect(keys('module.a', 'b')).toEqual(['module.a', 'b'])
  })
})
