/** Which published complexity a total stands beside, by how much it differs, and why as far as that is known. */
import {
  type DifferenceReason,
  differenceReason,
  type Figure,
  figuresOfV1,
  figuresOfZoo,
  macsOf,
  shuffleNetV1Cost,
  V1_REPEATS,
} from '../../../engine/index.ts'
import type { ConventionId, ModelView, NetworkView } from '../../workers/contract/index.ts'
import { baselineOf } from '../whatif/data.ts'

export interface Match {
  readonly model: string
  readonly table: number
  readonly paper: 'v1' | 'v2'
  /** Multiply-adds in millions, as printed. */
  readonly mflops: number
  /** (counted - printed) / printed. */
  readonly difference: number
  readonly reason: DifferenceReason
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
    return result(counted, asOpened, figuresOfV1(groups, scale), convention)
  }
  if (!asOpened) return null
  return result(network.totals[convention], true, figuresOfZoo(model.id), convention)
}

function result(counted: number, asOpened: boolean, figures: readonly Figure[], convention: ConventionId): Reconciliation | null {
  if (figures.length === 0) return null
  const matches = figures
    .map(({ row: { model, mflops }, table, paper, standing }): Match => {
      const difference = counted / (mflops * 1e6) - 1
      return { model, table, paper, mflops, difference, reason: differenceReason(counted, { ...standing, mflops }, convention) }
    })
    .sort((a, b) => Math.abs(a.difference) - Math.abs(b.difference))
  return { counted, asOpened, matches }
}
