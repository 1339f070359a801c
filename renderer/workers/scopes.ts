/** Places for the nodes of a graph that names none: units by its shape, in sections of one resolution. */
import { type Graph, type Node, recognise, tensorOf, unitsOf } from '../../engine/index.ts'

/** Nodes outside of units are gathered where there are more of them in a run than can be looked at one by one. */
const MOST_ALONE = 24
const PART = 12

/** The graph as loaded and as recognised. Where no node has a scope, each gets one, e.g. "28x28/unit3"; else they are as they were. */
export function withScopes(loaded: Graph): { readonly loaded: Graph; readonly recognised?: Graph } {
  if (loaded.nodes.some((n) => n.scope !== '')) return { loaded }
  const recognised = recognise(loaded)
  const scopes = scopesOf(recognised)
  const bySource = new Map<string, string>()
  for (const node of recognised.nodes)
    for (const name of [...node.sources, node.name]) if (!bySource.has(name)) bySource.set(name, scopes.get(node.id) ?? '')
  // What recognition took out stands with what comes before it.
  let current = scopes.get(recognised.nodes[0]?.id ?? -1) ?? ''
  const nodes = loaded.nodes.map((n) => {
    current = bySource.get(n.name) ?? current
    return { ...n, scope: current }
  })
  return {
    loaded: { ...loaded, nodes },
    recognised: { ...recognised, nodes: recognised.nodes.map((n) => ({ ...n, scope: scopes.get(n.id) ?? '' })) },
  }
}

/** Scope of each node of a recognised graph, by its id. */
export function scopesOf(graph: Graph): ReadonlyMap<number, string> {
  const unitOf = new Map<number, number>()
  const units = unitsOf(graph)
  for (const [i, unit] of units.entries()) for (const node of unit.nodes) unitOf.set(node.id, i)
  const scopes = new Map<number, string>()
  const numbers = new Map<string, number>()
  const number = (key: string): number => {
    const n = (numbers.get(key) ?? 0) + 1
    numbers.set(key, n)
    return n
  }
  for (const unit of units) {
    // A single layer needs no frame around it.
    const section = resolutionOf(graph, unit.nodes.at(-1))
    const scope = unit.nodes.length > 1 ? `${section}/unit${number(section)}` : section
    for (const node of unit.nodes) scopes.set(node.id, scope)
  }
  let run: Node[] = []
  const close = (): void => {
    const alone = run.length <= MOST_ALONE
    for (let i = 0; i < run.length; i += PART) {
      const part = run.slice(i, i + PART)
      const section = resolutionOf(graph, part[0])
      const scope = alone ? undefined : `${section}/part${number(`${section}/part`)}`
      for (const node of part) scopes.set(node.id, scope ?? resolutionOf(graph, node))
    }
    run = []
  }
  for (const node of graph.nodes) {
    if (!scopes.has(node.id)) run.push(node)
    else if (run.length > 0) close()
  }
  close()
  return scopes
}

/** Height and width of what a node computes, e.g. "28x28"; "head" where it has none. */
function resolutionOf(graph: Graph, node: Node | undefined): string {
  const shape = node ? tensorOf(graph, node.outputs[0] ?? -1).fact.shape : []
  const [, , height, width] = shape
  return height === undefined || width === undefined || shape.length > 4 || (height === 1 && width === 1) ? 'head' : `${height}x${width}`
}
