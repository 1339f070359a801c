/** Where the tensors of a unit stand: columns by depth, lanes by branch, gaps by what happens in them. */
import type { UnitFlow, UnitLink, UnitOp } from '../../workers/contract/index.ts'

export interface Placed {
  /** Column of each tensor. */
  readonly column: ReadonlyMap<number, number>
  /** 0 for the longest branch, 1 and on for the others. */
  readonly lane: ReadonlyMap<number, number>
  readonly columns: number
  readonly lanes: number
  /** Relative width of the gap that ends in column i + 1. */
  readonly gaps: readonly number[]
  /** The op of the longest branch in each gap, for its label. */
  readonly ops: readonly (UnitOp | undefined)[]
}

export function place(unit: UnitFlow): Placed {
  const into = new Map<number, UnitLink[]>()
  for (const link of unit.links) into.set(link.to, [...(into.get(link.to) ?? []), link])
  const column = new Map<number, number>()
  for (const { id } of unit.tensors) column.set(id, Math.max(-1, ...(into.get(id) ?? []).map((l) => column.get(l.from) ?? 0)) + 1)
  const columns = Math.max(0, ...column.values()) + 1

  const main = longestBranch(unit, column, into)
  const lane = lanesOf(unit, column, into, main)
  const ops = new Map(unit.ops.map((o) => [o.node, o]))
  const gaps = new Array<number>(Math.max(columns - 1, 0)).fill(1)
  const gapOps = new Array<UnitOp | undefined>(gaps.length).fill(undefined)
  for (const link of unit.links) {
    const gap = (column.get(link.to) ?? 0) - 1
    const op = ops.get(link.node)
    gaps[gap] = Math.max(gaps[gap] ?? 1, weightOf(op, link))
    if (main.has(link.to)) gapOps[gap] = op
  }
  return { column, lane, columns, lanes: Math.max(0, ...lane.values()) + 1, gaps, ops: gapOps }
}

/** Shuffles and convolutions need room to be read; what keeps its channels in place needs little. */
function weightOf(op: UnitOp | undefined, link: UnitLink): number {
  if (op?.shuffle) return 3.2
  if (link.flow.kind === 'groups') return 2.3
  if (op?.op === 'conv2d') return 1.6
  if (op?.op === 'concat' || op?.op === 'binary' || op?.op === 'split' || op?.op === 'slice') return 1.7
  return 1
}

function longestBranch(unit: UnitFlow, column: ReadonlyMap<number, number>, into: ReadonlyMap<number, readonly UnitLink[]>): Set<number> {
  const main = new Set<number>()
  let at = [...unit.outputs].sort((a, b) => (column.get(b) ?? 0) - (column.get(a) ?? 0))[0]
  while (at !== undefined && !main.has(at)) {
    main.add(at)
    const before: number[] = (into.get(at) ?? []).map((l) => l.from)
    at = before.sort((a, b) => (column.get(b) ?? 0) - (column.get(a) ?? 0) || b - a)[0]
  }
  return main
}

function lanesOf(
  unit: UnitFlow,
  column: ReadonlyMap<number, number>,
  into: ReadonlyMap<number, readonly UnitLink[]>,
  main: ReadonlySet<number>,
): Map<number, number> {
  const lane = new Map<number, number>()
  const taken = new Set<string>()
  const key = (c: number, l: number) => `${c}:${l}`
  for (const { id } of unit.tensors) {
    const c = column.get(id) ?? 0
    let l = main.has(id) ? 0 : Math.max(1, ...(into.get(id) ?? []).map((k) => lane.get(k.from) ?? 0))
    while (taken.has(key(c, l)) && !main.has(id)) l++
    taken.add(key(c, l))
    lane.set(id, l)
  }
  return lane
}
