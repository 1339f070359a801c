/** The comparison, for any host: our engine and onnxruntime on the same networks and inputs. */
import type * as OrtWeb from 'onnxruntime-web'
import {
  buildZooModel,
  createRunner,
  fuse,
  type Graph,
  type HostTensor,
  inspectGraph,
  makePlan,
  Observer,
  observedTensors,
  probeMachine,
  quantile,
  quantizeGraph,
  type Runner,
  type RunnerHost,
  recognise,
  stepTimes,
  writeOnnx,
} from '../../engine/index.ts'
import type { LayerRow, Row } from './result.ts'
import { interleave, type Runnable } from './rounds.ts'

/** The four of the paper's tables that the engine is measured on. */
export const MODELS = ['shufflenet-v1-g3-0.5x', 'shufflenet-v1-g3-1.0x', 'shufflenet-v1-g8-1.0x', 'shufflenet-v1-g3-2.0x']
/** The paper's Table 8: 224x224, and 1280x720 with 18.4 times the pixels. */
export const SMALL_BESIDE = 'ours at 224x224'
/** Our engine in 8 bits, and that on one thread beside more. */
export const INT8 = 'ours, int8'
export const INT8_ALONE = 'ours, int8, 1 thread'
const LARGE = { model: 'shufflenet-v1-g3-1.0x', height: 720, width: 1280 }

/** The part of onnxruntime's interface that its web and its native package share. */
export interface Ort {
  readonly name: string
  readonly api: Pick<typeof OrtWeb, 'InferenceSession' | 'Tensor'>
  readonly options: OrtWeb.InferenceSession.SessionOptions
}

export interface Environment {
  readonly host: RunnerHost
  /** Our engine in other ways than `host`'s: without fused multiply-add, in 8 bits, or on one thread, so that the gain is of one time and machine. */
  readonly others: readonly { readonly name: string; readonly host: RunnerHost; readonly isInt8?: boolean }[]
  readonly ort: readonly Ort[]
  readonly rounds: number
  readonly models: readonly string[]
  readonly log: (line: string) => void
}

export async function runSuite(environment: Environment): Promise<Row[]> {
  const rows: Row[] = []
  for (const model of environment.models) {
    environment.log(`${model} on ${environment.host.threads === 1 ? '1 thread' : `${environment.host.threads} threads`}`)
    rows.push(await measure(environment, model, 224, 224))
  }
  if (environment.models.includes(LARGE.model)) {
    environment.log(`${LARGE.model} at ${LARGE.width}x${LARGE.height}`)
    rows.push(await measureLarge(environment))
  }
  return rows
}

/** Both sizes in turn, so that their ratio is of one time and machine. */
async function measureLarge({ host, rounds }: Environment): Promise<Row> {
  const runners: Prepared[] = []
  const macs: number[] = []
  for (const [height, width] of [[LARGE.height, LARGE.width] as const, [224, 224] as const]) {
    const { graph } = buildZooModel(LARGE.model, { inputSize: [height, width] })
    const recognised = recognise(graph)
    macs.push(inspectGraph(graph, recognised).total.convMacs)
    runners.push(ours(height === 224 ? SMALL_BESIDE : 'ours', await createRunner(makePlan(fuse(recognised)), host), noise([1, 3, height, width])))
  }
  const roof = await probeMachine(host)
  const samples = await interleave(runners, Math.ceil(rounds / 3))
  for (const runner of runners) await runner.close()
  const size = `${LARGE.width}x${LARGE.height}`
  const contenders = runners.map(({ name }, i) => ({ name, ms: samples[i] ?? [], difference: 0 }))
  return { model: LARGE.model, size, threads: host.threads, macs: macs[0] ?? 0, roof, contenders, layers: [], profileOverhead: 0, smallMacs: macs[1] }
}

interface Prepared extends Runnable {
  readonly run: () => Promise<ArrayLike<number>>
  readonly close: () => Promise<void>
}

async function measure({ host, others, ort, rounds }: Environment, model: string, height: number, width: number): Promise<Row> {
  const { graph } = buildZooModel(model, { inputSize: [height, width] })
  const recognised = recognise(graph)
  const fused = fuse(recognised)
  const plan = makePlan(fused)
  const input = noise([1, 3, height, width])
  const runner = await createRunner(plan, host)
  const contenders: Prepared[] = [ours('ours', runner, input)]
  const bytePlan = makePlan(await quantized(fused, input, host))
  for (const other of others) contenders.push(ours(other.name, await createRunner(other.isInt8 ? bytePlan : plan, other.host), input))
  for (const other of ort) contenders.push(await onnx(other, recognised, input))
  const roof = await probeMachine(host)
  const samples = await interleave(contenders, rounds)
  const outputs: ArrayLike<number>[] = []
  for (const contender of contenders) outputs.push(await contender.run())
  const profile = await runner.profile({ runs: 60, warmup: 5 })
  const after = await probeMachine(host)
  for (const contender of contenders) await contender.close()
  const peak = { gmacs: Math.max(roof.gmacs, after.gmacs), gbs: Math.max(roof.gbs, after.gbs) }
  const stepwise = Array.from(profile.steps[0]?.samples ?? [], (_, run) => profile.steps.reduce((sum, s) => sum + (s.samples[run] ?? 0), 0))
  return {
    model,
    size: `${width}x${height}`,
    threads: runner.threads,
    macs: inspectGraph(graph, recognised).total.convMacs,
    roof: peak,
    contenders: contenders.map(({ name }, i) => ({ name, ms: samples[i] ?? [], difference: relative(outputs[i] ?? [], outputs[0] ?? []) })),
    layers: layersOf(plan.steps, profile, peak.gmacs),
    profileOverhead: quantile(stepwise, 0.5) / quantile(profile.total, 0.5) - 1,
  }
}

/** In 8 bits with the ranges of one input: what it takes does not depend on them. */
async function quantized(fused: Graph, input: HostTensor, host: RunnerHost): Promise<Graph> {
  const keep = observedTensors(fused)
  const runner = await createRunner(makePlan(fused, { keep }), host)
  const observer = new Observer()
  observer.reach((await runner.run([input], { keep })).kept)
  await runner.close()
  return quantizeGraph(fused, observer.ranges('minmax'))
}

function layersOf(steps: ReturnType<typeof makePlan>['steps'], profile: Awaited<ReturnType<Runner['profile']>>, peak: number): LayerRow[] {
  const times = stepTimes(profile.steps)
  return steps.map(({ sources, kernel, macs, bytes }, i) => {
    const ms = times[i] ?? 0
    const gmacs = ms > 0 ? macs / ms / 1e6 : 0
    return { name: sources[0] ?? kernel, kernel, ms, macs, bytes, gmacs, percentOfPeak: (100 * gmacs) / peak }
  })
}

function ours(name: string, runner: Runner, input: HostTensor): Prepared {
  return { name, run: async () => (await runner.run([input])).outputs[0]?.data ?? [], close: () => runner.close() }
}

async function onnx({ name, api, options }: Ort, graph: Graph, input: HostTensor): Promise<Prepared> {
  const session = await api.InferenceSession.create(writeOnnx(graph), { graphOptimizationLevel: 'all', ...options })
  const [inputName = '', outputName = ''] = [session.inputNames[0], session.outputNames[0]]
  const feed = { [inputName]: new api.Tensor('float32', Float32Array.from(input.data), [...input.shape]) }
  return {
    name,
    run: async () => (await session.run(feed))[outputName]?.data as Float32Array,
    close: () => session.release(),
  }
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
