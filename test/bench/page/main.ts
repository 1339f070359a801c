/** The benchmark's page: the script that drives it calls these two; all work is done in workers. */
import type { FirstRun, SuiteRequest, SuiteResult } from './messages.ts'

declare global {
  interface Window {
    runSuite(request: SuiteRequest): Promise<SuiteResult>
    firstAnswer(threads: number): Promise<FirstRun>
  }
}

function ask<T>(worker: Worker, message: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<{ log?: string; error?: string; result?: T }>) => {
      if (data.log !== undefined) console.log(data.log)
      else {
        worker.terminate()
        if (data.result === undefined) reject(new Error(data.error))
        else resolve(data.result)
      }
    })
    worker.addEventListener('error', (event) => reject(new Error(event.message)))
    worker.postMessage(message)
  })
}

window.runSuite = (request) => ask(new Worker(new URL('./suite.worker.ts', import.meta.url), { type: 'module' }), request)
window.firstAnswer = (threads) => ask(new Worker(new URL('./first.worker.ts', import.meta.url), { type: 'module' }), threads)
