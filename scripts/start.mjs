// Opens ShuffleScope: in Electron where its program is here or can be had, else in the user's browser.
//
//   npm start [-- [--browser] [--no-open] [--port N] [FILE ...]]
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildAll } from './build.mjs'
import { electronHindrance, installElectron, installedElectron } from './electron.mjs'

const root = join(import.meta.dirname, '..')
/** An Electron that ends with an error this soon never showed a window. */
const EARLY_MS = 10_000

const options = readOptions()
const log = (line) => process.stderr.write(`${line}\n`)

await buildAll({ targets: ['wasm', 'renderer'], log })
process.exitCode = (await startElectron()) ?? (await startBrowser())

/** Exit code, or undefined where Electron is not wanted or not to be had. */
async function startElectron() {
  if (options.browser) return undefined
  const found = await findElectron()
  if ('why' in found) {
    log(`Electron cannot be used: ${found.why}. ShuffleScope runs in your browser instead.`)
    return undefined
  }
  await buildAll({ targets: ['electron'], log })
  const started = performance.now()
  const code = await run(found.path, [root, ...options.files])
  if (code === 0 || performance.now() - started > EARLY_MS) return code
  log(`Electron ended with code ${code} before it opened. ShuffleScope runs in your browser instead.`)
  return undefined
}

async function findElectron() {
  const hindrance = electronHindrance({ platform: process.platform, environment: process.env, root: process.getuid?.() === 0 })
  if (hindrance) return { why: hindrance }
  const folder = join(root, 'node_modules/electron')
  const path = installedElectron(folder)
  return path ? { path } : installElectron(folder, { log })
}

async function startBrowser() {
  await buildAll({ targets: ['node'], log })
  const args = [...(options.open ? [] : ['--no-open']), ...(options.port === undefined ? [] : ['--port', options.port])]
  if (options.files.length > 0) log('In the browser, open files by dropping them on the page.')
  return run(process.execPath, [join(root, 'dist/node/browser.js'), ...args])
}

/** Runs a program to its end with our own input and output; signals go to it. */
function run(command, args) {
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: 'inherit' })
    const pass = (signal) => child.kill(signal)
    // A terminal sends Ctrl-C to the whole group; this keeps us until the program has ended.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass)
    child.once('error', (error) => {
      log(`error: ${command}: ${error.message}. Run npm ci again`)
      done(1)
    })
    child.once('exit', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM']) process.off(name, pass)
      done(signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : (code ?? 1))
    })
  })
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { browser: { type: 'boolean', default: false }, 'no-open': { type: 'boolean', default: false }, port: { type: 'string' } },
    })
    // Options of the browser shell ask for it.
    const browser = values.browser || values['no-open'] || values.port !== undefined
    return { browser, open: !values['no-open'], port: values.port, files: positionals.map((file) => resolve(file)) }
  } catch (error) {
    process.stderr.write(`error: start: ${error.message}. Options: --browser, --no-open, --port N, and files to open\n`)
    process.exit(2)
  }
}
