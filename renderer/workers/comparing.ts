/** The other side of a comparison: the network without its shuffles, or the times of a run from a file. */
import { badInput, type Graph, hashModel, type Model, quantile, readTrace, recognise, withoutShuffles } from '../../engine/index.ts'
import type { TraceFileView } from './contract.ts'
import { costByNode } from './nodeCost.ts'

/** The same network and weights without its channel shuffles. */
export function noShuffle(model: Model): Model {
  return { ...model, title: `${model.title}, no shuffle`, graph: { ...withoutShuffles(recognise(model.graph)), stage: 'loaded' } }
}

/** Throws ScopeError where the file is no trace. `of`: the model as loaded that it may be a trace of. */
export async function traceFileView(of: { readonly id: string; readonly graph: Graph }, file: Blob, name: string): Promise<TraceFileView> {
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(await file.arrayBuffer())
  } catch {
    throw badInput(`Trace "${name}"`, 'it cannot be read', 'Check that it still exists and that you may read it')
  }
  const { model, modelHash, host, backend, threads, precision, total, steps } = readTrace(name, bytes)
  const known = new Set(of.graph.nodes.map((n) => n.name))
  const foreign = steps.filter((s) => s.nodes.some((n) => !known.has(n))).length
  return {
    name,
    model,
    host,
    backend,
    threads,
    precision,
    runs: total.length,
    p50: total.length > 0 ? quantile(total, 0.5) : null,
    nodes: costByNode(steps),
    steps: steps.length,
    foreign,
    // Networks of one family call their layers the same, so names alone do not tell.
    fits: foreign === 0 && (model === of.id || (modelHash !== '' && modelHash === (await hashModel(of.graph)))),
  }
}
