// Measures the network map with a graph of 5,000 nodes, in Chromium, through the application itself:
//
//   npm run bench:map -- [--rounds N] [--model FILE] [--window 1440x900]
//
// Prints the time from the drop of the file to the first picture of its map, and the times between frames (p50, p95,
// worst) while the map is panned and zoomed by mouse at each level of detail. Times are printed, never asserted.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { firstPicture, idle, startShell } from './benchShell.mjs'
import { buildAll } from './build.mjs'
import { findChromium } from './chromium.mjs'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, model: { type: 'string' }, window: { type: 'string', default: '1440x900' } },
})
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync']
/** Moves of a gesture, and pixels of each. */
const MOVES = 90
const STEP = 7

await buildAll({ targets: ['wasm', 'node', 'renderer', 'mapBench'], log: (line) => console.error(line) })
const executablePath = findChromium()
if (!executablePath) {
  console.error('error: Chromium: none was found. Install Chromium or Chrome, or set CHROMIUM to its path')
  process.exit(1)
}
const { chromium } = await import('playwright')
const [width, height] = values.window.split('x').map(Number)
const file = values.model ? resolve(values.model) : join(root, 'test-results/large.safetensors')
if (!values.model) {
  await mkdir(join(root, 'test-results'), { recursive: true })
  execFileSync(process.execPath, [join(root, 'dist/map-bench/mapModel.js'), file], { stdio: ['ignore', 'ignore', 'inherit'] })
}
const folder = await mkdtemp(join(tmpdir(), 'shufflescope-bench-'))
const browser = await chromium.launch({ executablePath, args: FLAGS })

/** Times between frames, in ms, while `gesture` runs. */
async function frames(page, gesture) {
  await page.evaluate(() => {
    const times = []
    let last
    window.framesRunning = true
    window.framesDone = new Promise((done) => {
      requestAnimationFrame(function next(now) {
        if (last !== undefined) times.push(now - last)
        last = now
        if (window.framesRunning) requestAnimationFrame(next)
        else done(times)
      })
    })
  })
  await gesture()
  return page.evaluate(() => {
    window.framesRunning = false
    return window.framesDone
  })
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

async function pan(page, box) {
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  for (let i = 0; i < MOVES; i++) {
    const way = i < MOVES / 2 ? i : MOVES - i
    await page.mouse.move(box.x + box.width / 2 - way * STEP, box.y + box.height / 2 - way * STEP * 0.6)
    await pause(4)
  }
  await page.mouse.up()
}

async function zoom(page, box, direction, steps) {
  await page.mouse.move(box.x + box.width * 0.42, box.y + box.height * 0.45)
  for (let i = 0; i < steps; i++) {
    await page.mouse.wheel(0, direction * -40)
    await pause(8)
  }
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
const measured = new Map()
const note = (what, times) => measured.set(what, [...(measured.get(what) ?? []), ...times])
const pictures = []
const level = (page) => page.locator('.zoom-map').evaluate((e) => e.className.replace(/.*is-/, ''))

for (let round = 0; round < Number(values.rounds); round++) {
  const { child, url } = await startShell(join(folder, String(round)))
  const page = await (await browser.newContext({ viewport: { width, height }, locale: 'en-US' })).newPage()
  await page.goto(url)
  await idle(page)
  pictures.push(await firstPicture(page, file))
  await idle(page)
  const box = await page.locator('.zoom-map').boundingBox()
  // In through all levels and out again, resting at each to pan.
  note(`pan, ${await level(page)}`, await frames(page, () => pan(page, box)))
  let steps = 0
  for (const target of ['units', 'ops']) {
    const start = steps
    note(
      `zoom in, to ${target}`,
      await frames(page, async () => {
        while ((await level(page)) !== target && steps - start < 400) {
          await zoom(page, box, 1, 4)
          steps += 4
        }
        await zoom(page, box, 1, 12)
        steps += 12
      }),
    )
    await idle(page)
    note(`pan, ${target}`, await frames(page, () => pan(page, box)))
    await idle(page)
  }
  note('zoom out, to stages', await frames(page, () => zoom(page, box, -1, steps)))
  await page.context().close()
  child.kill()
}

const nodes = values.model ? basename(file) : '5,000 nodes'
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Chromium ${browser.version()} without GPU, window ${values.window}, load ${loadavg()[0].toFixed(1)}`,
)
console.log(`${nodes}: first picture after ${pictures.map((ms) => ms.toFixed(0)).join(', ')} ms`)
console.log('| between frames, ms | frames | p50 | p95 | worst |')
console.log('| --- | ---: | ---: | ---: | ---: |')
for (const [what, times] of measured) {
  const sorted = times.toSorted((a, b) => a - b)
  console.log(
    `| ${what} | ${sorted.length} | ${[quantile(sorted, 0.5), quantile(sorted, 0.95), sorted.at(-1)].map((t) => t.toFixed(1)).join(' | ')} |`,
  )
}
await browser.close()
await rm(folder, { recursive: true, force: true })
