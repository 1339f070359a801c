// Runs the command line from the sources: builds what has changed, then hands over.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildAll } from './build.mjs'

await buildAll({ targets: ['wasm', 'node'], log: (line) => console.error(line) })
const child = spawn(process.execPath, [join(import.meta.dirname, '../dist/node/cli.js'), ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)))
