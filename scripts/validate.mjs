// Accuracy by our engine: `npm run validate -- MODEL FOLDER_OR_TAR`; the folder (or the tar's one folder) has a subfolder per class.
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildAll } from './build.mjs'

const [model, data] = process.argv.slice(2)
await buildAll({ targets: ['wasm', 'node', 'validate'], log: (line) => console.error(line) })
let folder = data
let unpacked
if (data && (await stat(data)).isFile()) {
  unpacked = await mkdtemp(join(tmpdir(), 'shufflescope-photos-'))
  const { status } = spawnSync('tar', ['-xf', data, '-C', unpacked], { stdio: 'inherit' })
  if (status !== 0) process.exit(3)
  const [only, ...others] = await readdir(unpacked)
  folder = only && others.length === 0 ? join(unpacked, only) : unpacked
}
const { status } = spawnSync(process.execPath, [join(import.meta.dirname, '../dist/validate/validate.js'), ...[model, folder].filter(Boolean)], {
  stdio: 'inherit',
})
if (unpacked) await rm(unpacked, { recursive: true, force: true })
process.exit(status ?? 1)
