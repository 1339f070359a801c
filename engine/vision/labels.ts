/** Label sets: class names by index, as files under `assets/labels`; whoever can read files loads them. */
import { z } from 'zod'
import { badInput } from '../base/errors.ts'
import type { ModelInfo } from '../model.ts'

export interface LabelSet {
  readonly id: string
  readonly title: string
  /** Name under `assets/labels`. */
  readonly file: string
  readonly classes: number
}

export const LABEL_SETS: readonly LabelSet[] = [
  { id: 'imagenet-1k', title: 'ImageNet, 1000 classes', file: 'imagenet-1k.json', classes: 1000 },
  { id: 'imagenette', title: 'Imagenette, 10 classes', file: 'imagenette.json', classes: 10 },
  { id: 'coco', title: 'COCO, 80 objects', file: 'coco.json', classes: 80 },
]

const names = z.array(z.string().max(500)).min(1).max(100_000)
const labelFile = z.union([names, z.object({ labels: names }).transform((f) => f.labels)])

/** Class names from the text of a label file: a JSON array of strings, or an object with such an array as `labels`. */
export function parseLabels(text: string, what: string): string[] {
  const hint = 'Give a JSON array of class names in the order of the outputs'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw badInput(what, 'it is not JSON', hint)
  }
  const parsed = labelFile.safeParse(value)
  if (!parsed.success) throw badInput(what, 'it holds no list of class names', hint)
  return parsed.data
}

/** The label set whose names a model takes, where it has none of its own. */
export function labelSetOf(model: Pick<ModelInfo, 'labels' | 'labelSet'>): LabelSet | undefined {
  return model.labels ? undefined : LABEL_SETS.find((set) => set.id === model.labelSet)
}

/** Name of class `index`, or its number where it has no name. */
export function labelOf(labels: readonly string[] | null | undefined, index: number): string {
  return labels?.[index] ?? `class ${index}`
}
