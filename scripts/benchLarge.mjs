// Measures opening a large ONNX file, on the command line and in Chromium through the application itself:
//
//   npm run bench:large -- [--megabytes 500] [--rounds N] [--model FILE]
//
// Prints the time to the layers on the command line, the time from the drop of the file to the first picture of its map,
// and the most memory that each process held, also as a ratio to the file. Memory is read from /proc, so on Linux alone.
// Nothing is asserted.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { firstPicture, idle, startShell } from './benchShell.mjs'
import { buildAll } from './build.mjs'
import { findChromium } from './chromium.mjs'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, megabytes: { type: 'string', default: '500' }, model: { type: 'string' } },
})
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync']
const MIB = 2 ** 20
const POLL_MS = 10

await buildAll({ targets: ['wasm', 'node', 'renderer', 'largeBench'], log: (line) => console.error(line) })
const folder = await mkdtemp(join(tmpdir(), 'shufflescope-bench-'))
const file = values.model ? resolve(values.model) : join(folder, 'large.onnx')
if (!values.model)
  execFileSync(process.execPath, [join(root, 'dist/large-bench/largeOnnx.js'), file, values.megabytes], { stdio: ['ignore', 'ignore', 'inherit'] })
const { size } = await stat(file)

/** A line of /proc/PID/status in bytes; undefined where the process or the system has none. */
async function memory(pid, line) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const found = new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(status)
  return found ? 1024 * Number(found[1]) : undefined
}

/** Follows what processes hold: `most` is the largest sum of their resident memory so far. */
function watch(pids) {
  const watched = { most: 0 }
  const look = async () => {
    const now = await Promise.all(pids.map((pid) => memory(pid, 'VmRSS')))
    watched.most = Math.max(
      watched.most,
      now.reduce((sum, bytes) => sum + (bytes ?? 0), 0),
    )
  }
  const timer = setInterval(() => void look(), POLL_MS)
  return { watched, stop: () => clearInterval(timer) }
}

const text = (bytes) => `${(bytes / MIB).toFixed(0)} MiB (${(bytes / size).toFixed(2)} of the file)`

async function commandLine() {
  const start = performance.now()
  const child = spawn(process.execPath, [join(root, 'dist/node/cli.js'), 'inspect', file, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { watched, stop } = watch([child.pid])
  child.stdout.resume()
  const code = await new Promise((done) => child.once('exit', done))
  stop()
  if (code !== 0) throw new Error(`inspect ended with code ${code}`)
  return { ms: performance.now() - start, most: watched.most }
}

async function inPage(browser, round) {
  const { child, url } = await startShell(join(folder, String(round)))
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })).newPage()
  try {
    await page.goto(url)
    await idle(page)
    const session = await browser.newBrowserCDPSession()
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter((p) => p.type === 'renderer').map((p) => p.id)
    const all = processInfo.map((p) => p.id)
    const groups = [all, ...renderers.map((id) => [id])]
    const held = groups.map(async (pids) => (await Promise.all(pids.map((pid) => memory(pid, 'VmRSS')))).reduce((a, b) => a + (b ?? 0), 0))
    const rest = await Promise.all(held)
    const watches = groups.map(watch)
    const ms = await firstPicture(page, file)
    for (const { stop } of watches) stop()
    const [every, ...each] = watches.map(({ watched }, i) => ({ most: watched.most, rest: rest[i], grown: watched.most - rest[i] }))
    // Chromium keeps a spare one.
    const own = each.toSorted((a, b) => b.grown - a.grown)[0]
    return { ms, ...own, grownAll: every.grown }
  } finally {
    await page.context().close()
    child.kill()
  }
}

const rounds = Number(values.rounds)
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, load ${loadavg()[0].toFixed(1)}`,
)
console.log(`${basename(file)}: ${(size / MIB).toFixed(0)} MiB`)
for (let round = 0; round < rounds; round++) {
  const { ms, most } = await commandLine()
  console.log(`command line: layers after ${ms.toFixed(0)} ms, at most ${text(most)}`)
}
const executablePath = findChromium()
if (executablePath) {
  const { chromium } = await import('playwright')
  for (let round = 0; round < rounds; round++) {
    const browser = await chromium.launch({ executablePath, args: FLAGS })
    const { ms, rest, most, grown, grownAll } = await inPage(browser, round)
    console.log(
      `Chromium ${browser.version()}: first picture after ${ms.toFixed(0)} ms; page's process at most ${text(most)}, of which ${(rest / MIB).toFixed(0)} MiB before; it grew by ${text(grown)}, all processes of the browser by ${text(grownAll)}`,
    )
    await browser.close()
  }
} else console.error('Chromium: none was found, so the page was not measured. Set CHROMIUM to its path')
await rm(folder, { recursive: true, force: true })
