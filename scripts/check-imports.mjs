// Checks the import directions: data flows one way, nobody imports upward, and there is no cycle.
//
// Each rule: files whose path starts with `from` may import, inside this project, themselves and `to`.
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'

const root = join(import.meta.dirname, '..')
const BASE = 'engine/base/'
const IR = 'engine/ir/'
const OPS = 'engine/ops/'
const MODEL = 'engine/model.ts'
const ENGINE = 'engine/index.ts'
const THREAD = 'engine/thread.ts'
const CONTRACT = 'electron/ipc/contract.ts'
const PAGE_CONTRACT = 'renderer/workers/contract/index.ts'
const STRINGS = 'renderer/app/strings/'
/** Commands, of which the palette and the map of keys are made. */
const COMMANDS = 'renderer/app/command'
const EXPORT = 'renderer/export/'
const REPORT = 'renderer/report/'

const RULES = [
  { from: BASE, to: [] },
  { from: IR, to: [BASE] },
  { from: OPS, to: [BASE, IR] },
  { from: MODEL, to: [BASE, IR] },
  // What a detector does with its input follows from its head.
  { from: 'engine/importers/', to: [BASE, IR, OPS, MODEL, 'engine/zoo/', 'engine/exporters/', 'engine/vision/detect/'] },
  // A format has one home, with its reader.
  { from: 'engine/exporters/', to: [BASE, IR, OPS, MODEL, 'engine/importers/bundle/format.ts', 'engine/importers/safetensors/container.ts'] },
  { from: 'engine/zoo/', to: [BASE, IR, OPS, MODEL] },
  { from: 'engine/passes/', to: [BASE, IR, OPS] },
  { from: 'engine/cost/', to: [BASE, IR, OPS] },
  { from: 'engine/flow/', to: [BASE, IR, OPS] },
  { from: 'engine/compare/', to: [BASE, IR, OPS, 'engine/flow/'] },
  { from: 'engine/plan/', to: [BASE, IR, OPS, 'engine/cost/'] },
  // What the paper prints beside what its networks count and plan to.
  { from: 'engine/paper/', to: [BASE, IR, OPS, 'engine/zoo/', 'engine/passes/', 'engine/cost/', 'engine/plan/'] },
  { from: 'engine/trace/', to: [BASE, IR] },
  // Steps of another engine's profile are given the work of the ops that they compute.
  { from: 'engine/trace/foreign/', to: [BASE, IR, OPS, 'engine/trace/'] },
  { from: 'engine/vision/', to: [BASE, IR, MODEL] },
  { from: 'engine/kernels/', to: [OPS] },
  { from: 'engine/session/', to: [BASE, IR, OPS, 'engine/plan/', 'engine/kernels/', 'engine/trace/'] },
  // Names of what passes make of a model.
  { from: 'engine/variant.ts', to: [IR, MODEL, 'engine/passes/'] },
  { from: THREAD, to: ['engine/session/'] },
  { from: ENGINE, to: ['engine/'] },
  { from: 'electron/ipc/', to: [ENGINE] },
  { from: 'electron/device/', to: [ENGINE] },
  // What host and device say to each other has one home, and so has the reading of the kernel's files.
  { from: 'electron/remote/', to: [ENGINE, 'electron/device/'] },
  { from: 'electron/services/', to: [ENGINE, THREAD, CONTRACT, 'electron/ipc/dispatch.ts', 'electron/remote/'] },
  { from: 'electron/main/', to: [ENGINE, 'electron/services/', 'electron/ipc/'] },
  { from: 'electron/browser/', to: [ENGINE, 'electron/services/', 'electron/ipc/'] },
  { from: 'electron/preload/', to: ['electron/ipc/'] },
  { from: 'electron/cli/', to: [ENGINE, CONTRACT, 'electron/services/', REPORT] },
  { from: 'renderer/charts/kit/', to: [ENGINE] },
  { from: 'renderer/charts/', to: [ENGINE, PAGE_CONTRACT] },
  { from: 'renderer/workers/', to: [ENGINE, THREAD, REPORT] },
  // A layout that is slow enough for a worker stays with its chart.
  { from: 'renderer/workers/layout', to: ['renderer/charts/network/'] },
  { from: EXPORT, to: [ENGINE] },
  // The report is made of the same pure layouts and words as the page, and nothing of it needs a page: so the command line may import it, and it alone.
  {
    from: REPORT,
    to: [
      ENGINE,
      STRINGS,
      EXPORT,
      'renderer/app/styles/tokens.css',
      'renderer/charts/',
      'renderer/store/rates.ts',
      'renderer/views/costs/reconcile.ts',
      'renderer/views/costs/reconcileText.ts',
      'renderer/views/explore/mapData.ts',
      'renderer/views/mixing/mixingData.ts',
      'renderer/workers/',
    ],
  },
  { from: 'renderer/ui/', to: [ENGINE, STRINGS, EXPORT] },
  // Where the map is looked at is part of the view; what such a place is, the map says.
  {
    from: 'renderer/store/',
    to: [ENGINE, CONTRACT, 'renderer/app/bridge.ts', STRINGS, EXPORT, 'renderer/workers/', 'renderer/charts/network/place.ts'],
  },
  { from: COMMANDS, to: [ENGINE, CONTRACT, STRINGS, EXPORT, PAGE_CONTRACT, 'renderer/store/'] },
  {
    from: 'renderer/views/',
    to: [ENGINE, CONTRACT, STRINGS, COMMANDS, PAGE_CONTRACT, 'renderer/store/', 'renderer/charts/', 'renderer/ui/', EXPORT],
  },
  { from: 'renderer/app/', to: [ENGINE, CONTRACT, 'electron/ipc/', 'renderer/'] },
]

/** Node's own modules and Electron are for these alone. */
const NODE_ALLOWED = ['electron/', 'test/', 'scripts/']
const ELECTRON_ALLOWED = ['electron/main/', 'electron/preload/', 'electron/ipc/exposeElectron.ts', 'electron/ipc/handleElectron.ts', 'test/']

const IMPORT =
  /^\s*import\s+['"](?<bare>[^'"]+)['"]|^\s*(?:import|export)\s(?<what>[^'";=()]*?)\sfrom\s+['"](?<path>[^'"]+)['"]|import\(\s*['"](?<lazy>[^'"]+)['"]\s*\)/gm

async function sources() {
  const found = []
  for (const top of ['engine', 'electron', 'renderer'])
    for (const entry of await readdir(join(root, top), { recursive: true, withFileTypes: true })) {
      const path = relative(root, join(entry.parentPath, entry.name))
      const kernel = path.endsWith('kernel.ts') || path.startsWith('engine/kernels/inline/') || path === 'engine/kernels/entry.ts'
      if (entry.isFile() && /\.tsx?$/.test(path) && !kernel) found.push(path)
    }
  return found
}

function importsOf(text, file) {
  return [...text.matchAll(IMPORT)].map(({ groups }) => {
    const path = groups.bare ?? groups.path ?? groups.lazy
    const local = path.startsWith('.')
    return {
      path: local ? relative(root, resolve(root, dirname(file), path)) : path,
      local,
      typeOnly: /^type\s/.test(groups.what ?? ''),
      lazy: groups.lazy !== undefined,
    }
  })
}

/** The most specific rule for a file. */
const ruleOf = (file) => RULES.filter((r) => file.startsWith(r.from)).sort((a, b) => b.from.length - a.from.length)[0]

/** One cycle among imports that run when a module loads, or undefined. */
function findCycle(graph) {
  const state = new Map()
  const visit = (file, trail) => {
    if (state.get(file) === 'done') return undefined
    if (state.get(file) === 'open') return [...trail.slice(trail.indexOf(file)), file]
    state.set(file, 'open')
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...trail, file])
      if (cycle) return cycle
    }
    state.set(file, 'done')
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file, [])
    if (cycle) return cycle
  }
  return undefined
}

const problems = []
const graph = new Map()
const files = await sources()
for (const file of files) {
  const rule = ruleOf(file)
  if (!rule) problems.push(`${file}: no rule says what it may import`)
  const imports = importsOf(await readFile(join(root, file), 'utf8'), file)
  graph.set(
    file,
    imports.filter((i) => i.local && !i.typeOnly && !i.lazy && /\.tsx?$/.test(i.path)).map((i) => i.path),
  )
  for (const { path, local } of imports) {
    if (local && rule && ![rule.from, ...rule.to].some((p) => path.startsWith(p)) && !/\.(css|json)$|\?url$/.test(path))
      problems.push(`${file} may not import ${path}`)
    if (!local && path.startsWith('node:') && !NODE_ALLOWED.some((p) => file.startsWith(p)))
      problems.push(`${file} may not import ${path}: it runs in the page`)
    if (path === 'electron' && !ELECTRON_ALLOWED.some((p) => file.startsWith(p))) problems.push(`${file} may not import electron`)
  }
}
const cycle = findCycle(graph)
if (cycle) problems.push(`cycle: ${cycle.join(' -> ')}`)
for (const problem of problems) console.error(problem)
console.error(`${files.length} files, ${problems.length} problems with imports`)
if (problems.length > 0) process.exit(1)
