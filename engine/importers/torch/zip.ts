/** The zip format of torch.save: data.pkl and one entry per storage. Source: torch/serialization.py, _save. */
import { type Unzipped, unzipSync } from 'fflate'
import { badInput, unsupported } from '../../base/errors.ts'
import type { Archive } from './legacy.ts'
import { ByteReader } from './reader.ts'
import { ELEMENTS, shorten } from './state.ts'
import { unpickle } from './unpickler.ts'
import { damaged, type Storage } from './values.ts'

/** torch.save stores its entries uncompressed; archives packed again by other tools stay far below this. */
const MAX_INFLATED = 512 * 2 ** 20
/** Deflate cannot do better than this. */
const MAX_RATIO = 1032
const MAX_ENTRIES = 100_000

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04
}

/** Throws ScopeError where the archive is damaged, is not torch.save's, asks for other globals, or would inflate without measure. */
export function openZip(bytes: Uint8Array): Archive {
  const entries = unzip(bytes)
  const pickle = Object.keys(entries).find((name) => name === 'data.pkl' || name.endsWith('/data.pkl'))
  if (pickle === undefined)
    throw badInput(
      'Zip archive',
      `it has no data.pkl, as torch.save writes it, among its entries (${listed(Object.keys(entries))})`,
      'If a model file lies inside, unpack it first',
    )
  const folder = pickle.slice(0, -'data.pkl'.length)
  if (Object.hasOwn(entries, `${folder}constants.pkl`))
    throw unsupported('PyTorch checkpoint', 'it is a TorchScript program', 'Save the state dict instead, or export the model to ONNX')
  if (text(entries[`${folder}byteorder`]) === 'big')
    throw unsupported('PyTorch checkpoint', 'it was written on a big-endian machine', 'Save it again on a little-endian one')
  const root = unpickle(new ByteReader(entries[pickle] ?? new Uint8Array()))
  return {
    root,
    storage({ key, element, size }: Storage) {
      const name = `${folder}data/${key}`
      const found = Object.hasOwn(entries, name) ? entries[name] : undefined
      if (!found) throw damaged(`storage "${shorten(key, 40)}" is named and not stored`)
      if (found.length < size * ELEMENTS[element].bytes) throw damaged(`storage "${shorten(key, 40)}" is shorter than its ${size} elements`)
      return found
    },
  }
}

function unzip(bytes: Uint8Array): Unzipped {
  let total = 0
  let count = 0
  try {
    return unzipSync(bytes, {
      filter: ({ name, size, originalSize, compression }) => {
        // A zip64 directory may claim billions of entries that are not there; the reader would visit each.
        if (++count > MAX_ENTRIES) throw damaged(`its zip archive declares more than ${MAX_ENTRIES} entries`)
        if (!/(^|\/)(data\.pkl|constants\.pkl|byteorder|data\/[^/]+)$/.test(name)) return false
        // Sizes come from the archive's directory, so they are judged before anything is allocated.
        const possible = compression === 0 ? size : size * MAX_RATIO
        total += Math.max(originalSize, size)
        if (originalSize > possible || size > bytes.length || total > Math.max(MAX_INFLATED, bytes.length))
          throw damaged(`entry "${shorten(name, 60)}" declares ${originalSize} bytes, more than such an archive can hold`)
        return true
      },
    })
  } catch (thrown) {
    // fflate throws plain errors with a code for damaged archives.
    if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number')
      throw damaged(`its zip archive cannot be read (${thrown.message})`)
    throw thrown
  }
}

function text(bytes: Uint8Array | undefined): string {
  return bytes ? new TextDecoder().decode(bytes.subarray(0, 16)).trim() : ''
}

function listed(names: readonly string[]): string {
  return names.length
    ? names
        .slice(0, 5)
        .map((n) => shorten(n, 40))
        .join(', ')
    : 'none that is known'
}
