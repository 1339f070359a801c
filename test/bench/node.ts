/** Our engine beside onnxruntime-web in one Node process: the same network, the same input, runs in turn. */
import { writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as ort from 'onnxruntime-web'
import { nodeHost } from '../../electron/services/nodePool.ts'
import {
  buildZooModel,
  createRunner,
  fuse,
  type HostTensor,
  inspectGraph,
  makePlan,
  quantile,
  type Runner,
  recognise,
  writeOnnx,
} from '../../engine/index.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const MODELS = ['shufflenet-v1-g3-0.5x', 'shufflenet-v1-g3-1.0x', 'shufflenet-v1-g8-1.0x', 'shufflenet-v1-g3-2.0x']
const WARMUP = 15

interface Row {
  readonly model: string
  readonly threads: number
  readonly macs: number
  readonly ours: number[]
  readonly theirs: number[]
  /** Largest difference of the outputs, relative to their largest magnitude. */
  readonly difference: number
}

async function measure(model: string, threads: number, runs: number): Promise<Row> {
  const { graph } = buildZooModel(model)
  const recognised = recognise(graph)
  const runner = await createRunner(makePlan(fuse(recognised)), await nodeHost(ROOT, threads))
  ort.env.wasm.numThreads = threads
  const session = await ort.InferenceSession.create(writeOnnx(recognised), { executionProviders: ['wasm'], graphOptimizationLevel: 'all' })
  const input = noise([1, 3, 224, 224])
  const feed = { [session.inputNames[0] ?? '']: new ort.Tensor('float32', Float32Array.from(input.data), [...input.shape]) }
  const ours: number[] = []
  const theirs: number[] = []
  let difference = 0
  for (let i = 0; i < WARMUP + runs; i++) {
    const { ms, outputs } = await runOurs(runner, input)
    const start = performance.now()
    const result = await session.run(feed)
    const otherMs = performance.now() - start
    difference = relative(outputs, result[session.outputNames[0] ?? '']?.data as Float32Array)
    if (i >= WARMUP) {
      ours.push(ms)
      theirs.push(otherMs)
    }
  }
  await runner.close()
  await session.release()
  return { model, threads, macs: inspectGraph(graph, recognised).total.convMacs, ours, theirs, difference }
}

/** Both sides are timed from the call to the outputs, copies included. */
async function runOurs(runner: Runner, input: HostTensor): Promise<{ ms: number; outputs: ArrayLike<number> }> {
  const start = performance.now()
  const { outputs } = await runner.run([input])
  return { ms: performance.now() - start, outputs: outputs[0]?.data ?? [] }
}

function relative(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0
  let worst = 0
  for (let i = 0; i < b.length; i++) {
    largest = Math.max(largest, Math.abs(b[i] ?? 0))
    worst = Math.max(worst, Math.abs((a[i] ?? 0) - (b[i] ?? 0)))
  }
  return worst / largest
}

function noise(shape: readonly number[]): HostTensor {
  let state = 1
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
  return { dtype: 'f32', shape, data }
}

function table(rows: readonly Row[]): string {
  const ms = (list: readonly number[], q: number): string => quantile(list, q).toFixed(2).padStart(8)
  const lines = rows.map((r) => {
    const [own, other] = [quantile(r.ours, 0.5), quantile(r.theirs, 0.5)]
    const cells = [ms(r.ours, 0.5), ms(r.ours, 0.9), ms(r.theirs, 0.5), ms(r.theirs, 0.9), (own / other).toFixed(2).padStart(7)]
    return `${r.model.padEnd(24)} ${String(r.threads).padStart(7)} ${cells.join(' ')} ${(r.macs / own / 1e6).toFixed(1).padStart(8)} ${r.difference.toExponential(1).padStart(10)}`
  })
  const head = `${'model'.padEnd(24)} threads  ours p50      p90  ort p50      p90   ratio  GMAC/s difference`
  return [head, ...lines].join('\n')
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '60' },
    threads: { type: 'string', default: '1' },
    models: { type: 'string', default: MODELS.join(',') },
    out: { type: 'string' },
  },
})
const host = await nodeHost(ROOT, 1)
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  runtime: `Node ${process.versions.node} (V8 ${process.versions.v8})`,
}
console.log(
  `${machine.cpu}, ${machine.cores} cores, ${machine.runtime}; ours ${host.backend}; onnxruntime-web ${ort.env.versions.web ?? ''} wasm; 224x224, batch 1, milliseconds`,
)
const rows: Row[] = []
for (const model of values.models.split(',')) rows.push(await measure(model, Number(values.threads), Number(values.runs)))
console.log(table(rows))
if (values.out) await writeFile(values.out, `${JSON.stringify({ machine, backend: host.backend, rows }, null, 1)}\n`)
process.exit(0)
