/** Runs a graph on every backend: the scalar reference, and the kernels of both builds on one and more threads. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect } from 'vitest'
import { enableRelaxedSimd, spawnThread } from '../../electron/services/nodePool.ts'
import { createRunner, evaluateGraph, type Graph, type HostTensor, makePlan, sizeOf } from '../../engine/index.ts'

enableRelaxedSimd()
const DIST = resolve(import.meta.dirname, '../../dist')
const compile = async (file: string): Promise<WebAssembly.Module> => WebAssembly.compile(Buffer.from(await readFile(resolve(DIST, 'wasm', file))))
const MODULES = { 'wasm-simd': compile('kernels.wasm'), 'wasm-relaxed-simd': compile('kernels-relaxed.wasm') }

export interface Backend {
  readonly backend: keyof typeof MODULES
  readonly threads: number
}

export const BACKENDS: readonly Backend[] = [
  { backend: 'wasm-simd', threads: 1 },
  { backend: 'wasm-relaxed-simd', threads: 1 },
  { backend: 'wasm-relaxed-simd', threads: 3 },
]

/** Starting threads takes longer than a small graph: every eighth graph gets them. */
const THREADS_EVERY = 8
let graphs = 0
const backendsInTurn = (): readonly Backend[] => (graphs++ % THREADS_EVERY === 0 ? BACKENDS : BACKENDS.filter((b) => b.threads === 1))

/** The compiled kernels of a build. */
export function kernelsOf(backend: Backend['backend']): Promise<WebAssembly.Module> {
  return MODULES[backend]
}

/** Outputs of a planned graph. */
export async function runOn({ backend, threads }: Backend, graph: Graph, inputs: readonly HostTensor[]): Promise<readonly HostTensor[]> {
  const spawn = (start: Parameters<typeof spawnThread>[1]) => spawnThread(resolve(DIST, 'node/poolWorker.js'), start)
  const runner = await createRunner(makePlan(graph), { module: await kernelsOf(backend), backend, threads, spawn })
  try {
    await runner.run(inputs)
    // Twice: what the first run leaves in the arena must not matter.
    return (await runner.run(inputs)).outputs
  } finally {
    await runner.close()
  }
}

/** Largest difference relative to the largest magnitude of the expected values; infinite where either is not finite alone. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length)
  let largest = 1e-20
  let worst = 0
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i] ?? 0))
    const difference = Math.abs((actual[i] ?? 0) - (expected[i] ?? 0))
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference
  }
  return worst / largest
}

/** Every backend agrees with the scalar evaluation of `reference` (by default the same graph). */
export async function expectAgreement(
  graph: Graph,
  inputs: readonly HostTensor[],
  options: { reference?: Graph; tolerance?: number; backends?: readonly Backend[] } = {},
): Promise<void> {
  const reference = options.reference ?? graph
  const values = evaluateGraph(reference, inputs)
  for (const backend of options.backends ?? backendsInTurn()) {
    const outputs = await runOn(backend, graph, inputs)
    reference.outputs.forEach((id, i) => {
      const expected = values.get(id)
      const actual = outputs[i]
      expect(actual?.shape).toEqual(expected?.shape)
      const error = relativeError(actual?.data ?? [], expected?.data ?? [])
      expect(error, `${graph.nodes.map((n) => n.op).join(' > ')} on ${backend.backend} x${backend.threads}`).toBeLessThan(options.tolerance ?? 1e-5)
    })
  }
}

/** Seeded values in [-1, 1): small, so that sums stay comparable. */
export function randomTensor(shape: readonly number[], seed: number): HostTensor {
  let state = (seed * 2654435761 + 12345) >>> 0
  const data = Float32Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
  return { dtype: 'f32', shape, data }
}
