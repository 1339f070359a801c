/** The legacy format of torch.save: five pickles, then raw storages. Source: torch/serialization.py, _legacy_load. */
import { unsupported } from '../../base/errors.ts'
import { ByteReader } from './reader.ts'
import { ELEMENTS, shorten } from './state.ts'
import { unpickle } from './unpickler.ts'
import { damaged, PickleDict, PickleList, type Storage, type Value } from './values.ts'

/** The first pickle: protocol 2, a ten-byte integer, stop. */
const MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]

export function isLegacy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte)
}

/** The object that was saved, and the bytes of each storage by key. */
export interface Archive {
  readonly root: Value
  storage(storage: Storage): Uint8Array
}

/** Throws ScopeError where the file is cut, asks for other globals, or declares storages larger than itself. */
export function openLegacy(bytes: Uint8Array): Archive {
  const reader = new ByteReader(bytes)
  reader.take(MAGIC.length)
  if (unpickle(reader) !== 1001)
    throw unsupported('PyTorch checkpoint', 'its legacy format has another version than 1001', 'Save it again with a current PyTorch')
  const system = unpickle(reader)
  if (system instanceof PickleDict && system.entries.get('little_endian') === false)
    throw unsupported('PyTorch checkpoint', 'it was written on a big-endian machine', 'Save it again on a little-endian one')
  const named = new Map<string, Storage>()
  const root = unpickle(reader, { onStorage: (storage) => named.set(storage.key, storage) })
  const keys = unpickle(reader)
  if (!(keys instanceof PickleList)) throw damaged('its list of storages is missing')
  const stored = new Map<string, Uint8Array>()
  for (const key of keys.items) {
    // A storage's length in bytes follows from the element type, which only the pickle knows.
    const storage = typeof key === 'string' ? named.get(key) : undefined
    if (!storage) throw damaged('it stores something that no tensor names')
    const size = reader.u64()
    if (size !== storage.size) throw damaged(`a storage holds ${size} elements where ${storage.size} are declared`)
    stored.set(storage.key, reader.take(size * ELEMENTS[storage.element].bytes))
  }
  return {
    root,
    storage({ key }) {
      const found = stored.get(key)
      if (!found) throw damaged(`storage "${shorten(key, 40)}" is named and not stored`)
      return found
    },
  }
}
