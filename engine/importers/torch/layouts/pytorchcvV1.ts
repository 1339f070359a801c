/** pytorchcv's ShuffleNet v1, and every network trained under its names. Source: osmr/pytorchcv, models/shufflenet.py. */
import { centreCrop, IMAGENET_RGB } from '../../../zoo/preprocess.ts'
import { PAPER_V1 } from '../../../zoo/shuffleNetV1.ts'
import { v1Layout } from './openV1.ts'

/** The ordinal that pytorchcv adds to the names of a unit's layers. */
const ORDINALS: Readonly<Record<string, string>> = { compress: '1', depthwise: '2', expand: '3' }

export const pytorchcvV1 = v1Layout({
  id: 'pytorchcv-v1',
  title: 'pytorchcv ShuffleNet v1',
  maker: 'pytorchcv',
  marks: ['features.init_block.conv.weight', 'features.stage1.unit1.compress_conv1.weight', 'output.weight'],
  variant: { ...PAPER_V1, concatOrder: 'main, shortcut', concatRelu: 'after' },
  preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
  keyOf({ stage, unit, part, layer, field }) {
    if (part === 'stem') return `features.init_block.${layer}.${field}`
    if (part === 'fc') return `output.${field}`
    const name = part === 'depthwise' ? 'dw' : part
    return `features.stage${stage - 1}.unit${unit}.${name}_${layer}${ORDINALS[part]}.${field}`
  },
})
