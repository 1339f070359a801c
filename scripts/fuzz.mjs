// Opens and runs mutated copies of model and image files: `npm run fuzz -- [--count 10000] [--from 0] [--only PATTERN]`.
//
// A finding is an untyped error, more than 5 s for one file, more than 1 GB of memory, or a process that dies.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildAll } from './build.mjs'

const SILENCE_MS = 5000
const MAX_RSS = 1e9
/** Fresh processes now and then, so that one file's memory is not another's. */
const BATCH = 500

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, from: { type: 'string', default: '0' }, only: { type: 'string', default: '' } },
})
await buildAll({ targets: ['wasm', 'node', 'fuzz'], log: (line) => console.error(line) })

const findings = []
const totals = { result: 0, error: 0 }
let slowest = { ms: 0 }
let largest = { rss: 0 }

/** Resolves to the seed to go on with. */
function batch(from, to) {
  return new Promise((resolve) => {
    const child = fork(join(import.meta.dirname, '../dist/fuzz/child.js'), ['--from', String(from), '--to', String(to), '--only', values.only], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    let current = { seed: from, name: 'start' }
    let done = from
    let timer
    const watch = () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        findings.push({ ...current, what: `no answer within ${SILENCE_MS} ms` })
        child.kill('SIGKILL')
      }, SILENCE_MS)
    }
    child.on('message', (message) => {
      if ('begin' in message) {
        current = { seed: message.begin, name: message.name }
        watch()
        return
      }
      clearTimeout(timer)
      done = message.seed + 1
      if (message.outcome in totals) totals[message.outcome]++
      else findings.push({ seed: message.seed, name: message.name, what: message.outcome })
      if (message.ms > slowest.ms) slowest = message
      if (message.rss > largest.rss) largest = message
      if (message.rss > MAX_RSS) findings.push({ seed: message.seed, name: message.name, what: `${Math.round(message.rss / 1e6)} MB resident` })
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      const early = done < to
      if (early && signal !== 'SIGKILL') findings.push({ ...current, what: `process ended with ${signal ?? code}` })
      resolve(early ? Math.max(done, current.seed) + 1 : to)
    })
  })
}

const first = Number(values.from)
const end = first + Number(values.count)
for (let at = first; at < end; ) {
  at = await batch(at, Math.min(end, at + BATCH))
  console.error(`${at - first} of ${end - first}: ${totals.result} results, ${totals.error} typed errors, ${findings.length} findings`)
}
for (const f of findings) console.log(`seed ${f.seed} (${f.name}): ${f.what}`)
console.log(
  `${totals.result} results, ${totals.error} typed errors, ${findings.length} findings; slowest ${slowest.ms.toFixed(0)} ms (${slowest.name}), largest ${Math.round(largest.rss / 1e6)} MB (${largest.name})`,
)
process.exit(findings.length > 0 ? 5 : 0)
