/** jaxony's ShuffleNet v1, also the module of ericsun99's 1x g=8 weights. Source: jaxony/ShuffleNet, model.py. */
import { centreCrop, IMAGENET_RGB } from '../../../zoo/preprocess.ts'
import { PAPER_V1 } from '../../../zoo/shuffleNetV1.ts'
import { v1Layout } from './openV1.ts'

const PARTS: Readonly<Record<string, { conv: string; bn: string }>> = {
  compress: { conv: 'g_conv_1x1_compress.conv1x1', bn: 'g_conv_1x1_compress.batch_norm' },
  depthwise: { conv: 'depthwise_conv3x3', bn: 'bn_after_depthwise' },
  expand: { conv: 'g_conv_1x1_expand.conv1x1', bn: 'g_conv_1x1_expand.batch_norm' },
}

export const jaxonyV1 = v1Layout({
  id: 'jaxony-v1',
  title: 'jaxony ShuffleNet v1',
  maker: 'jaxony',
  marks: ['conv1.weight', 'stage2.ShuffleUnit_Stage2_0.g_conv_1x1_compress.conv1x1.weight', 'fc.weight'],
  // Nothing normalises or clips the first convolution, so its output is negative in places and ReLU after the
  // concatenation is not the same as before it.
  variant: { ...PAPER_V1, stemBnRelu: false, convBias: true, concatOrder: 'shortcut, main', concatRelu: 'after' },
  preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
  keyOf({ stage, unit, part, layer, field }) {
    if (part === 'stem') return `conv1.${field}`
    if (part === 'fc') return `fc.${field}`
    return `stage${stage}.ShuffleUnit_Stage${stage}_${unit - 1}.${PARTS[part]?.[layer === 'conv' ? 'conv' : 'bn']}.${field}`
  },
})
