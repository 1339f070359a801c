/** Option values: text from the command line to checked values. */
import { InvalidArgumentError, Option } from 'commander'
import { type Graph, isQuantized } from '../../engine/index.ts'
import { usage } from './context.ts'

export function count(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    return value
  }
}

/** Largest input side that is accepted; the engine bounds what a graph may hold. */
const MAX_SIDE = 4096

/** "224x192" is height x width; "224" is square. */
export function size(text: string): readonly [number, number] {
  const match = /^(\d{1,5})(?:x(\d{1,5}))?$/i.exec(text)
  const height = Number(match?.[1])
  const width = Number(match?.[2] ?? match?.[1])
  if (!match || height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE)
    throw new InvalidArgumentError(`It must be HEIGHTxWIDTH in pixels, such as 224x224, at most ${MAX_SIDE}.`)
  return [height, width]
}

/** Absent: 1 thread. */
export const threads = count(1, 64)

/** A number from 0 to 1. */
export function share(text: string): number {
  const value = Number(text)
  if (!/^(?:\d+\.?\d*|\.\d+)$/.test(text) || value > 1) throw new InvalidArgumentError('It must be a number from 0 to 1.')
  return value
}

/** Arithmetic of the kernels; by default what the model is in. */
export function precisionOption(): Option {
  return new Option('--precision <type>', 'arithmetic; by default what the model is in').choices([...PRECISIONS])
}

export const PRECISIONS = ['f32', 'int8'] as const
export type Precision = (typeof PRECISIONS)[number]

/** What a model computes in. Throws `usage` where another arithmetic was asked for. */
export function precisionOf(graph: Graph, argument: string, wanted: Precision | undefined): Precision {
  const own = isQuantized(graph) ? 'int8' : 'f32'
  if (wanted === undefined || wanted === own) return own
  throw own === 'f32'
    ? usage(
        `--precision int8 goes with a model in 8 bits, and "${argument}" is in f32`,
        `Make one with "shufflescope quantize ${argument} --calibrate PHOTOS --out FILE"`,
      )
    : usage(`--precision f32 goes with a float model, and "${argument}" is in 8 bits`, 'Give the model that it was made from')
}
