/** A model as the application holds it: the graph as loaded, and what is needed to use it on a photo. */
import { z } from 'zod'
import type { Graph } from './ir/graph.ts'

/** How a photo becomes the input tensor. Sizes in pixels. */
export const preprocessSchema = z.object({
  /** Short side after resizing (aspect kept), before the centre crop. */
  resize: z.number().int().min(1).max(16384),
  /** Side of the centre crop: the network's input height and width. */
  crop: z.tuple([z.number().int().min(1).max(16384), z.number().int().min(1).max(16384)]).readonly(),
  channelOrder: z.enum(['RGB', 'BGR']),
  /** Multiplies 8-bit values before mean and std are applied: 1 keeps 0..255, 1/255 gives 0..1. */
  scale: z.number().positive(),
  /** In the channel order of the network, in units of the scaled values. */
  mean: z.tuple([z.number(), z.number(), z.number()]).readonly(),
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]).readonly(),
  /**
   * How sizes become whole pixels. "torchvision" (also where absent): the long side is cut down, the crop's offset rounded,
   * halves to even. "nearest": the long side is rounded to the nearest, the crop's offset cut down.
   */
  rounding: z.enum(['torchvision', 'nearest']).optional(),
  /**
   * How a photo of another aspect fits. "crop" (also where absent): short side resized, centre cut out. "stretch": resized to
   * `crop` without keeping the aspect. "letterbox": resized to lie inside `crop`, centred on black. The last two ignore `resize`.
   */
  fit: z.enum(['crop', 'stretch', 'letterbox']).optional(),
})
export type Preprocess = z.infer<typeof preprocessSchema>

export const modelInfoSchema = z.object({
  /** Stable name, e.g. "shufflenet-v1-g3-0.5x". */
  id: z.string().min(1).max(200),
  /** Name for people, e.g. "ShuffleNet v1 0.5x (g=3)". */
  title: z.string().min(1).max(200),
  preprocess: preprocessSchema.nullable(),
  /** Class names by index; null where unknown. */
  labels: z.array(z.string().max(500)).max(100_000).nullable(),
  /** One of `assets/labels`, when the labels are a well-known set. */
  labelSet: z.string().max(100).nullable(),
  /** Where the weights come from, in words; "random" for a zoo model without weights. */
  provenance: z.string().max(2000),
  /** What a user must know, e.g. that it knows ten classes only. */
  notice: z.string().max(2000).nullable(),
})
export type ModelInfo = z.infer<typeof modelInfoSchema>

export interface Model extends ModelInfo {
  readonly graph: Graph
  /** Which importer or builder made it: "onnx", "torch", "bundle", "zoo". */
  readonly format: string
}
