/** Kernels and threads for Node: the Wasm builds on disk, pool threads as worker threads. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { bestBuild, detectFeatures, type PoolStart, type PoolThread, type RunnerHost, ScopeError, unsupported } from '../../engine/index.ts'

/** How long a thread may take to start, in milliseconds. */
const START_TIMEOUT = 10_000

/** V8 of Node 20 has relaxed SIMD behind a flag, which counts only before the first Wasm compile of the process. */
export function enableRelaxedSimd(): void {
  if (Number(process.versions.node.split('.')[0]) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd')
}

/** The best kernels for this process, or those without relaxed SIMD; `root` holds dist/wasm and dist/node. Throws ScopeError. */
export async function nodeHost(root: string, threads: number, kernels: 'best' | 'baseline' = 'best'): Promise<RunnerHost> {
  enableRelaxedSimd()
  const features = detectFeatures()
  const build = bestBuild(kernels === 'best' ? features : { ...features, relaxedSimd: false })
  if (!build) throw unsupported('Kernels', 'this Node has no Wasm SIMD', 'Use Node 20.19 or newer')
  const module = await WebAssembly.compile(await readKernels(join(root, 'dist/wasm', build.file)))
  return { module, backend: build.backend, threads, spawn: (start) => spawnThread(join(root, 'dist/node/poolWorker.js'), start) }
}

async function readKernels(path: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return Buffer.from(await readFile(path))
  } catch (cause) {
    throw new ScopeError({ code: 'internal', what: 'Kernels', why: `${path} cannot be read`, hint: 'Run "npm run build"' }, { cause })
  }
}

export function spawnThread(script: string, start: PoolStart): Promise<PoolThread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: start })
    const fail = (why: string): void => {
      clearTimeout(timer)
      void worker.terminate()
      reject(new ScopeError({ code: 'internal', what: 'Thread pool', why, hint: 'Use one thread' }))
    }
    const timer = setTimeout(() => fail('a thread did not start in time'), START_TIMEOUT)
    let gone = false
    worker.once('error', (error) => fail(error.message))
    worker.once('exit', () => {
      gone = true
      fail('a thread ended while it started')
    })
    worker.once('message', () => {
      clearTimeout(timer)
      worker.removeAllListeners('error')
      // A thread that dies later is noticed before the next run, or by the run that misses it; the process must not die with it.
      worker.on('error', () => undefined)
      worker.unref()
      resolve({
        terminate: () => worker.terminate(),
        get gone() {
          return gone
        },
      })
    })
  })
}
