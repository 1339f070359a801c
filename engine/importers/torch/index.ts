/** PyTorch files that hold the weights of a known layout: checkpoints (legacy pickles and zip archives), TorchScript programs, torch.export archives. */
import { unsupported } from '../../base/errors.ts'
import type { Model } from '../../model.ts'
import type { Importer, ModelFile, OpenOptions } from '../importer.ts'
import { isZip, readEntries } from './entries.ts'
import { isExported, stateOfExported } from './exported.ts'
import { openState } from './layouts/index.ts'
import { isLegacy, openLegacy } from './legacy.ts'
import { stateDictOf } from './stateDict.ts'
import { PickleObject } from './values.ts'
import { openEntries } from './zip.ts'

/** A pickle of protocol 2 to 5, whoever wrote it. */
function isPickle([first, protocol = 0]: Uint8Array): boolean {
  return first === 0x80 && protocol >= 2 && protocol <= 5
}

export const importer: Importer = {
  name: 'PyTorch checkpoint',

  match: ({ bytes }) => isZip(bytes) || isPickle(bytes),

  open({ bytes, name, owned = false }: ModelFile, options: OpenOptions): Model {
    const about = { ...options, file: name, format: 'torch' }
    if (isZip(bytes)) {
      const entries = readEntries(bytes)
      if (isExported(entries)) return openState(stateOfExported(entries, owned), { ...about, what: 'torch.export archive' })
      const archive = openEntries(entries)
      const what = archive.root instanceof PickleObject ? 'TorchScript program' : undefined
      return openState(stateDictOf(archive, owned), what ? { ...about, what } : about)
    }
    if (!isLegacy(bytes))
      throw unsupported('Pickle', 'it was not written by torch.save', 'Save the state dict with torch.save(model.state_dict(), path)')
    return openState(stateDictOf(openLegacy(bytes), owned), about)
  },
}
