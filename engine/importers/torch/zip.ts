/** The zip format of torch.save and torch.jit.save: data.pkl and one entry per storage. Source: torch/serialization.py, _save. */
import { badInput, unsupported } from '../../base/errors.ts'
import { type Entries, readEntries } from './entries.ts'
import type { Archive } from './legacy.ts'
import { globalOfProgram } from './program.ts'
import { ByteReader } from './reader.ts'
import { ELEMENTS, shorten } from './state.ts'
import { unpickle } from './unpickler.ts'
import { damaged, type Storage } from './values.ts'

const PICKLE = 'data.pkl'

/** As `openEntries`, for the file itself. */
export function openZip(bytes: Uint8Array): Archive {
  return openEntries(readEntries(bytes))
}

/** Throws ScopeError where the archive is damaged, is not of PyTorch, asks for other globals, or would inflate without measure. */
export function openEntries(entries: Entries): Archive {
  const pickle = entries.names.find((name) => name === PICKLE || name.endsWith(`/${PICKLE}`))
  if (pickle === undefined)
    throw badInput(
      'Zip archive',
      `it has no ${PICKLE}, as torch.save writes it, among its entries (${listed(entries.names)})`,
      'If a model file lies inside, unpack it first',
    )
  const folder = pickle.slice(0, -PICKLE.length)
  refuseBigEndian(entries, folder)
  const root = unpickle(new ByteReader(entries.get(pickle) ?? new Uint8Array()), isProgram(entries, folder) ? { globals: globalOfProgram } : {})
  return {
    root,
    storage({ key, element, size }: Storage) {
      const found = entries.get(`${folder}data/${key}`)
      if (!found) throw damaged(`storage "${shorten(key, 40)}" is named and not stored`)
      if (found.length < size * ELEMENTS[element].bytes) throw damaged(`storage "${shorten(key, 40)}" is shorter than its ${size} elements`)
      return found
    },
  }
}

/** Archives say how their machine orders bytes; older ones say nothing, and were written on little-endian ones. */
export function refuseBigEndian(entries: Entries, folder: string): void {
  if (text(entries.get(`${folder}byteorder`)) === 'big')
    throw unsupported('PyTorch checkpoint', 'it was written on a big-endian machine', 'Save it again on a little-endian one')
}

/** Only torch.jit.save writes the constants of its code. */
function isProgram(entries: Entries, folder: string): boolean {
  return entries.has(`${folder}constants.pkl`)
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
    : 'there are none'
}
