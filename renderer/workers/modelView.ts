/** An opened model as the page shows it. */
import { isQuantized, type Model, parameterCount, tensorOf } from '../../engine/index.ts'
import type { ModelView } from './contract/index.ts'
import { noticeOf, preprocessOf } from './photoUse.ts'

export function viewOf(model: Model): ModelView {
  const { graph } = model
  const [first] = graph.inputs
  const input = first === undefined ? undefined : tensorOf(graph, first)
  const [last] = graph.outputs
  const output = last === undefined ? [] : tensorOf(graph, last).fact.shape
  return {
    id: model.id,
    title: model.title,
    format: model.format,
    params: parameterCount(graph),
    inputShape: input?.fact.shape ?? [],
    inputName: input?.name ?? '',
    classes: output.length >= 2 && output.slice(2).every((n) => n === 1) ? (output[1] ?? null) : null,
    provenance: model.provenance,
    notice: noticeOf(model),
    takesPhotos: preprocessOf(model) !== null,
    trained: model.format !== 'zoo',
    quantized: isQuantized(graph),
  }
}
