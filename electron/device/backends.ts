/** What runs the model on the device: our engine, or onnxruntime beside it. One interface, so that both are measured alike. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import {
  bestBuild,
  createRunner,
  type HostTensor,
  type Machine,
  type PoolStart,
  type PoolThread,
  probeMachine,
  type RunnerHost,
  readPlan,
  ScopeError,
  type StepSample,
  unsupported,
} from '../../engine/index.ts'
import type { Job } from './messages.ts'

export interface Backend {
  readonly name: string
  readonly threads: number
  readonly arenaBytes: number
  /** Milliseconds of one run. */
  run(): Promise<number>
  output(): Promise<Float32Array>
  /** Per-step samples from a pass of its own; none where the backend does not say. */
  steps(runs: number): Promise<StepSample[]>
  machine(): Promise<Machine | null>
  close(): Promise<void>
}

export function openBackend(job: Job, threads: number, script: string): Promise<Backend> {
  return job.backend === 'ort' ? openOrt(job, threads) : openWasm(job, threads, script)
}

function inputOf({ input, inputShape }: Job): HostTensor {
  const bytes = readFileSync(input)
  const size = inputShape.reduce((a, b) => a * b, 1)
  if (bytes.length !== 4 * size)
    throw new ScopeError({
      code: 'bad-input',
      what: 'Input',
      why: `it has ${bytes.length} bytes, and [${inputShape.join(', ')}] takes ${4 * size}`,
      hint: 'Profile again; the file is pushed anew',
    })
  return { dtype: 'f32', shape: inputShape, data: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) }
}

async function openWasm(job: Job, threads: number, script: string): Promise<Backend> {
  const build = bestBuild()
  if (!build) throw unsupported('Kernels', 'the Node there has no Wasm SIMD', 'Have the pushed Node used instead')
  const module = await WebAssembly.compile(readFileSync(join(job.module, build.file)))
  const host: RunnerHost = { module, backend: build.backend, threads, spawn: (start) => spawnThread(script, start) }
  const runner = await createRunner(readPlan(readFileSync(job.plan)), host)
  const input = inputOf(job)
  const run = () => runner.run([input])
  return {
    name: runner.backend,
    threads: runner.threads,
    arenaBytes: runner.arenaBytes,
    run: async () => (await run()).ms,
    output: async () => Float32Array.from((await run()).outputs[0]?.data ?? []),
    steps: async (runs) => {
      await run()
      return (await runner.profile({ runs, warmup: 2 })).steps
    },
    machine: () => probeMachine(host),
    close: () => runner.close(),
  }
}

/** The pool's threads run this same file: see main.ts. */
function spawnThread(script: string, start: PoolStart): Promise<PoolThread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: start })
    const fail = (why: string): void => reject(new ScopeError({ code: 'device', what: 'Thread pool', why, hint: 'Use one thread' }))
    worker.once('error', (error) => fail(error.message))
    worker.once('exit', () => fail('a thread ended while it started'))
    worker.once('message', () => {
      worker.on('error', () => undefined)
      worker.unref()
      resolve(worker)
    })
  })
}

/** The part of onnxruntime-node that is used. */
interface Ort {
  readonly InferenceSession: { create(path: string, options: object): Promise<OrtSession> }
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => object
}
interface OrtSession {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Record<string, object>): Promise<Record<string, { readonly data: ArrayLike<number> }>>
  release(): Promise<void>
}

async function openOrt(job: Job, threads: number): Promise<Backend> {
  const ort: Ort = createRequire(join(job.module, 'package.json'))('onnxruntime-node')
  const session = await ort.InferenceSession.create(job.plan, { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: 'all' })
  const { shape, data } = inputOf(job)
  const feeds = { [session.inputNames[0] ?? 'input']: new ort.Tensor('float32', Float32Array.from(data), shape) }
  const output = session.outputNames[0] ?? ''
  return {
    name: 'onnxruntime-node',
    threads,
    arenaBytes: 0,
    async run() {
      const start = performance.now()
      await session.run(feeds)
      return performance.now() - start
    },
    output: async () => Float32Array.from((await session.run(feeds))[output]?.data ?? []),
    steps: async () => [],
    machine: async () => null,
    close: () => session.release(),
  }
}
