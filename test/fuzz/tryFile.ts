/** Does with a file what the application does with it, to the end: a result or a typed error, nothing else. */
import { decodeImage } from '../../electron/services/images.ts'
import type { ModelFile } from '../../engine/importers/importer.ts'
import {
  createRunner,
  fuse,
  type HostTensor,
  inspectGraph,
  makePlan,
  openModel,
  preprocessImage,
  type RunnerHost,
  recognise,
  ScopeError,
  sizeOf,
} from '../../engine/index.ts'
import type { Specimen } from './corpus.ts'

/** A mutated model may well be valid and slow; one photo's worth of work is enough to try it. */
const MAX_MACS = 2e8
const MAX_ARENA = 2 ** 27

const PRESET = { resize: 64, crop: [64, 64], channelOrder: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const

export type Outcome = 'result' | 'error'

/** Throws whatever is not a typed error: that is a finding. */
export async function tryFile(specimen: Specimen, host: RunnerHost): Promise<Outcome> {
  try {
    if (specimen.kind === 'image') preprocessImage(await decodeImage(specimen.bytes, specimen.name), PRESET)
    else await runModel(specimen, host)
    return 'result'
  } catch (thrown) {
    // `internal` means that one of our own checks failed: as much a finding as a crash.
    if (thrown instanceof ScopeError && thrown.code !== 'internal') return 'error'
    throw thrown
  }
}

/** What is opened of a model in two files are its layers, whichever of the two was mutated. */
function fileOf({ name, bytes, other }: Specimen): ModelFile {
  if (!other) return { name, bytes, owned: true }
  const isWeights = /\.(bin|caffemodel)$/.test(name)
  return {
    name: name.replace(/bin$/, 'param').replace(/caffemodel$/, 'prototxt'),
    bytes: isWeights ? other : bytes,
    owned: true,
    // What is given away may be changed, and the other file of a pair is used again.
    beside: () => Promise.resolve(isWeights ? bytes : other.slice()),
  }
}

async function runModel(specimen: Specimen, host: RunnerHost): Promise<void> {
  const { graph } = await openModel(fileOf(specimen))
  const recognised = recognise(graph)
  const { total } = inspectGraph(graph, recognised)
  const plan = makePlan(fuse(recognised))
  if (total.convMacs + total.linearMacs + total.elementOps > MAX_MACS || plan.arenaBytes > MAX_ARENA) return
  const inputs = plan.inputs.map((t): HostTensor => ({ dtype: 'f32', shape: t.shape, data: new Float32Array(sizeOf(t.shape)).fill(0.5) }))
  const runner = await createRunner(plan, host)
  try {
    await runner.run(inputs)
  } finally {
    await runner.close()
  }
}
