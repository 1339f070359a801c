/** What the importers' tests share: fixtures with reference tensors, and models held against them. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Graph } from '../../../engine/ir/graph.ts'
import type { HostTensor } from '../../../engine/ir/tensor.ts'
import { fuse, recognise } from '../../../engine/passes/pipeline.ts'
import { relativeError } from '../../fixtures/evaluate.ts'
import { type BACKENDS, runOn } from '../../ops/harness.ts'
import { evaluate } from '../passes/recognise/helpers.ts'

/** Of the largest magnitude of an output. */
const TOLERANCE = 1e-5

/** A tensor in a fixture's JSON: f32, little-endian, base64. */
export interface Packed {
  readonly shape: readonly number[]
  readonly data: string
}

export function unpack({ shape, data }: Packed): HostTensor {
  return { dtype: 'f32', shape, data: new Float32Array(Uint8Array.from(Buffer.from(data, 'base64')).buffer) }
}

export interface Computed {
  readonly inputs: readonly HostTensor[]
  /** By the reference. */
  readonly outputs: readonly HostTensor[]
}

/** `path`: JSON with `inputs` and `outputs`. */
export function readComputed(path: string): Computed {
  const json: { inputs: Packed[]; outputs: Packed[] } = JSON.parse(readFileSync(path, 'utf8'))
  return { inputs: json.inputs.map(unpack), outputs: json.outputs.map(unpack) }
}

/** The graph as loaded and as recognised, by the scalar reference, beside what was computed elsewhere. */
export function expectStages(graph: Graph, { inputs, outputs }: Computed): void {
  for (const stage of [graph, recognise(graph)])
    expectOutputs(evaluate(stage, inputs), outputs, (i) => stage.tensors.get(stage.outputs[i] ?? -1)?.name)
}

/** The same of the fused graph, by the kernels. */
export async function expectKernels(backend: (typeof BACKENDS)[number], graph: Graph, { inputs, outputs }: Computed): Promise<void> {
  expectOutputs(await runOn(backend, fuse(recognise(graph)), inputs), outputs, (i) => `output ${i}`)
}

function expectOutputs(results: readonly HostTensor[], outputs: readonly HostTensor[], nameOf: (output: number) => string | undefined): void {
  expect(results.length).toBe(outputs.length)
  results.forEach((result, i) => {
    expect(result.shape, nameOf(i)).toEqual(outputs[i]?.shape)
    expect(relativeError(result.data, outputs[i]?.data ?? []), nameOf(i)).toBeLessThan(TOLERANCE)
  })
}
