/** What a network makes of a photo. */
import type { ErrorFields } from '../../../engine/index.ts'

export interface Prediction {
  readonly index: number
  readonly label: string | null
  readonly probability: number
}

export interface PhotoView {
  readonly width: number
  readonly height: number
  /** What the network sees: the square in the photo's own pixels. */
  readonly crop: Box
  /** The same with what the crop pads beyond the photo: what maps over the input lie on. */
  readonly window: Box
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Maps over the network's input, one per class, row-major [rows, columns]. */
export interface ClassMaps {
  readonly rows: number
  readonly columns: number
  readonly maps: readonly Float32Array[]
}

export interface DetectionView {
  readonly index: number
  readonly label: string | null
  /** 0..1 */
  readonly score: number
  /** Left, top, right, bottom in pixels of the photo. */
  readonly box: readonly [number, number, number, number]
}

export interface DetectionsView {
  /** The network that has such a head. */
  readonly head: string
  /** Scores that its author shows are above it. */
  readonly threshold: number
  /** [height, width] of the network's input, and how the photo fits into it. */
  readonly size: readonly [number, number]
  readonly fit: 'crop' | 'stretch' | 'letterbox'
  /** Highest score first, far below the threshold too. */
  readonly list: readonly DetectionView[]
}

/** The first channels of an output of a network, [shown, height, width]. */
export interface OutputMaps {
  readonly name: string
  readonly channels: number
  readonly shown: number
  readonly height: number
  readonly width: number
  readonly values: Float32Array
}

export interface OutputsView {
  readonly maps: readonly OutputMaps[]
  /** Outputs that are no maps, or too large to show. */
  readonly others: readonly { readonly name: string; readonly shape: readonly number[] }[]
}

export interface RunView {
  readonly photo: PhotoView
  readonly top: readonly Prediction[]
  /** Of a detector with a known head; null elsewhere. */
  readonly detections: DetectionsView | null
  /** Of a network that has neither classes nor a known head; null elsewhere. */
  readonly outputs: OutputsView | null
  /** Class activation maps of `top`, or why there are none. */
  readonly why: ClassMaps | ErrorFields
  readonly ms: { readonly decode: number; readonly preprocess: number; readonly inference: number }
  readonly backend: string
  readonly threads: number
}

/** What the probability of each class of the answer loses where a grey square hides a place. */
export interface OcclusionView extends ClassMaps {
  /** Side of the square, as a share of the input's width. */
  readonly side: number
  /** Probabilities with nothing hidden. */
  readonly base: readonly number[]
}
