/** What a detector finds on a photo, and what another network without classes puts out, as the page shows them. */
import { detectionHead, detectObjects, type HostTensor, type Model, type Preprocess } from '../../engine/index.ts'
import type { DetectionsView, OutputMaps, OutputsView } from './contract/index.ts'
import { labelsOf } from './labels.ts'

/** As low as the page's threshold goes; what is above it is a matter of what is shown. */
export const LEAST_SCORE = 0.05
const MOST_MAPS = 64
/** Values of one output that are sent to the page. */
const MOST_VALUES = 1 << 22

/** Null where the model has none of the known heads. `photo` in its own pixels. */
export async function detectionsOf(
  model: Model,
  outputs: readonly HostTensor[],
  photo: { readonly width: number; readonly height: number },
  preprocess: Preprocess,
): Promise<DetectionsView | null> {
  const head = detectionHead(model.graph)
  if (!head) return null
  const labels = await labelsOf(model)
  // Suppression goes from the highest score down, so that leaving out low ones afterwards gives what a higher threshold gives.
  const found = detectObjects(head, outputs, photo, preprocess, { threshold: LEAST_SCORE })
  return {
    head: head.title,
    threshold: head.threshold,
    size: [head.height, head.width],
    fit: preprocess.fit ?? 'crop',
    list: found.map(({ index, score, box }) => ({ index, label: labels?.[index] ?? null, score, box })),
  }
}

/** Outputs that are maps, the first channels of each: [1, channels, H, W], or [1, H, W] as one channel. */
export function outputsOf(model: Model, outputs: readonly HostTensor[]): OutputsView {
  const maps: OutputMaps[] = []
  const others: { name: string; shape: readonly number[] }[] = []
  outputs.forEach(({ shape, dtype, data }, i) => {
    const name = model.graph.tensors.get(model.graph.outputs[i] ?? -1)?.name ?? String(i)
    const [channels = 0, height = 0, width = 0] = shape.length === 4 ? shape.slice(1) : [1, ...shape.slice(1)]
    const shown = Math.min(channels, MOST_MAPS)
    const isMap = (shape.length === 4 || shape.length === 3) && shape[0] === 1 && dtype === 'f32' && height > 1 && width > 1
    if (isMap && shown * height * width <= MOST_VALUES)
      maps.push({ name, channels, shown, height, width, values: Float32Array.from(data.subarray(0, shown * height * width), Number) })
    else others.push({ name, shape })
  })
  return { maps, others }
}
