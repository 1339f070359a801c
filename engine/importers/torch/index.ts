/** PyTorch checkpoints: legacy pickles and zip archives that hold a state dict of a known layout. */
import { unsupported } from '../../base/errors.ts'
import type { Model } from '../../model.ts'
import type { Importer, ModelFile, OpenOptions } from '../importer.ts'
import { openState } from './layouts/index.ts'
import { isLegacy, openLegacy } from './legacy.ts'
import { stateDictOf } from './stateDict.ts'
import { isZip, openZip } from './zip.ts'

/** A pickle of protocol 2 to 5, whoever wrote it. */
function isPickle([first, protocol = 0]: Uint8Array): boolean {
  return first === 0x80 && protocol >= 2 && protocol <= 5
}

export const importer: Importer = {
  name: 'PyTorch checkpoint',

  match: ({ bytes }) => isZip(bytes) || isPickle(bytes),

  open({ bytes, name }: ModelFile, options: OpenOptions): Model {
    if (!isZip(bytes) && !isLegacy(bytes))
      throw unsupported('Pickle', 'it was not written by torch.save', 'Save the state dict with torch.save(model.state_dict(), path)')
    const archive = isZip(bytes) ? openZip(bytes) : openLegacy(bytes)
    return openState(stateDictOf(archive), { ...options, file: name, format: 'torch' })
  },
}
