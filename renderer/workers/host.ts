/** What a run needs of this page: the kernels' build that suits the browser, and a pool of nested workers. */

import baseline from '../../dist/wasm/kernels.wasm?url'
import relaxed from '../../dist/wasm/kernels-relaxed.wasm?url'
import relaxedDot from '../../dist/wasm/kernels-relaxed-dot.wasm?url'
import relaxedSignedDot from '../../dist/wasm/kernels-relaxed-signed-dot.wasm?url'
import { bestBuild, type PoolStart, type PoolThread, type RunnerHost, ScopeError, type SpawnThread } from '../../engine/index.ts'

const URLS: Readonly<Record<string, string>> = {
  'kernels.wasm': baseline,
  'kernels-relaxed.wasm': relaxed,
  'kernels-relaxed-dot.wasm': relaxedDot,
  'kernels-relaxed-signed-dot.wasm': relaxedSignedDot,
}

let compiled: Promise<{ module: WebAssembly.Module; backend: string }> | undefined

function kernels(): Promise<{ module: WebAssembly.Module; backend: string }> {
  compiled ??= compile()
  // A failed fetch is tried again by the next run.
  compiled.catch(() => {
    compiled = undefined
  })
  return compiled
}

async function compile(): Promise<{ module: WebAssembly.Module; backend: string }> {
  const build = bestBuild()
  const url = build && URLS[build.file]
  if (!build || !url)
    throw new ScopeError({
      code: 'unsupported',
      what: 'This browser',
      why: 'its WebAssembly has no SIMD',
      hint: 'Use a current version of Chromium, Firefox or Safari',
    })
  return { module: await WebAssembly.compileStreaming(fetch(url)), backend: build.backend }
}

const spawn: SpawnThread = (start: PoolStart) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./pool.worker.ts', import.meta.url), { type: 'module' })
    let gone = false
    const thread: PoolThread = {
      terminate: () => worker.terminate(),
      get gone() {
        return gone
      },
    }
    worker.addEventListener('message', () => resolve(thread), { once: true })
    worker.addEventListener('error', (event) => {
      gone = true
      worker.terminate()
      reject(new ScopeError({ code: 'internal', what: 'A thread of the pool', why: event.message || 'it did not start', hint: 'Reload the window' }))
    })
    worker.postMessage(start)
  })

export async function runnerHost(threads: number): Promise<RunnerHost> {
  return { ...(await kernels()), threads, ...(threads > 1 ? { spawn } : {}) }
}
