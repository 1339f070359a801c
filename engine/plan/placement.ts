/** Decides which tensors share memory: slices of a wider map, inputs written straight into a concatenation, aliases. */
import { consumers, type Graph, NONE, type Node, producers, type TensorId, tensorOf } from '../ir/graph.ts'
import { factsOf } from '../ops/facts.ts'
import type { OpDefinition, Placement } from '../ops/op.ts'
import { opOf } from '../ops/registry.ts'

/** Where a tensor lies: the tensor whose buffer it uses, and its channels in a pixel of that buffer. */
export interface Storage {
  readonly root: TensorId
  /** Channel k of the tensor is channel `channels[k]` of the root; undefined: the same memory, element by element. */
  readonly channels: Int32Array | undefined
}

export interface Placements {
  storage(id: TensorId): Storage
  /** One of the two is placed directly inside the other. */
  aliased(a: TensorId, b: TensorId): boolean
  /** An input that all its readers can take in planes (NCHW): the host copies it as it is. */
  planar(id: TensorId): boolean
}

interface Parent {
  readonly id: TensorId
  readonly channels: Int32Array | undefined
}

/** `kept`: tensors that the caller will read after a run; they, inputs and outputs have buffers of their own. */
export function placeTensors(graph: Graph, kept: readonly TensorId[]): Placements {
  const fixedResults = new Set<TensorId>([...graph.outputs, ...kept])
  const fixed = new Set<TensorId>([...graph.inputs, ...fixedResults])
  const producerOf = producers(graph)
  const consumersOf = consumers(graph)
  const parents = new Map<TensorId, Parent>()
  const reads = (id: TensorId): boolean => (consumersOf.get(id) ?? []).every((n) => opOf(n.op).readsStrided === true)
  const readsPlanes = (id: TensorId): boolean =>
    tensorOf(graph, id).fact.shape.length === 4 &&
    !fixedResults.has(id) &&
    (consumersOf.get(id) ?? []).every((n) => opOf(n.op).readsPlanar?.(n.attrs, factsOf(graph, n)) === true)
  const free = (id: TensorId): boolean => !fixed.has(id) && !parents.has(id) && !tensorOf(graph, id).data
  const placementOf = (node: Node, op: OpDefinition): Placement => op.placement?.(node.attrs, factsOf(graph, node)) ?? { kind: 'own' }

  const gather = (node: Node, positions: readonly Int32Array[]): void => {
    const out = node.outputs[0] ?? NONE
    node.inputs.forEach((id, i) => {
      const target = positions[i]
      const producer = producerOf.get(id)
      if (!target || !producer || !free(id) || node.inputs.filter((x) => x === id).length > 1) return
      const op = opOf(producer.op)
      if (placementOf(producer, op).kind !== 'own') return
      const sideBySide = target.every((p, c) => p === (target[0] ?? 0) + c)
      const fits = sideBySide ? op.storesStrided === true && reads(id) : op.storesPositions === true && (consumersOf.get(id) ?? []).length === 1
      if (fits) parents.set(id, { id: out, channels: target })
    })
  }
  const cut = (node: Node, starts: readonly number[]): void => {
    const x = node.inputs[0] ?? NONE
    if (tensorOf(graph, x).data) return
    node.outputs.forEach((id, i) => {
      if (!free(id) || !reads(id)) return
      const channels = Int32Array.from({ length: tensorOf(graph, id).fact.shape[1] ?? 0 }, (_, c) => (starts[i] ?? 0) + c)
      parents.set(id, { id: x, channels })
    })
  }

  // Concatenations from the last to the first: the outer one is placed before what is written into it.
  for (const node of [...graph.nodes].reverse()) {
    const placement = placementOf(node, opOf(node.op))
    if (placement.kind === 'gathers') gather(node, placement.positions)
  }
  for (const node of graph.nodes) {
    const placement = placementOf(node, opOf(node.op))
    const x = node.inputs[0] ?? NONE
    const y = node.outputs[0] ?? NONE
    if (placement.kind === 'slices') cut(node, placement.starts)
    // An alias must be the whole of a buffer: a slice's elements do not lie in the order of the other shape.
    else if (placement.kind === 'alias' && free(y) && !tensorOf(graph, x).data && resolve(parents, x).channels === undefined)
      parents.set(y, { id: x, channels: undefined })
  }
  overwriteDying(graph, fixed, parents, consumersOf)
  return {
    storage: (id) => resolve(parents, id),
    planar: (id) => graph.inputs.includes(id) && readsPlanes(id),
    aliased: (a, b) => parents.get(a)?.id === b || parents.get(b)?.id === a,
  }
}

/**
 * An output takes the memory of an input that nobody reads later (a residual): less memory, and the result goes where
 * its cache lines already are.
 */
function overwriteDying(
  graph: Graph,
  fixed: ReadonlySet<TensorId>,
  parents: Map<TensorId, Parent>,
  consumersOf: ReadonlyMap<TensorId, readonly Node[]>,
): void {
  const order = new Map(graph.nodes.map((node, i) => [node.id, i]))
  const lastRead = (id: TensorId): number => Math.max(-1, ...(consumersOf.get(id) ?? []).map((n) => order.get(n.id) ?? 0))
  const members = new Map<TensorId, TensorId[]>()
  const join = (root: TensorId, id: TensorId): void => void members.set(root, [...(members.get(root) ?? []), id])
  for (const id of graph.tensors.keys()) join(resolve(parents, id).root, id)
  graph.nodes.forEach((node, i) => {
    const index = opOf(node.op).overwrites?.(node.attrs, factsOf(graph, node))
    const x = index === undefined ? NONE : (node.inputs[index] ?? NONE)
    const y = node.outputs[0] ?? NONE
    if (x === NONE || y === NONE || fixed.has(y) || parents.has(y) || tensorOf(graph, x).data) return
    const { root, channels } = resolve(parents, x)
    // Slices and aliases of `y` would have to move with it; none of the networks has them behind a residual.
    if (channels || (members.get(y)?.length ?? 0) > 1) return
    const dies = (members.get(root) ?? []).every((id) => !fixed.has(id) && lastRead(id) <= i)
    const readElsewhere = node.inputs.some((id, k) => k !== index && id !== NONE && resolve(parents, id).root === root)
    if (!dies || readElsewhere) return
    parents.set(y, { id: x, channels: undefined })
    join(root, y)
  })
}

function resolve(parents: ReadonlyMap<TensorId, Parent>, id: TensorId): Storage {
  let channels: Int32Array | undefined
  let root = id
  for (let parent = parents.get(root); parent; parent = parents.get(root)) {
    const outer = parent.channels
    if (outer) channels = channels ? channels.map((c) => outer[c] ?? 0) : outer
    root = parent.id
  }
  return { root, channels }
}
