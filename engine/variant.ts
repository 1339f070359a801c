/** What a smaller variant of a model is called, and what it says of where it comes from. */
import type { Graph } from './ir/graph.ts'
import type { Model } from './model.ts'
import type { PruningScope } from './passes/prune/structured.ts'
import type { RangeMethod } from './passes/quantize/observe.ts'

const MAX_PROVENANCE = 2000
/** Leaves room for what is added. */
const MAX_NAME = 150

export interface PruningWords {
  readonly method: 'structured' | 'unstructured'
  /** Share that is gone, 0..1. */
  readonly amount: number
  readonly scope: PruningScope
}

export function prunedModel(model: Model, graph: Graph, { method, amount, scope }: PruningWords): Model {
  const what = method === 'structured' ? 'of its multiply-accumulates' : 'of its weights'
  const percentage = `${Number((100 * amount).toPrecision(3))}`
  return {
    ...model,
    graph,
    id: `${model.id.slice(0, MAX_NAME)}-pruned-${percentage}`,
    title: `${model.title.slice(0, MAX_NAME)}, pruned by ${percentage} %`,
    provenance: `${model.provenance}; ${percentage} % ${what} removed by ShuffleScope (${method}, ${scope}), not trained after`.slice(
      0,
      MAX_PROVENANCE,
    ),
  }
}

/** `photos`: how many its ranges are from. */
export function quantizedModel(model: Model, graph: Graph, photos: number, range: RangeMethod): Model {
  const provenance = `${model.provenance}; in 8 bits by ShuffleScope with ranges from ${photos} photos (${range})`
  return {
    ...model,
    graph,
    id: `${model.id.slice(0, MAX_NAME + 30)}-int8`,
    title: `${model.title.slice(0, MAX_NAME + 30)}, int8`,
    provenance: provenance.slice(0, MAX_PROVENANCE),
  }
}
