/** A timed run as a report shows it: of a trace file, or of this page. */
import { ENGINE_NAMES, hashModel, type Imported, type Machine, type Model, mappedShare, quantile, type Trace } from '../../engine/index.ts'
import type { NodeCost, ProfileView } from '../workers/contract/index.ts'
import { costByNode } from '../workers/nodeCost.ts'

export interface Latency {
  readonly min: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

export interface Measurement {
  /** File of the trace; null for a run of the application itself. */
  readonly file: string | null
  /** CPU, cores, runtime and platform, as far as they are known. */
  readonly host: { readonly cpu: string; readonly cores: number; readonly runtime: string; readonly platform: string } | null
  readonly backend: string
  readonly threads: number
  readonly precision: string
  readonly runs: number
  /** Milliseconds; null where no run was timed. */
  readonly latency: Latency | null
  /** Milliseconds of each timed run; empty where they were not kept. */
  readonly samples: readonly number[]
  readonly machine: Machine | null
  readonly nodes: readonly NodeCost[]
  readonly arenaBytes: number
  /** The trace is of another model, or its model cannot be known. */
  readonly mismatch: Mismatch | null
  /** Steps that name nodes which the model does not have, or that belong to none. */
  readonly foreign: number
  /** Of the file of another engine; null for a run of ours. */
  readonly imported: ImportedMeasurement | null
}

export interface ImportedMeasurement extends Imported {
  /** As its makers write it. */
  readonly title: string
  /** As the file calls its model; empty where it does not. */
  readonly model: string
  readonly steps: number
  /** Of the time of its steps, what lies in layers of the model, 0..1. */
  readonly mapped: number
}

/** `hash`: another model's weights or graph; `id`: no hash, and another name; `unknown`: no hash, the same name. */
export interface Mismatch {
  readonly kind: 'hash' | 'id' | 'unknown'
  /** As the trace names its model. */
  readonly model: string
}

/** What of a model a trace is held against; made once for all traces. */
export interface TracedModel {
  readonly id: string
  readonly hash: string
  readonly nodes: ReadonlySet<string>
}

export async function tracedModel(model: Pick<Model, 'id' | 'graph'>): Promise<TracedModel> {
  return { id: model.id, hash: await hashModel(model.graph), nodes: new Set(model.graph.nodes.map((n) => n.name)) }
}

/** `file`: null for a run of the application itself. */
export function measurementOfTrace(file: string | null, trace: Trace, model: TracedModel): Measurement {
  const { host, machine, backend, threads, precision, total, steps, arenaBytes, imported } = trace
  return {
    file,
    host,
    backend,
    threads,
    precision,
    runs: total.length > 0 ? total.length : (imported?.summary?.runs ?? 0),
    latency: latencyOf(total),
    samples: total,
    machine: machine ?? null,
    nodes: costByNode(steps).filter((n) => Number.isFinite(n.ms)),
    arenaBytes,
    // Other engines know no hash; their names of layers are all there is.
    mismatch: imported ? null : mismatchOf(trace, model),
    foreign: steps.filter((s) => (imported ? s.nodes.length === 0 : s.nodes.some((n) => !model.nodes.has(n)))).length,
    imported: imported
      ? { ...imported, title: ENGINE_NAMES[imported.engine], model: trace.model, steps: steps.length, mapped: mappedShare(trace) }
      : null,
  }
}

export function measurementOfProfile({ backend, threads, runs, total, machine, nodes, arenaBytes }: ProfileView): Measurement {
  return {
    file: null,
    host: null,
    backend,
    threads,
    precision: 'f32',
    runs,
    latency: total,
    samples: [],
    machine,
    nodes,
    arenaBytes,
    mismatch: null,
    foreign: 0,
    imported: null,
  }
}

function latencyOf(total: readonly number[]): Latency | null {
  if (total.length === 0) return null
  return { min: quantile(total, 0), p50: quantile(total, 0.5), p90: quantile(total, 0.9), p99: quantile(total, 0.99) }
}

function mismatchOf({ model, modelHash }: Trace, own: TracedModel): Mismatch | null {
  if (modelHash === own.hash) return null
  return { kind: modelHash !== '' ? 'hash' : model === own.id ? 'unknown' : 'id', model }
}
