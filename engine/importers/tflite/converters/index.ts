/** The converter of every operator that `claims.ts` lists; the types see to it that neither has one more. */
import type { ClaimedOp } from '../claims.ts'
import type { Converter } from '../context.ts'
import { elementwise } from './elementwise.ts'
import { products } from './products.ts'
import { sampling } from './sampling.ts'
import { shapes } from './shapes.ts'
import { windows } from './windows.ts'

const ALL = { ...windows, ...elementwise, ...products, ...shapes, ...sampling }

const CONVERTERS: Readonly<Record<ClaimedOp, Converter>> & Readonly<Record<Exclude<keyof typeof ALL, ClaimedOp>, never>> = ALL
const BY_NAME: ReadonlyMap<string, Converter> = new Map<string, Converter>(Object.entries(CONVERTERS))

/** The converter of a claimed operator. */
export function converterOf(op: string): Converter | undefined {
  return BY_NAME.get(op)
}
