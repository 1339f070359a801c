/** mmpretrain's (mmclassification's) ShuffleNet v1. Source: open-mmlab/mmpretrain, backbones/shufflenet_v1.py. */
import { centreCrop, MMPRETRAIN_RGB } from '../../../zoo/preprocess.ts'
import { PAPER_V1 } from '../../../zoo/shuffleNetV1.ts'
import { v1Layout } from './openV1.ts'

const PARTS: Readonly<Record<string, string>> = {
  compress: 'g_conv_1x1_compress',
  depthwise: 'depthwise_conv3x3_bn',
  expand: 'g_conv_1x1_expand',
}

export const mmpretrainV1 = v1Layout({
  id: 'mmpretrain-v1',
  title: 'mmpretrain ShuffleNet v1',
  maker: 'mmpretrain',
  marks: ['backbone.conv1.conv.weight', 'backbone.layers.0.0.g_conv_1x1_compress.conv.weight', 'head.fc.weight'],
  variant: { ...PAPER_V1, shufflePlace: 'after depthwise', concatOrder: 'shortcut, main', concatRelu: 'main' },
  preprocess: (inputSize) => centreCrop(inputSize, MMPRETRAIN_RGB),
  keyOf({ stage, unit, part, layer, field }) {
    if (part === 'stem') return `backbone.conv1.${layer}.${field}`
    if (part === 'fc') return `head.fc.${field}`
    return `backbone.layers.${stage - 2}.${unit - 1}.${PARTS[part]}.${layer}.${field}`
  },
})
