/** What a layout is: how one published implementation names the weights of an architecture, and what else it decides. */
import { badInput } from '../../../base/errors.ts'
import type { Graph } from '../../../ir/graph.ts'
import type { Preprocess } from '../../../model.ts'
import type { WeightSource } from '../../../zoo/weights.ts'
import { type StateDict, shorten, summary } from '../state.ts'

/** A role of the zoo's builders, taken apart. */
export interface Role {
  /** 0 outside the stages. */
  readonly stage: number
  readonly unit: number
  /** e.g. "stem", "compress", "main.pointwise1", "fc" */
  readonly part: string
  /** "conv", "bn", or "" for a fully connected layer. */
  readonly layer: string
  /** As PyTorch names it: "weight", "bias", "running_mean", "running_var". */
  readonly field: string
}

export interface Opening {
  readonly id: string
  readonly title: string
  readonly classes: number
  readonly preprocess: Preprocess
  build(name: string, weights: WeightSource): Graph
}

export interface Layout {
  /** e.g. "megvii-v1" */
  readonly id: string
  /** For people, e.g. "Megvii ShuffleNet v1". */
  readonly title: string
  /** Keys that are all present in this layout, and not all in any other. */
  readonly marks: readonly string[]
  keyOf(role: Role): string
  /** Reads the architecture off the shapes. Throws ScopeError where they make no sense. */
  open(state: StateDict, inputSize: readonly [number, number]): Opening
}

const FIELDS: Readonly<Record<string, string>> = { mean: 'running_mean', variance: 'running_var' }

export function parseRole(role: string): Role {
  const place = /^stage(\d+)\.unit(\d+)\./.exec(role)
  const rest = role.slice(place?.[0].length ?? 0).split('.')
  const field = rest.pop() ?? ''
  const layer = rest.at(-1) === 'conv' || rest.at(-1) === 'bn' ? (rest.pop() ?? '') : ''
  return { stage: Number(place?.[1] ?? 0), unit: Number(place?.[2] ?? 0), part: rest.join('.'), layer, field: FIELDS[field] ?? field }
}

/** Index of a unit where an implementation counts all units of the network in one list. */
export function flatIndex({ stage, unit }: Role, repeats: readonly number[]): number {
  return repeats.slice(0, stage - 2).reduce((sum, n) => sum + n, 0) + unit - 1
}

/** The shape behind a role. Throws ScopeError where it is missing or has another rank. */
export function shapeOf(state: StateDict, layout: Pick<Layout, 'keyOf' | 'title'>, role: string, rank: number): number[] {
  const key = layout.keyOf(parseRole(role))
  const shape = state.get(key)?.shape
  if (!shape) throw missing(layout.title, key, state)
  if (shape.length !== rank) throw wrongShape(layout.title, key, shape, `rank ${rank}`)
  return [...shape]
}

/** The weights of a state dict by role; `unused` lists the keys that nobody has asked for. */
export function weightsOf(state: StateDict, layout: Layout): WeightSource & { unused(): string[] } {
  const used = new Set<string>()
  return {
    get(role, shape) {
      const key = layout.keyOf(parseRole(role))
      const tensor = state.get(key)
      if (!tensor) throw missing(layout.title, key, state)
      if (tensor.shape.join() !== shape.join()) throw wrongShape(layout.title, key, tensor.shape, `[${shape.join(', ')}]`)
      used.add(key)
      return tensor.values()
    },
    unused: () => [...state.keys()].filter((key) => !used.has(key) && !key.endsWith('num_batches_tracked')),
  }
}

function missing(title: string, key: string, state: StateDict) {
  return badInput(
    `State dict in the layout "${title}"`,
    `key "${key}" is missing; it has ${summary(state)}`,
    'Check that all of the weights were saved',
    key,
  )
}

function wrongShape(title: string, key: string, found: readonly number[], needed: string) {
  return badInput(
    `State dict in the layout "${title}"`,
    `key "${shorten(key)}" has shape [${found.join(', ')}] where the architecture needs ${needed}`,
    'These weights belong to another architecture, or the file is damaged',
    key,
  )
}
