// `npm test`: types, lint, import directions, then every suite. Extra arguments go to Vitest (file names, -t PATTERN).
//
// The last line is "N passed, N failed" (", N skipped" where something was); what was skipped is listed before it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ensureChromium } from './chromium.mjs'
import { installDebian } from './debian.mjs'

const root = join(import.meta.dirname, '..')
const extra = process.argv.slice(2)

function run(title, file, args) {
  const start = performance.now()
  const { status, error } = spawnSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: 'inherit' })
  if (error) console.error(error.message)
  console.error(`${title}: ${status === 0 ? 'ok' : 'failed'} (${((performance.now() - start) / 1000).toFixed(0)} s)`)
  return status === 0
}

await ensureChromium()
if (!existsSync('/usr/share/libonnx-testdata')) installDebian('libonnx-testdata', 'the node tests of the ONNX project')
if (!existsSync('/usr/share/darknet/data/dog.jpg')) installDebian('darknet', 'a photo with known objects')
const checks =
  extra.length > 0 ||
  [
    run('types', 'node_modules/typescript/bin/tsc', ['-p', '.']),
    run('lint', 'node_modules/@biomejs/biome/bin/biome', ['check', '.', '--diagnostic-level=error']),
    run('imports', 'scripts/check-imports.mjs', []),
  ].every(Boolean)

const folder = await mkdtemp(join(tmpdir(), 'shufflescope-test-'))
const report = join(folder, 'report.json')
const suites = run('suites', 'node_modules/vitest/vitest.mjs', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...extra,
])
let passed = 0
let failed = 0
const skipped = []
try {
  const { testResults } = JSON.parse(await readFile(report, 'utf8'))
  for (const file of testResults) {
    // A file that does not even load has no tests to count.
    if (file.status === 'failed' && file.assertionResults.length === 0) failed++
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++
      else if (test.status === 'failed') failed++
      else skipped.push(`${relative(root, file.name)}: ${test.fullName}`)
    }
  }
} catch {
  failed++
}
await rm(folder, { recursive: true, force: true })
if (!checks || (!suites && failed === 0)) failed++
if (skipped.length > 0) console.log(`\nskipped, with the reason in the title:\n${skipped.map((s) => `  ${s}`).join('\n')}`)
console.log(`\n${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
process.exit(failed > 0 ? 1 : 0)
