/** The comparison in a worker: both engines run beside the page's main thread, as they would in an application. */
import * as web from 'onnxruntime-web/wasm'
import { runnerHost } from '../../../renderer/workers/host.ts'
import { INT8, INT8_ALONE, runSuite } from '../suite.ts'
import { type SuiteRequest, type SuiteResult, serve } from './messages.ts'

serve<SuiteRequest, SuiteResult>(async ({ threads, rounds, models }, log) => {
  web.env.wasm.numThreads = threads
  web.env.wasm.wasmPaths = new URL('/ort/', self.location.href).href
  const host = await runnerHost(threads)
  const ort = [{ name: 'onnxruntime-web', api: web, options: { executionProviders: ['wasm'] } }]
  const alone = threads === 1 ? [] : [{ name: 'ours, 1 thread', host: await runnerHost(1) }]
  const bytesAlone = threads === 1 ? [] : [{ name: INT8_ALONE, host: await runnerHost(1), isInt8: true }]
  const others = [...alone, { name: INT8, host, isInt8: true }, ...bytesAlone]
  const rows = await runSuite({ host, others, ort, rounds, models, log })
  return { backend: host.backend, isolated: crossOriginIsolated, rows }
})
