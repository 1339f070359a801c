/** The other side of a comparison: the network without its shuffles, or the times of a run from a file. */
import {
  badInput,
  ENGINE_NAMES,
  type Graph,
  hashModel,
  type Model,
  mappedShare,
  quantile,
  readAnyTrace,
  recognise,
  type Trace,
  withoutShuffles,
} from '../../engine/index.ts'
import type { ImportedView, TraceFileView } from './contract/index.ts'
import { costByNode } from './nodeCost.ts'

/** The same network and weights without its channel shuffles. */
export function noShuffle(model: Model): Model {
  return { ...model, title: `${model.title}, no shuffle`, graph: { ...withoutShuffles(recognise(model.graph)), stage: 'loaded' } }
}

/** Steps of an imported run that belong to no layer of the open model may have half of its time. */
const LEAST_MAPPED = 0.5

/** Throws ScopeError where the file is no trace, and no profile of an engine that is known. `of`: the model as loaded that it may be a trace of. */
export async function traceFileView(of: { readonly id: string; readonly graph: Graph }, file: Blob, name: string): Promise<TraceFileView> {
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(await file.arrayBuffer())
  } catch {
    throw badInput(`Trace "${name}"`, 'it cannot be read', 'Check that it still exists and that you may read it')
  }
  const trace = readAnyTrace(name, bytes, of.graph)
  const { model, modelHash, host, backend, threads, precision, total, steps } = trace
  const known = new Set(of.graph.nodes.map((n) => n.name))
  const imported = importedView(trace)
  const foreign = steps.filter((s) => (imported ? s.nodes.length === 0 : s.nodes.some((n) => !known.has(n)))).length
  return {
    name,
    model,
    host,
    backend,
    threads,
    precision,
    runs: total.length > 0 ? total.length : (imported?.summary?.runs ?? 0),
    total: total.length > 0 ? quantile(total, 0.5) : (imported?.summary?.mean ?? null),
    imported,
    nodes: costByNode(steps),
    steps: steps.length,
    foreign,
    // Networks of one family call their layers the same, so names alone do not tell; the files of other engines have nothing else.
    fits: imported
      ? imported.mapped >= LEAST_MAPPED
      : foreign === 0 && (model === of.id || (modelHash !== '' && modelHash === (await hashModel(of.graph)))),
  }
}

function importedView(trace: Trace): ImportedView | null {
  const { imported } = trace
  return imported ? { ...imported, title: ENGINE_NAMES[imported.engine], mapped: mappedShare(trace) } : null
}
