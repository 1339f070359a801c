/** The ways in which published classifiers want their photos. */
import type { Preprocess } from '../model.ts'

type Normalisation = Pick<Preprocess, 'channelOrder' | 'scale' | 'mean' | 'std' | 'rounding'>

/** RGB in 0..1, ImageNet mean and deviation: torchvision, pytorchcv and most others. */
export const IMAGENET_RGB: Normalisation = {
  channelOrder: 'RGB',
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
}

/** RGB in -1..1: the Inception family and Xception. */
export const INCEPTION_RGB: Normalisation = { channelOrder: 'RGB', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }

/** BGR in 0..255 as OpenCV reads it, nothing subtracted, the long side rounded to the nearest: Megvii's training code. */
export const MEGVII_BGR: Normalisation = { channelOrder: 'BGR', scale: 1, mean: [0, 0, 0], std: [1, 1, 1], rounding: 'nearest' }

/** BGR in 0..255 with the mean of each channel: the reference models of Caffe. */
export const CAFFE_BGR: Normalisation = { channelOrder: 'BGR', scale: 1, mean: [104, 117, 123], std: [1, 1, 1] }

/** RGB in 0..255 with mean and deviation of that range: mmpretrain. */
export const MMPRETRAIN_RGB: Normalisation = {
  channelOrder: 'RGB',
  scale: 1,
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
}

/**
 * Resize the short side, crop the centre. `resizeAt224` is the published short side for a 224-pixel crop; other
 * input sizes keep its proportion to the longer side of the crop.
 */
export function centreCrop(inputSize: readonly [number, number], normalisation: Normalisation, resizeAt224 = 256): Preprocess {
  const [height, width] = inputSize
  return { resize: Math.round((Math.max(height, width) * resizeAt224) / 224), crop: [height, width], ...normalisation }
}
