/** What is fetched from npm to be pushed to devices: Node's own builds, and onnxruntime's. Kept in the user's data folder. */
import { readdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { unsupported } from '../../engine/index.ts'
import { nodeMachine, obtainNode, obtainPackage, type PinnedPackage, printable } from '../remote/index.ts'
import type { Packages } from './devices.ts'

const MEGABYTE = 2 ** 20
const VERSION = '1.30.0'
/** Its native part for Linux on ARM is in the package itself. */
const ORT: PinnedPackage = {
  name: 'onnxruntime-node',
  version: VERSION,
  integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
  maxBytes: 500 * MEGABYTE,
}
const COMMON: PinnedPackage = {
  name: 'onnxruntime-common',
  version: VERSION,
  integrity: 'sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==',
  maxBytes: 50 * MEGABYTE,
}
/** By what uname -m says: Node's own name of the architecture. */
const ORT_ARCHITECTURES: Readonly<Record<string, string>> = { aarch64: 'arm64', arm64: 'arm64', x86_64: 'x64' }

/** Throws ScopeError as `obtainPackage` does, and `unsupported` where there is no build. */
export function devicePackages(userData: string): Packages {
  const cacheFolder = join(userData, 'packages')
  return {
    node(arch, file, signal) {
      const cancel = signal && { signal }
      // A file of the user's is checked against what ARM needs; for others it is taken as it is.
      if (file !== null && !nodeMachine(arch)) return Promise.resolve(file)
      return obtainNode(arch, { cacheFolder, ...cancel, ...(file !== null && { file }) })
    },
    async ort(arch, signal) {
      const name = ORT_ARCHITECTURES[arch]
      if (!name) throw unsupported('onnxruntime for the device', `it has no build for "${printable(arch, 40)}"`, 'Use --backend wasm')
      const options = { cacheFolder, ...(signal && { signal }) }
      const native = `bin/napi-v6/linux/${name}/`
      const isProgram = (path: string): boolean => /^(package\.json|dist\/.*\.js)$/.test(path)
      const node = await obtainPackage(
        ORT,
        (path) => isProgram(path) || path.startsWith('bin/napi-v6/linux/arm64/') || path.startsWith('bin/napi-v6/linux/x64/'),
        options,
      )
      const common = await obtainPackage(COMMON, (path) => isProgram(path) || /^dist\/(cjs|esm)\//.test(path), options)
      return [
        ...(await filesOf(node, 'node_modules/onnxruntime-node', (path) => isProgram(path) || path.startsWith(native))),
        ...(await filesOf(common, 'node_modules/onnxruntime-common', (path) => path === 'package.json' || /^dist\/cjs\/.*\.(js|json)$/.test(path))),
      ]
    },
  }
}

async function filesOf(folder: string, as: string, wanted: (path: string) => boolean): Promise<{ name: string; data: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => wanted(path.replaceAll('\\', '/')))
    .sort()
    .map((path) => ({ name: posix.join(as, path.replaceAll('\\', '/')), data: join(folder, path) }))
}
