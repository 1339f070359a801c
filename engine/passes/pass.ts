/** A pass proposes edits; the runner applies them and checks the graph again. */
import { checkGraph } from '../ir/check.ts'
import { GraphEdit } from '../ir/edit.ts'
import type { Graph } from '../ir/graph.ts'
import { OPS } from '../ops/registry.ts'

export interface Pass {
  /** Verb and object, e.g. "fold batch norm"; errors name it. */
  readonly name: string
  run(edit: GraphEdit): void
}

/** A pass that still changes something after this many rounds is wrong. */
const MAX_ROUNDS = 100

/** Applies a pass until it changes nothing; the graph is checked after every round. */
export function applyPass(graph: Graph, pass: Pass): Graph {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const edit = new GraphEdit(graph)
    pass.run(edit)
    if (edit.changes === 0) return graph
    graph = edit.finish()
    checkGraph(graph, OPS, `pass "${pass.name}"`)
  }
  return graph
}
