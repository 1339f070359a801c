/** The converter of every layer type that `claims.ts` lists; the types see to it that neither has one more. */
import type { ClaimedType } from '../claims.ts'
import type { Converter } from '../context.ts'
import { elementwise } from './elementwise.ts'
import { inputs } from './inputs.ts'
import { normalisation } from './normalisation.ts'
import { shapes } from './shapes.ts'
import { windows } from './windows.ts'

const ALL = { ...inputs, ...windows, ...elementwise, ...normalisation, ...shapes }

const CONVERTERS: Readonly<Record<ClaimedType, Converter>> & Readonly<Record<Exclude<keyof typeof ALL, ClaimedType>, never>> = ALL
const BY_NAME: ReadonlyMap<string, Converter> = new Map<string, Converter>(Object.entries(CONVERTERS))

/** The converter of a claimed type. */
export function converterOf(type: string): Converter | undefined {
  return BY_NAME.get(type)
}
