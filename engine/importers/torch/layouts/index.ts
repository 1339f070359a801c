/** Recognises the layout of a state dict by its names and shapes, and builds the model. */
import { unsupported } from '../../../base/errors.ts'
import type { Model } from '../../../model.ts'
import { type StateDict, shorten, summary } from '../state.ts'
import { jaxonyV1 } from './jaxonyV1.ts'
import { type Layout, weightsOf } from './layout.ts'
import { megviiV1 } from './megviiV1.ts'
import { megviiV2 } from './megviiV2.ts'
import { mmpretrainV1 } from './mmpretrainV1.ts'
import { pytorchcvV1 } from './pytorchcvV1.ts'
import { pytorchcvV2, pytorchcvV2b } from './pytorchcvV2.ts'
import { ericsunV2, torchvisionV2 } from './torchvisionV2.ts'

export const LAYOUTS: readonly Layout[] = [
  megviiV1,
  pytorchcvV1,
  jaxonyV1,
  mmpretrainV1,
  megviiV2,
  torchvisionV2,
  ericsunV2,
  pytorchcvV2,
  pytorchcvV2b,
]

export interface StateOptions {
  /** Name of the file, for the provenance. */
  readonly file: string
  readonly format: string
  /** What the file is, where it is not a state dict alone; messages begin with it. */
  readonly what?: string
  readonly inputSize?: readonly [number, number]
}

/** The layouts that a state dict satisfies: one, or none. */
export function layoutsOf(state: StateDict): Layout[] {
  return LAYOUTS.filter((layout) => layout.marks.every((key) => state.has(key)))
}

/**
 * Builds the model that a state dict belongs to. A key that the architecture does not use is an error, except
 * batch norm's counters: weights left out would change the result without a word.
 * Throws ScopeError `unsupported` for an unknown layout, `bad-input` that names the key for weights that do not fit.
 */
export function openState(state: StateDict, options: StateOptions): Model {
  const layout = layoutsOf(state)[0]
  if (!layout)
    throw unsupported(
      options.what ?? 'State dict',
      `its layout is not known; it has ${state.size ? `${state.size} tensors: ${summary(state)}` : 'no tensors'}`,
      `Looked for ${LAYOUTS.map((l) => `${l.title} (${l.marks[1]})`).join(', ')}. Export other networks to ONNX`,
    )
  const opening = layout.open(state, options.inputSize ?? [224, 224])
  const weights = weightsOf(state, layout)
  const graph = opening.build(opening.id, weights)
  const unused = weights.unused()
  if (unused.length)
    throw unsupported(
      `State dict in the layout "${layout.title}"`,
      `${unused.length} of its keys are not part of the architecture (${unused
        .slice(0, 4)
        .map((k) => shorten(k))
        .join(', ')})`,
      'Export this network to ONNX',
      unused[0],
    )
  return {
    id: opening.id,
    title: opening.title,
    preprocess: opening.preprocess,
    labels: null,
    labelSet: opening.classes === 1000 ? 'imagenet-1k' : null,
    provenance: `Weights in the layout of ${layout.title}, from the file ${shorten(options.file, 200)}`,
    notice: null,
    graph,
    format: options.format,
  }
}
