/** Reads a trace, or the profile of another engine as a trace. What a file is, is told by its content alone. */
import { badInput } from '../../base/errors.ts'
import type { Graph } from '../../ir/graph.ts'
import { factsOf } from '../../ops/facts.ts'
import { opOf } from '../../ops/registry.ts'
import { ENGINE_NAMES } from '../imported.ts'
import { MOST_BYTES, readTrace } from '../read.ts'
import { type StepSample, type Trace, traceSchema } from '../trace.ts'
import { looksLikeNcnn, readNcnn } from './ncnn.ts'
import { NodeNames } from './nodes.ts'
import { readOnnxruntime } from './onnxruntime.ts'
import { type ForeignProfile, shown } from './profile.ts'
import { looksLikeTflite, readTflite } from './tflite.ts'

const HINT = 'Choose the trace of a run (.json), or a profile of onnxruntime (.json), TensorFlow Lite (.csv, .txt) or ncnn (.txt)'
const MOST_LINES = 2_000_000
const MOST_NODES = 10_000
const MOST_NAME = 500

/**
 * The trace in `bytes`, ours or another engine's; `graph`: the open model as loaded, whose nodes an imported file is held
 * against. A step whose layer cannot be told has no nodes and keeps its name in `kernel`. MACs and bytes of imported steps
 * are those of the op they compute. Throws ScopeError `bad-input`, or `unsupported` for a later version of our format.
 */
export function readAnyTrace(name: string, bytes: Uint8Array, graph: Graph): Trace {
  const file = `Trace "${shown(name, 200)}"`
  const text = textOf(bytes)
  if (text === undefined || text.startsWith('{')) return readTrace(name, bytes)
  const array = text.startsWith('[') ? parsed(text) : undefined
  if (Array.isArray(array)) return traceOf(file, readOnnxruntime(file, array), graph)
  const lines = text.split(/\r?\n/, MOST_LINES)
  if (looksLikeTflite(lines)) return traceOf(file, readTflite(file, lines), graph)
  if (looksLikeNcnn(lines)) return traceOf(file, readNcnn(file, lines, graph.name), graph)
  if (text.startsWith('[')) throw badInput(file, 'it begins like JSON, and is broken', HINT)
  throw badInput(file, 'it is neither a trace nor a profile that this program knows', HINT)
}

/** Share of an imported trace's time, 0..1, that lies in layers of the model it was read for; 1 where it times no layers. */
export function mappedShare({ steps }: Pick<Trace, 'steps'>): number {
  let [mapped, all] = [0, 0]
  for (const { nodes, samples } of steps) {
    const time = samples.reduce((a, b) => a + b, 0)
    all += time
    if (nodes.length > 0) mapped += time
  }
  if (steps.length === 0) return 1
  return all > 0 ? mapped / all : 0
}

/** Undefined where it is no text, or too much of it: `readTrace` says what is wrong with it. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.length > MOST_BYTES) return undefined
  // What a console of Windows writes into a file.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes).trimStart()
  } catch {
    return undefined
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function traceOf(file: string, profile: ForeignProfile, graph: Graph): Trace {
  const { engine, model, runtime, threads, total, summary, stepMeans } = profile
  const { success, data, error } = traceSchema.safeParse({
    schema: 1,
    model: shown(model, 200),
    modelHash: '',
    host: { cpu: 'unknown', cores: 1, runtime, platform: 'unknown' },
    backend: `${ENGINE_NAMES[engine]} (imported)`,
    threads: threads ?? 1,
    precision: 'unknown',
    total: [...total],
    steps: stepsOf(profile, graph),
    arenaBytes: 0,
    imported: { engine, threadsKnown: threads !== null, stepMeans, ...(summary ? { summary } : {}) },
  } satisfies Trace)
  if (success) return data
  throw badInput(file, `its "${shown(error.issues[0]?.path.join('.') ?? '', 100)}" is outside of what a trace can hold`, HINT)
}

function stepsOf({ steps }: ForeignProfile, graph: Graph): StepSample[] {
  const names = new NodeNames(graph)
  const nodes = new Map(graph.nodes.map((n) => [n.name, n]))
  // The work of a node that takes several steps is counted once.
  const counted = new Set<string>()
  return steps.map(({ name, type, samples }, step) => {
    const own = names.of(name, type).filter((n) => n.length <= MOST_NAME)
    const [first] = own
    const node = first !== undefined && !counted.has(first) ? nodes.get(first) : undefined
    if (first !== undefined) counted.add(first)
    const cost = node && opOf(node.op).cost(node.attrs, factsOf(graph, node))
    return {
      step,
      kernel: shown(own.length > 0 || name === type ? type : `${type}: ${name}`, 100),
      nodes: own.slice(0, MOST_NODES),
      samples: [...samples],
      macs: cost ? cost.convMacs + cost.linearMacs : 0,
      bytes: cost ? cost.bytesRead + cost.bytesWritten : 0,
    }
  })
}
