/** Which published complexity a total stands beside, by how much it differs, and why as far as that is known. */
import v2 from '../../../assets/paper/v2-table8.json'
import { macsOf, shuffleNetV1Cost, V1_REPEATS } from '../../../engine/index.ts'
import type { ConventionId, ModelView, NetworkView } from '../../workers/contract.ts'
import { baselineOf } from '../whatif/data.ts'
import { PAPER_TABLES, type PaperRow } from '../whatif/paper.ts'

/**
 * `same`: equal when rounded to what is printed. `all`: publications leave the small layers out. `noFc`: the figure
 * leaves the fully connected layer out. `withFc`: the figure has it. `nominal`: one figure for all numbers of groups.
 * `rounding`: the paper does not say how it rounds widths. `topology`: the figure is for the authors' own variant.
 */
export type Reason = 'same' | 'all' | 'noFc' | 'withFc' | 'nominal' | 'rounding' | 'topology' | 'unknown'

export interface Match {
  readonly model: string
  readonly table: number
  readonly paper: 'v1' | 'v2'
  /** Multiply-adds in millions, as printed. */
  readonly mflops: number
  /** (counted - printed) / printed. */
  readonly difference: number
  readonly reason: Reason
}

export interface Reconciliation {
  /** Multiply-accumulates at the published sizes: 224x224 and 1000 classes. */
  readonly counted: number
  /** Whether the open network has these sizes itself; else it is counted as if it had. */
  readonly asOpened: boolean
  /** The nearest comes first. */
  readonly matches: readonly Match[]
}

const SIDE = 224
const CLASSES = 1000

/** Null where nothing published belongs to the network. `network` may be of any stage. */
export function reconcile(network: NetworkView, model: ModelView, convention: ConventionId): Reconciliation | null {
  const [, , height, width] = model.inputShape
  const asOpened = height === SIDE && width === SIDE && model.classes === CLASSES
  const v1 = baselineOf(network, model)
  if (v1.opened) {
    const { groups, scale, repeats, shuffle } = v1.settings
    if (repeats.join() !== V1_REPEATS.join()) return null
    const counted = asOpened
      ? network.totals[convention]
      : macsOf(shuffleNetV1Cost({ groups, scale, height: SIDE, width: SIDE, shuffle, repeats }).total, convention)
    return result(counted, asOpened, v1Figures(groups, scale), convention)
  }
  if (!asOpened) return null
  return result(network.totals[convention], true, figuresOf(model.id), convention)
}

interface Figure {
  readonly row: PaperRow
  readonly table: number
  readonly paper: 'v1' | 'v2'
  /** Why it may differ although the convention is right. */
  readonly reason: Reason
  /** What it adds up; null where the paper is not exact about it. */
  readonly counts: 'conv' | 'conv+fc' | null
}

function rowsOf(table: number): readonly PaperRow[] {
  return PAPER_TABLES.find((t) => t.table === table)?.points ?? []
}

function v1Figures(groups: number, scale: number): Figure[] {
  const own = (table: number) => rowsOf(table).filter((r) => r.family === 'shufflenet' && r.groups === groups && r.scale === scale)
  const rounded = scale < 1 && groups !== 1 && groups !== 3
  return [
    ...own(1).map((row): Figure => ({ row, table: 1, paper: 'v1', reason: 'unknown', counts: 'conv' })),
    ...own(2).map((row): Figure => ({ row, table: 2, paper: 'v1', reason: rounded ? 'rounding' : 'nominal', counts: null })),
    ...(scale > 1 ? own(5).map((row): Figure => ({ row, table: 5, paper: 'v1', reason: 'unknown', counts: 'conv+fc' })) : []),
  ]
}

/** Of the other architectures of the zoo; an imported network of another kind has no figure. */
function figuresOf(id: string): Figure[] {
  const mobile = /^mobilenet-v1-([\d.]+)x$/.exec(id)
  if (mobile)
    return rowsOf(5)
      .filter((r) => r.family === 'mobilenet' && r.scale === Number(mobile[1]))
      .map((row) => ({ row, table: 5, paper: 'v1', reason: 'unknown', counts: 'conv+fc' }))
  const shuffle = /^shufflenet-v2-(megvii|torchvision)-([\d.]+)x$/.exec(id)
  if (!shuffle) return []
  return v2.points
    .filter((r) => r.scale === Number(shuffle[2]))
    .map((row) => ({ row, table: v2.table, paper: 'v2', reason: shuffle[1] === 'torchvision' ? 'topology' : 'unknown', counts: 'conv+fc' }))
}

function result(counted: number, asOpened: boolean, figures: readonly Figure[], convention: ConventionId): Reconciliation | null {
  if (figures.length === 0) return null
  const matches = figures
    .map(({ row, table, paper, reason, counts }): Match => {
      const difference = counted / (row.mflops * 1e6) - 1
      return { model: row.model, table, paper, mflops: row.mflops, difference, reason: reasonOf(counted, row, reason, counts, convention) }
    })
    .sort((a, b) => Math.abs(a.difference) - Math.abs(b.difference))
  return { counted, asOpened, matches }
}

function reasonOf(counted: number, row: PaperRow, reason: Reason, counts: Figure['counts'], convention: ConventionId): Reason {
  if (Math.round(counted / 1e6) === row.mflops) return 'same'
  if (convention === 'all') return 'all'
  if (counts === 'conv' && convention === 'conv+fc') return 'noFc'
  if (counts === 'conv+fc' && convention !== 'conv+fc') return 'withFc'
  return reason
}
