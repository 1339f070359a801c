/** Megvii's ShuffleNet v2. Source: megvii-model/ShuffleNet-Series, ShuffleNetV2/network.py and blocks.py. */
import { centreCrop, MEGVII_BGR } from '../../../zoo/preprocess.ts'
import { MEGVII_V2, V2_REPEATS } from '../../../zoo/shuffleNetV2.ts'
import { flatIndex, type Role } from './layout.ts'
import { v2Layout } from './openV2.ts'

/** Branch and index of each convolution; its batch norm is the next module. */
const PARTS: Readonly<Record<string, readonly [string, number]>> = {
  'main.pointwise1': ['main', 0],
  'main.depthwise': ['main', 3],
  'main.pointwise2': ['main', 5],
  'shortcut.depthwise': ['proj', 0],
  'shortcut.pointwise': ['proj', 2],
}

/** Index of a convolution, or of the batch norm after it, in a Sequential. */
export function indexAt(conv: number, role: Role): number {
  return role.layer === 'conv' ? conv : conv + 1
}

export const megviiV2 = v2Layout({
  id: 'megvii-v2',
  title: 'Megvii ShuffleNet v2',
  maker: 'Megvii',
  marks: ['first_conv.0.weight', 'features.0.branch_main.0.weight', 'features.0.branch_proj.0.weight', 'classifier.0.weight'],
  variant: MEGVII_V2,
  preprocess: (inputSize) => centreCrop(inputSize, MEGVII_BGR),
  keyOf(role) {
    if (role.part === 'stem') return `first_conv.${indexAt(0, role)}.${role.field}`
    if (role.part === 'last') return `conv_last.${indexAt(0, role)}.${role.field}`
    if (role.part === 'fc') return `classifier.0.${role.field}`
    const [branch, index] = PARTS[role.part] ?? ['', 0]
    return `features.${flatIndex(role, V2_REPEATS)}.branch_${branch}.${indexAt(index, role)}.${role.field}`
  },
})
