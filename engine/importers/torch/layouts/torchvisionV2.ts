/** torchvision's ShuffleNet v2, and the implementation by ericsun99 that its first weights come from (same network, other names). */
import { centreCrop, IMAGENET_RGB } from '../../../zoo/preprocess.ts'
import { TORCHVISION_V2, V2_REPEATS } from '../../../zoo/shuffleNetV2.ts'
import { flatIndex } from './layout.ts'
import { indexAt } from './megviiV2.ts'
import { v2Layout } from './openV2.ts'

/** Branch and index of each convolution; its batch norm is the next module. */
const PARTS: Readonly<Record<string, readonly [number, number]>> = {
  'main.pointwise1': [2, 0],
  'main.depthwise': [2, 3],
  'main.pointwise2': [2, 5],
  'shortcut.depthwise': [1, 0],
  'shortcut.pointwise': [1, 2],
}

/** The 1.5x and 2.0x weights were trained, and are evaluated, from a short side of 232. */
const WIDE = 176

/** Source: pytorch/vision, torchvision/models/shufflenetv2.py. */
export const torchvisionV2 = v2Layout({
  id: 'torchvision-v2',
  title: 'torchvision ShuffleNet v2',
  maker: 'torchvision',
  marks: ['conv1.0.weight', 'stage2.0.branch1.0.weight', 'conv5.0.weight', 'fc.weight'],
  variant: TORCHVISION_V2,
  preprocess: (inputSize, stage2Width) => centreCrop(inputSize, IMAGENET_RGB, stage2Width >= WIDE ? 232 : 256),
  keyOf(role) {
    if (role.part === 'stem') return `conv1.${indexAt(0, role)}.${role.field}`
    if (role.part === 'last') return `conv5.${indexAt(0, role)}.${role.field}`
    if (role.part === 'fc') return `fc.${role.field}`
    const [branch, index] = PARTS[role.part] ?? [0, 0]
    return `stage${role.stage}.${role.unit - 1}.branch${branch}.${indexAt(index, role)}.${role.field}`
  },
})

/** Source: ericsun99/Shufflenet-v2-Pytorch, ShuffleNetV2.py. "banch" is its own spelling. */
export const ericsunV2 = v2Layout({
  id: 'ericsun99-v2',
  title: 'ericsun99 ShuffleNet v2',
  maker: 'ericsun99',
  marks: ['conv1.0.weight', 'features.0.banch1.0.weight', 'conv_last.0.weight', 'classifier.0.weight'],
  variant: TORCHVISION_V2,
  preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
  keyOf(role) {
    if (role.part === 'stem') return `conv1.${indexAt(0, role)}.${role.field}`
    if (role.part === 'last') return `conv_last.${indexAt(0, role)}.${role.field}`
    if (role.part === 'fc') return `classifier.0.${role.field}`
    const [branch, index] = PARTS[role.part] ?? [0, 0]
    return `features.${flatIndex(role, V2_REPEATS)}.banch${branch}.${indexAt(index, role)}.${role.field}`
  },
})
