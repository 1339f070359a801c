/** Profiles that onnxruntime really writes, of models that we exported: what it timed is found again in the layers of the model. */
import { describe, expect, it } from 'vitest'
import {
  buildZooModel,
  type Graph,
  mappedShare,
  openModel,
  readAnyTrace,
  recognise,
  stepTimes,
  type Trace,
  writeOnnx,
} from '../../../engine/index.ts'
import { hasNativeOnnxruntime, onnxruntimeProfile } from '../../fixtures/onnxruntimeProfile.ts'

const SIDE = 64
const RUNS = 6
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

interface Event {
  readonly cat: string
  readonly name: string
  readonly dur: number
  readonly args: { readonly op_name?: string }
}

/** What the file says, added up without our reader. */
function sums(text: string): { runs: number[]; kernels: number; layouts: number } {
  const events = JSON.parse(text) as Event[]
  const sum = (of: readonly Event[]) => of.reduce((total, e) => total + e.dur, 0) / 1000
  const kernels = events.filter((e) => e.cat === 'Node')
  const layouts = kernels.filter((e) => e.args.op_name?.startsWith('Reorder'))
  return { runs: events.filter((e) => e.name === 'model_run').map((e) => e.dur / 1000), kernels: sum(kernels), layouts: sum(layouts) }
}

const total = (steps: Trace['steps']): number => steps.reduce((sum, s) => sum + s.samples.reduce((a, b) => a + b, 0), 0)

function checkProfile(text: string, graph: Graph): Trace {
  const trace = readAnyTrace('anything.bin', bytesOf(text), graph)
  const said = sums(text)
  expect(trace).toMatchObject({ backend: 'onnxruntime (imported)', model: '', modelHash: '', imported: { engine: 'onnxruntime', stepMeans: false } })
  expect(trace.total).toEqual(said.runs)
  expect(trace.total.length).toBe(RUNS)
  expect(total(trace.steps)).toBeCloseTo(said.kernels, 6)
  // A run is its operators and what is between them.
  for (const [run, ms] of trace.total.entries()) expect(trace.steps.reduce((sum, s) => sum + (s.samples[run] ?? 0), 0)).toBeLessThanOrEqual(ms)
  const names = new Set(graph.nodes.map((n) => n.name))
  expect(trace.steps.flatMap((s) => s.nodes).filter((n) => !names.has(n))).toEqual([])
  // What belongs to no layer are its own changes of layout, and nothing else.
  const unmapped = trace.steps.filter((s) => s.nodes.length === 0)
  expect(unmapped.filter((s) => !s.kernel.startsWith('Reorder'))).toEqual([])
  expect(total(unmapped)).toBeCloseTo(said.layouts, 6)
  expect(mappedShare(trace)).toBeCloseTo(1 - said.layouts / said.kernels, 6)
  // Each convolution was timed once, at the node that is the convolution.
  const timed = trace.steps.map((s) => s.nodes[0]).filter((n) => graph.nodes.some((g) => g.name === n && g.op === 'conv2d'))
  expect(timed.sort()).toEqual(
    graph.nodes
      .filter((n) => n.op === 'conv2d')
      .map((n) => n.name)
      .sort(),
  )
  expect(stepTimes(trace.steps).every((ms) => ms >= 0)).toBe(true)
  return trace
}

const modelOf = (id: string): Graph => buildZooModel(id, { inputSize: [SIDE, SIDE], classes: 11 }).graph
const exported = (id: string): Uint8Array => writeOnnx(recognise(modelOf(id)))
const FIRST = 'shufflenet-v1-g3-0.5x'
const profiles = new Map<string, Promise<string>>()
/** Starting it takes longer than the runs. */
function webProfile(id: string): Promise<string> {
  const known = profiles.get(id) ?? onnxruntimeProfile({ build: 'web', bytes: exported(id), side: SIDE, runs: RUNS })
  profiles.set(id, known)
  return known
}

describe('a profile of onnxruntime for pages', () => {
  for (const id of [FIRST, 'shufflenet-v2-torchvision-0.5x'])
    it(`${id}: every operator but its changes of layout is found in the model`, async () => {
      const graph = modelOf(id)
      const trace = checkProfile(await webProfile(id), graph)
      expect(trace.imported?.threadsKnown && trace.threads).toBe(1)
      // The three operators of a shuffle, and the work of it once.
      const shuffle = graph.nodes.find((n) => n.op === 'channelShuffle')?.name
      const own = trace.steps.filter((s) => s.nodes[0] === shuffle)
      expect(own.map((s) => s.kernel)).toEqual(['Reshape', 'Transpose', 'Reshape'])
      expect(own.map((s) => s.bytes > 0)).toEqual([true, false, false])
    })

  it('of the file that was exported, opened as a model of its own', async () => {
    const { graph } = await openModel({ name: 'exported.onnx', bytes: exported(FIRST) })
    checkProfile(await webProfile(FIRST), graph)
  })

  it('of another network has its time in no layer', async () => {
    const text = (await webProfile(FIRST)).replaceAll('"name" :"st', '"name" :"other/st')
    const trace = readAnyTrace('other.json', bytesOf(text), modelOf(FIRST))
    expect(mappedShare(trace)).toBeLessThan(0.5)
    expect(trace.steps.some((s) => s.kernel.endsWith(': other/stem.conv'))).toBe(true)
  })
})

describe.skipIf(!hasNativeOnnxruntime())('a profile of native onnxruntime (needs the optional packages of the benchmark)', () => {
  for (const [id, threads] of [
    ['shufflenet-v1-g3-1.0x', 1],
    ['shufflenet-v2-torchvision-0.5x', 2],
  ] as const)
    it(`${id}, threads: ${threads}: operators in its blocked layout are found too`, async () => {
      const trace = checkProfile(await onnxruntimeProfile({ build: 'native', bytes: exported(id), side: SIDE, runs: RUNS, threads }), modelOf(id))
      expect(trace.imported?.threadsKnown && trace.threads).toBe(threads)
      // The stem is renamed after what was folded into it.
      expect(trace.steps.find((s) => s.nodes[0] === 'stem.conv')?.nodes).toEqual(['stem.conv', 'stem.bn', 'stem.relu'])
    })
})
