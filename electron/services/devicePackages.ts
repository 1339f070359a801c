/** What is fetched from npm to be pushed to devices: Node's own builds, and onnxruntime's. Kept in the user's data folder. */
import { unsupported } from '../../engine/index.ts'
import type { Packages } from './devices.ts'

export function devicePackages(_userData: string): Packages {
  return {
    node: (arch) =>
      Promise.reject(
        unsupported('Node for the device', `there is no build for ${arch}`, 'Install Node 20 or newer there, or give a binary with --node'),
      ),
    ort: (arch) => Promise.reject(unsupported('onnxruntime for the device', `there is no build for ${arch}`, 'Use --backend wasm')),
  }
}
