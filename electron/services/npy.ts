/** NumPy's .npy files: float32 in C order, format 1.0 to 3.0. Source: numpy.lib.format documentation. */
import { badInput, type HostTensor, unsupported } from '../../engine/index.ts'

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
/** NumPy itself writes headers of about a hundred bytes. */
const MAX_HEADER = 65536
const MAX_RANK = 16

/** Float tensor of an .npy file (f4 or f8, either byte order; f8 is rounded to f32). Throws ScopeError naming `name`. */
export function readNpy(bytes: Uint8Array, name: string): HostTensor {
  const what = `File "${name}"`
  const damaged = 'Save it again with numpy.save'
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) throw badInput(what, 'it is not a .npy file', 'Save the tensor with numpy.save')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const major = bytes[6]
  if (major !== 1 && major !== 2 && major !== 3) throw unsupported(what, `its format version is ${major}`, 'Save it as version 1.0 or 2.0')
  const lengthBytes = major === 1 ? 2 : 4
  const start = 8 + lengthBytes
  if (bytes.length < start) throw badInput(what, 'it ends within its header', damaged)
  const headerLength = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (headerLength > MAX_HEADER || start + headerLength > bytes.length) throw badInput(what, `its header claims ${headerLength} bytes`, damaged)
  const { descr, fortran, shape } = parseHeader(new TextDecoder('latin1').decode(bytes.subarray(start, start + headerLength)), what)
  const kind = /^([<>])f([48])$/.exec(descr)
  if (!kind) throw unsupported(what, `its elements are "${descr}"`, 'Convert it with array.astype("float32")')
  if (fortran && shape.length > 1) throw unsupported(what, 'it is in Fortran order', 'Save it with numpy.ascontiguousarray(array)')
  const width = kind[2] === '4' ? 4 : 8
  const little = kind[1] === '<'
  const count = shape.reduce((product, extent) => product * extent, 1)
  const data = start + headerLength
  // The comparison is with bytes that exist, so a declared shape can never make us allocate more than the file's own size.
  if (count * width !== bytes.length - data)
    throw badInput(what, `its shape (${shape.join(', ')}) needs ${count * width} bytes where it has ${bytes.length - data}`, damaged)
  const values = new Float32Array(count)
  for (let i = 0; i < count; i++) values[i] = width === 4 ? view.getFloat32(data + i * 4, little) : view.getFloat64(data + i * 8, little)
  return { dtype: 'f32', shape, data: values }
}

/** The header is a Python dict literal with exactly three keys, in any order. */
function parseHeader(header: string, what: string): { descr: string; fortran: boolean; shape: number[] } {
  const descr = /'descr'\s*:\s*'([^']{1,16})'/.exec(header)?.[1]
  const order = /'fortran_order'\s*:\s*(True|False)\b/.exec(header)?.[1]
  const shape = /'shape'\s*:\s*\(([\d\s,]{0,400})\)/.exec(header)?.[1]
  if (descr === undefined && header.includes("'descr'")) throw unsupported(what, 'its elements are records', 'Save one float32 array with numpy.save')
  if (descr === undefined || order === undefined || shape === undefined)
    throw badInput(what, 'its header cannot be read', 'Save it again with numpy.save')
  const extents = shape
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== '')
    .map(Number)
  if (extents.length > MAX_RANK || extents.some((n) => !Number.isSafeInteger(n)))
    throw badInput(what, `its shape (${shape.trim()}) is not one of a tensor`, 'Save it again with numpy.save')
  return { descr, fortran: order === 'True', shape: extents }
}

/** An .npy file (format 1.0, '<f4', C order) of a float tensor. */
export function writeNpy(tensor: HostTensor): Uint8Array {
  const shape = tensor.shape.length === 1 ? `${tensor.shape[0]},` : tensor.shape.join(', ')
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`
  // The data begins at a multiple of 64 bytes, and the header ends in a newline.
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10
  const bytes = new Uint8Array(10 + length + tensor.data.length * 4)
  bytes.set(MAGIC)
  bytes[6] = 1
  const view = new DataView(bytes.buffer)
  view.setUint16(8, length, true)
  bytes.set(new TextEncoder().encode(`${dict.padEnd(length - 1)}\n`), 10)
  for (let i = 0; i < tensor.data.length; i++) view.setFloat32(10 + length + i * 4, tensor.data[i] as number, true)
  return bytes
}
