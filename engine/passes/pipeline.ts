/** The stages of a graph: loaded -> recognised -> fused. Each is a list of passes. */
import type { Graph, Stage } from '../ir/graph.ts'
import { FUSE, fuseShapes } from './fuse/index.ts'
import { applyPass, type Pass } from './pass.ts'
import { RECOGNISE } from './recognise/index.ts'

function stage(graph: Graph, name: Stage, passes: readonly Pass[]): Graph {
  return { ...passes.reduce(applyPass, graph), stage: name }
}

/** Portable clean-up: constants folded, shape arithmetic gone, shuffles and grouped convolutions recognised. */
export function recognise(graph: Graph): Graph {
  return stage(graph, 'recognised', RECOGNISE)
}

/** Folds what can be folded into convolutions; takes a recognised graph. */
export function fuse(graph: Graph): Graph {
  return stage(graph, 'fused', FUSE)
}

/** As `fuse`, for what asks for shapes and structure alone: no weight is copied, and those of folded layers have no meaning. */
export function fuseStructure(graph: Graph): Graph {
  return stage(graph, 'fused', fuseShapes())
}
