/** The converter of every ONNX operator that `claims.ts` lists; the types see to it that neither has one more. */
import type { ClaimedOp } from '../claims.ts'
import type { Converter } from '../context.ts'
import { elementwise } from './elementwise.ts'
import { logic } from './logic.ts'
import { normalisation } from './normalisation.ts'
import { products } from './products.ts'
import { quantisation } from './quantisation.ts'
import { quantisedLayers } from './quantisedLayers.ts'
import { reductions } from './reductions.ts'
import { sampling } from './sampling.ts'
import { shapes } from './shapes.ts'
import { windows } from './windows.ts'

const ALL = {
  ...windows,
  ...normalisation,
  ...elementwise,
  ...products,
  ...reductions,
  ...sampling,
  ...shapes,
  ...logic,
  ...quantisation,
  ...quantisedLayers,
}

const CONVERTERS: Readonly<Record<ClaimedOp, Converter>> & Readonly<Record<Exclude<keyof typeof ALL, ClaimedOp>, never>> = ALL
const BY_NAME: ReadonlyMap<string, Converter> = new Map<string, Converter>(Object.entries(CONVERTERS))

/** The converter of a claimed operator, by the name that claims have. */
export function converterOf(operator: string): Converter | undefined {
  return BY_NAME.get(operator)
}
