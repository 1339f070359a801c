/** pytorchcv's two ShuffleNet v2: torchvision's topology, and one with Megvii's branch widths ("v2b"). Source: osmr/pytorchcv, models/shufflenetv2.py, shufflenetv2b.py. */
import { centreCrop, IMAGENET_RGB } from '../../../zoo/preprocess.ts'
import { TORCHVISION_V2 } from '../../../zoo/shuffleNetV2.ts'
import type { Role } from './layout.ts'
import { v2Layout } from './openV2.ts'

const V2_PARTS: Readonly<Record<string, readonly [string, number]>> = {
  'main.pointwise1': ['compress', 1],
  'main.depthwise': ['dw', 2],
  'main.pointwise2': ['expand', 3],
  'shortcut.depthwise': ['dw', 4],
  'shortcut.pointwise': ['expand', 5],
}

const V2B_PARTS: Readonly<Record<string, string>> = {
  'main.pointwise1': 'conv1',
  'main.depthwise': 'dconv',
  'main.pointwise2': 'conv2',
  'shortcut.depthwise': 'shortcut_dconv',
  'shortcut.pointwise': 'shortcut_conv',
}

/** Keys outside the units, which both share. */
function outer({ part, layer, field }: Role): string | undefined {
  if (part === 'stem') return `features.init_block.conv.${layer}.${field}`
  if (part === 'last') return `features.final_block.${layer}.${field}`
  return part === 'fc' ? `output.${field}` : undefined
}

export const pytorchcvV2 = v2Layout({
  id: 'pytorchcv-v2',
  title: 'pytorchcv ShuffleNet v2',
  maker: 'pytorchcv',
  marks: [
    'features.init_block.conv.conv.weight',
    'features.stage1.unit1.compress_conv1.weight',
    'features.stage1.unit1.dw_conv4.weight',
    'output.weight',
  ],
  variant: { ...TORCHVISION_V2, maxPool: { pad: 0, ceil: true } },
  preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
  keyOf(role) {
    const [name, ordinal] = V2_PARTS[role.part] ?? ['', 0]
    return outer(role) ?? `features.stage${role.stage - 1}.unit${role.unit}.${name}_${role.layer}${ordinal}.${role.field}`
  },
})

export const pytorchcvV2b = v2Layout({
  id: 'pytorchcv-v2b',
  title: 'pytorchcv ShuffleNet v2b',
  maker: 'pytorchcv-b',
  marks: [
    'features.init_block.conv.conv.weight',
    'features.stage1.unit1.conv1.conv.weight',
    'features.stage1.unit1.shortcut_dconv.conv.weight',
    'output.weight',
  ],
  variant: { ...TORCHVISION_V2, shortcutWidth: 'input' },
  preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
  keyOf(role) {
    return outer(role) ?? `features.stage${role.stage - 1}.unit${role.unit}.${V2B_PARTS[role.part]}.${role.layer}.${role.field}`
  },
})
