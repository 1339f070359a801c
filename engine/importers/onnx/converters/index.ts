/** Every ONNX operator that this engine can import. */
import type { Converter } from '../context.ts'
import { elementwise } from './elementwise.ts'
import { products } from './products.ts'
import { shapes } from './shapes.ts'
import { windows } from './windows.ts'

const ALL: ReadonlyMap<string, Converter> = new Map(Object.entries({ ...windows, ...elementwise, ...products, ...shapes }))

/** The converter of an operator, or undefined. Operators of other domains are not those of ONNX, whatever their name. */
export function converterOf(domain: string, opType: string): Converter | undefined {
  return domain === '' || domain === 'ai.onnx' ? ALL.get(opType) : undefined
}

export const SUPPORTED: readonly string[] = [...ALL.keys()].sort()
