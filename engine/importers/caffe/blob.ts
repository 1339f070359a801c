/** Stored numbers of a layer: where they lie in a file, and as 32-bit floats. Source: BlobProto of caffe.proto. */
import { badInput, unsupported } from '../../base/errors.ts'
import { sizeOf } from '../../ir/tensor.ts'
import { MAX_ELEMENTS } from '../../ops/shared.ts'
import { halfToNumber } from '../half.ts'

/** `count` numbers, the first at byte `at`, `step` bytes apart. */
export interface Run {
  at: number
  count: number
  readonly step: number
}

export interface Blob {
  /** In the file, in bytes. */
  readonly at: number
  /** The file. */
  readonly bytes: Uint8Array
  readonly shape: readonly number[] | undefined
  /** num, channels, height, width, as files had it before they had shapes. */
  readonly legacy: readonly [number, number, number, number] | undefined
  readonly floats: readonly Run[]
  readonly doubles: readonly Run[]
  readonly raw: Uint8Array | undefined
  readonly rawType: number | undefined
}

interface RawType {
  readonly bytes: number
  readonly read: (view: DataView, at: number) => number
}

const DOUBLE: RawType = { bytes: 8, read: (view, at) => view.getFloat64(at, true) }
const FLOAT: RawType = { bytes: 4, read: (view, at) => view.getFloat32(at, true) }
/** Types of raw data by number; INT (3) and UINT (4) are those of quantised models. */
const RAW: readonly RawType[] = [DOUBLE, FLOAT, { bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) }]
const RAW_FLOAT = 1

/** Data as long as this has a length of two bytes before it, and with the field's tag as many as an alignment to four may need. */
const MOVABLE_BYTES = 128

export function shapeOf({ shape, legacy }: Blob): readonly number[] {
  return shape ?? legacy ?? []
}

/**
 * The numbers of a blob. Where the file is given away (`kept`) they are a view of it: floats that do not lie at a multiple of four
 * are moved down over the tag and the length before them, so that the file cannot be decoded again. Throws ScopeError where the
 * shape and the data disagree.
 */
export function valuesOf(blob: Blob, kept: boolean, what: string): Float32Array {
  const shape = shapeOf(blob)
  const size = sizeOf(shape)
  const where = `byte ${blob.at}`
  if (shape.some((n) => !Number.isInteger(n) || n < 0) || size > MAX_ELEMENTS)
    throw badInput(what, `the shape [${shape.join(', ')}] of its weights is not possible here`, 'The file may be damaged', where)
  const short = (has: number): Error =>
    badInput(
      what,
      `its weights are ${has} numbers where their shape [${shape.join(', ')}] needs ${size}`,
      'The file may be damaged or cut short',
      where,
    )
  if (blob.raw) {
    const type = RAW[blob.rawType ?? RAW_FLOAT]
    if (!type) throw unsupported(what, 'its weights are stored as integers', 'Take the model in float32, without quantisation', where)
    const { raw } = blob
    if (raw.length !== size * type.bytes) throw short(raw.length / type.bytes)
    return copied(raw, [{ at: 0, count: size, step: type.bytes }], size, type)
  }
  const [runs, type] = blob.doubles.length > 0 ? ([blob.doubles, DOUBLE] as const) : ([blob.floats, FLOAT] as const)
  const count = runs.reduce((sum, run) => sum + run.count, 0)
  if (count !== size) throw short(count)
  const [only, ...more] = runs
  if (kept && type === FLOAT && only && more.length === 0 && only.step === 4) {
    const view = viewed(blob.bytes, only)
    if (view) return view
  }
  return copied(blob.bytes, runs, size, type)
}

/** Undefined where the numbers lie askew and are too few to be moved. */
function viewed(bytes: Uint8Array, run: Run): Float32Array | undefined {
  const off = (bytes.byteOffset + run.at) % 4
  if (off !== 0) {
    if (4 * run.count < MOVABLE_BYTES) return undefined
    bytes.copyWithin(run.at - off, run.at, run.at + 4 * run.count)
    run.at -= off
  }
  return new Float32Array(bytes.buffer, bytes.byteOffset + run.at, run.count)
}

function copied(bytes: Uint8Array, runs: readonly Run[], size: number, { read }: RawType): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const data = new Float32Array(size)
  let to = 0
  for (const { at, count, step } of runs) for (let i = 0; i < count; i++) data[to++] = read(view, at + i * step)
  return data
}
