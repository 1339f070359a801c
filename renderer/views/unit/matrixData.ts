/** Which matrices a unit has: one per convolution, and one for the whole unit. */
import { blocksOfFlow, blocksOfRows, type MatrixData } from '../../charts/matrix/layout.ts'
import { groupsOfRuns, originsOf } from '../../charts/unit/origins.ts'
import { composed } from '../../charts/unit/reach.ts'
import type { UnitFlow, UnitLink, UnitOp } from '../../workers/contract/index.ts'

export interface UnitMatrix {
  readonly key: string
  readonly op: UnitOp | null
  readonly kind: 'groups' | 'dense' | 'depthwise' | 'whole'
  readonly groups: number
  readonly data: MatrixData
  /** Tensors of the columns and rows. */
  readonly from: number
  readonly to: number
  /** Least and most input channels that an output channel sees. */
  readonly seen: readonly [number, number]
}

export function matricesOf(flow: UnitFlow): UnitMatrix[] {
  const ops = new Map(flow.ops.map((o) => [o.node, o]))
  const channels = new Map(flow.tensors.map((t) => [t.id, t.channels]))
  const matrices = flow.links.flatMap((link): UnitMatrix[] => {
    const op = ops.get(link.node)
    // A residual that a convolution adds is a second link of the same node, and no connection of its own.
    if (op?.op !== 'conv2d' || flow.links.find((l) => l.node === link.node) !== link) return []
    return [opMatrix(link, op, channels.get(link.to) ?? 0, channels.get(link.from) ?? 0)]
  })
  const [input] = flow.inputs
  const output = flow.outputs.at(-1)
  if (input === undefined || output === undefined) return matrices
  const rows = composed(flow, input, output)
  const columns = channels.get(input) ?? 0
  const blocks = blocksOfRows(rows, originsOf(flow).get(input)?.group ?? [])
  const counts = rows.map((row) => row.reduce((a, b) => a + b, 0))
  return [
    ...matrices,
    {
      key: 'whole',
      op: null,
      kind: 'whole',
      groups: 1,
      data: { rows: rows.length, columns, blocks },
      from: input,
      to: output,
      seen: [Math.min(...counts), Math.max(...counts)],
    },
  ]
}

function opMatrix(link: UnitLink, op: UnitOp, rows: number, columns: number): UnitMatrix {
  const groups = link.flow.kind === 'groups' ? groupsOfRuns(link.flow.runs) : []
  const blocks = blocksOfFlow(link.flow, groups)
  const widths = blocks.map((b) => b.columns)
  return {
    key: `op${link.node}`,
    op,
    kind: link.flow.kind === 'map' ? 'depthwise' : new Set(groups).size > 1 ? 'groups' : 'dense',
    groups: op.groups,
    data: { rows, columns, blocks },
    from: link.from,
    to: link.to,
    seen: [Math.min(...widths), Math.max(...widths)],
  }
}
