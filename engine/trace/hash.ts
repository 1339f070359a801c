/** The hash by which a trace knows its model: of what the graph computes, whoever plans and runs it. */
import { type Graph, tensorOf } from '../ir/graph.ts'

/**
 * SHA-256, 64 hexadecimal digits, of a graph as loaded: its ops with their attributes and wires, and the bytes of its
 * constants. Names and scopes do not count, nor does the planner, so that traces of other versions and hosts compare.
 */
export async function hashModel(graph: Graph): Promise<string> {
  const constants = new Map<number, string>()
  const known = new Map<ArrayBufferLike, Map<string, string>>()
  for (const [id, { data }] of graph.tensors) {
    if (!data) continue
    // Tensors may share their bytes.
    const own = known.get(data.buffer) ?? new Map<string, string>()
    known.set(data.buffer, own)
    const place = `${data.byteOffset}+${data.byteLength}`
    const digest = own.get(place) ?? (await sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)))
    own.set(place, digest)
    constants.set(id, digest)
  }
  const number = new Map<number, number>()
  const name = (id: number): number | string => {
    if (id < 0) return -1
    const constant = constants.get(id)
    const { dtype, shape } = tensorOf(graph, id).fact
    if (constant !== undefined) return `${dtype} ${shape.join('x')} ${constant}`
    const at = number.get(id) ?? number.size
    number.set(id, at)
    return at
  }
  const text = JSON.stringify({
    inputs: graph.inputs.map((id) => [name(id), tensorOf(graph, id).fact.shape]),
    nodes: graph.nodes.map(({ op, attrs, inputs, outputs }) => [op, sorted(attrs), inputs.map(name), outputs.map(name)]),
    outputs: graph.outputs.map(name),
  })
  return sha256(new TextEncoder().encode(text))
}

/** Attributes say the same in any order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, v]) => [key, sorted(v)]),
  )
}

async function sha256(bytes: Uint8Array): Promise<string> {
  // The platform's digest takes no shared memory.
  const plain = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', plain))
  return [...digest].map((b) => b.toString(16).padStart(2, '0')).join('')
}
