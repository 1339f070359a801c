/** Megvii's ShuffleNet v1. Source: megvii-model/ShuffleNet-Series, ShuffleNetV1/network.py and blocks.py. */
import { centreCrop, MEGVII_BGR } from '../../../zoo/preprocess.ts'
import { PAPER_V1, V1_REPEATS } from '../../../zoo/shuffleNetV1.ts'
import { flatIndex } from './layout.ts'
import { v1Layout } from './openV1.ts'

/** Convolution and batch norm of each part, as indices into Sequential modules. */
const PARTS: Readonly<Record<string, { conv: string; bn: string }>> = {
  compress: { conv: 'branch_main_1.0', bn: 'branch_main_1.1' },
  depthwise: { conv: 'branch_main_1.3', bn: 'branch_main_1.4' },
  expand: { conv: 'branch_main_2.0', bn: 'branch_main_2.1' },
}

export const megviiV1 = v1Layout({
  id: 'megvii-v1',
  title: 'Megvii ShuffleNet v1',
  maker: 'Megvii',
  marks: ['first_conv.0.weight', 'features.0.branch_main_1.0.weight', 'classifier.0.weight'],
  variant: {
    ...PAPER_V1,
    shuffleOrder: '(n,g)',
    shufflePlace: 'after depthwise',
    concatOrder: 'shortcut, main',
    concatRelu: 'main',
    fcBias: false,
  },
  preprocess: (inputSize) => centreCrop(inputSize, MEGVII_BGR),
  keyOf(role) {
    if (role.part === 'stem') return `first_conv.${role.layer === 'conv' ? 0 : 1}.${role.field}`
    if (role.part === 'fc') return `classifier.0.${role.field}`
    return `features.${flatIndex(role, V1_REPEATS)}.${PARTS[role.part]?.[role.layer === 'conv' ? 'conv' : 'bn']}.${role.field}`
  },
})
