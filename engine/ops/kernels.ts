/** Names of the Wasm kernels; the index is the number that a plan step and `kernels/entry.ts` use. */
export const KERNELS = [
  'conv',
  'depthwise',
  'pool',
  'globalPool',
  'linear',
  'binary',
  'activation',
  'affine',
  'softmax',
  'gatherChannels',
  'copyStrided',
  'matmul',
  'depthwise3x3',
  'pool3x3',
  'probeMadd',
  'probeFill',
  'probeRead',
  'interpolate',
  'lrn',
  'convTranspose',
  'boxDecode',
  'nonMaxSuppression',
  'maxRoiPool',
] as const

export type Kernel = (typeof KERNELS)[number]
