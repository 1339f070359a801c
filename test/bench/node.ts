/** One benchmark run in this Node process: `node.js --threads N --rounds N --models a,b`; its result goes to stdout as JSON. */
import { createRequire } from 'node:module'
import { cpus, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as web from 'onnxruntime-web'
import { nodeHost } from '../../electron/services/nodePool.ts'
import type { Result } from './result.ts'
import { INT8, INT8_ALONE, type Ort, runSuite } from './suite.ts'

const ROOT = resolve(import.meta.dirname, '../..')

const { values } = parseArgs({ options: { threads: { type: 'string' }, rounds: { type: 'string' }, models: { type: 'string' } } })
const threads = Number(values.threads)

/** onnxruntime's native build is an optional package beside this file. */
function nativeOrt(): Ort | undefined {
  try {
    const api = createRequire(join(ROOT, 'test/bench/package.json'))('onnxruntime-node')
    return { name: 'onnxruntime-node', api, options: { intraOpNumThreads: threads, interOpNumThreads: 1 } }
  } catch {
    return undefined
  }
}

// One count of threads per process: onnxruntime-web makes its pool once.
web.env.wasm.numThreads = threads
const ort: Ort[] = [{ name: 'onnxruntime-web', api: web, options: { executionProviders: ['wasm'] } }]
const native = nativeOrt()
if (native) ort.push(native)
const host = await nodeHost(ROOT, threads)
const rows = await runSuite({
  host,
  others: [
    threads === 1
      ? { name: 'ours, baseline SIMD', host: await nodeHost(ROOT, 1, 'baseline') }
      : { name: 'ours, 1 thread', host: await nodeHost(ROOT, 1) },
    { name: INT8, host, isInt8: true },
    ...(threads === 1 ? [] : [{ name: INT8_ALONE, host: await nodeHost(ROOT, 1), isInt8: true }]),
  ],
  ort,
  rounds: Number(values.rounds),
  models: values.models?.split(',') ?? [],
  log: (line) => console.error(`  ${line}`),
})
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  runtime: `Node ${process.versions.node} (V8 ${process.versions.v8})`,
}
const result: Result = { schema: 1, mode: 'node', machine, backend: host.backend, rows }
process.stdout.write(JSON.stringify(result), () => process.exit(0))
