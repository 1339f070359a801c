// Builds what has changed: kernels, command line and servers for Node, Electron's main and preload, the page.
//
//   node scripts/build.mjs [wasm|node|electron|renderer ...] [--force] [--quiet]
//
// A target is skipped when the hash of its inputs is the one of its last build.
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { buildWasm } from './wasm.mjs'

const root = join(import.meta.dirname, '..')
const COMMON = ['package-lock.json', 'scripts/build.mjs', 'tsconfig.json']

/** Packages that become part of the bundles. */
const SMALL_PARTS = ['zod', 'commander', 'fflate']

/** One ECMAScript file per entry; other packages stay imports. */
async function buildForNode(input, outDir, options = {}) {
  const { build } = await import('vite')
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: true,
      outDir: join(root, outDir),
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      rolldownOptions: {
        input,
        // How long plugins take is nothing that a user can act on.
        checks: { pluginTimings: false },
        external: ['electron'],
        output: { format: options.format ?? 'es', entryFileNames: options.names ?? '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
    // Hundreds of small modules take longer to load than a model to open.
    ssr: { noExternal: options.inline ? true : SMALL_PARTS },
  })
}

const TARGETS = {
  wasm: {
    inputs: ['engine/kernels', 'engine/ops', 'scripts/wasm.mjs', 'scripts/strips.mjs'],
    only: (path) => !path.startsWith('engine/') || path.endsWith('kernel.ts') || path.startsWith('engine/kernels/'),
    run: () => buildWasm(),
  },
  node: {
    // The report is made of the page's own layouts.
    inputs: ['engine', 'electron', 'renderer', 'assets/paper'],
    run: () =>
      buildForNode(
        {
          cli: join(root, 'electron/cli/main.ts'),
          browser: join(root, 'electron/browser/index.ts'),
          poolWorker: join(root, 'electron/services/poolWorker.ts'),
        },
        'dist/node',
      ),
  },
  device: {
    // One file, since it is pushed as one.
    inputs: ['engine', 'electron/device'],
    run: () => buildForNode({ runner: join(root, 'electron/device/main.ts') }, 'dist/device', { names: '[name].mjs', inline: true }),
  },
  bench: {
    inputs: ['engine', 'electron/services', 'test/bench'],
    only: (path) => !path.startsWith('test/bench/node_modules/'),
    run: () =>
      buildForNode(
        {
          node: join(root, 'test/bench/node.ts'),
          first: join(root, 'test/bench/first.ts'),
          report: join(root, 'test/bench/report.ts'),
        },
        'dist/bench',
      ),
  },
  benchPage: {
    inputs: ['engine', 'renderer/workers', 'test/bench', 'assets/models', 'assets/samples'],
    only: (path) => !path.startsWith('test/bench/node_modules/'),
    async run() {
      const { build } = await import('vite')
      const out = join(root, 'dist/bench-page')
      await build({
        configFile: false,
        root: join(root, 'test/bench/page'),
        logLevel: 'warn',
        publicDir: false,
        worker: { format: 'es' },
        build: { outDir: out, emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, chunkSizeWarningLimit: 5000 },
      })
      // onnxruntime fetches its own code and kernels while it starts.
      for (const file of ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'])
        await cp(join(root, 'node_modules/onnxruntime-web/dist', file), join(out, 'ort', file))
    },
  },
  mapBench: {
    inputs: ['engine', 'test/bench/mapModel.ts', 'test/fixtures/largeModel.ts'],
    run: () => buildForNode({ mapModel: join(root, 'test/bench/mapModel.ts') }, 'dist/map-bench'),
  },
  largeBench: {
    inputs: ['test/bench/largeOnnx.ts'],
    run: () => buildForNode({ largeOnnx: join(root, 'test/bench/largeOnnx.ts') }, 'dist/large-bench'),
  },
  validate: {
    inputs: ['engine', 'electron/services', 'training/validate.ts'],
    run: () => buildForNode({ validate: join(root, 'training/validate.ts') }, 'dist/validate'),
  },
  fuzz: {
    inputs: ['engine', 'electron/services', 'test/fuzz'],
    run: () => buildForNode({ child: join(root, 'test/fuzz/child.ts') }, 'dist/fuzz'),
  },
  electron: {
    inputs: ['engine', 'electron'],
    async run() {
      await buildForNode({ main: join(root, 'electron/main/index.ts') }, 'dist/electron')
      // A sandboxed preload is a CommonJS script with everything in one file.
      await buildForNode({ preload: join(root, 'electron/preload/index.ts') }, 'dist/electron', { format: 'cjs', names: '[name].cjs', inline: true })
    },
  },
  renderer: {
    inputs: ['engine', 'electron/ipc', 'renderer', 'assets', 'vite.config.ts'],
    async run() {
      const { build } = await import('vite')
      await build({ root: join(root, 'renderer'), configFile: join(root, 'vite.config.ts'), logLevel: 'warn' })
    },
  },
}

/** What the application needs; the rest is built by the scripts that use it. */
const USUAL = ['wasm', 'node', 'device', 'electron', 'renderer']

async function filesUnder(path) {
  let entries
  try {
    entries = await readdir(join(root, path), { withFileTypes: true, recursive: true })
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path]
    if (error.code === 'ENOENT') return []
    throw error
  }
  return entries.filter((e) => e.isFile()).map((e) => relative(root, join(e.parentPath, e.name)))
}

async function hashOf({ inputs, only = () => true }) {
  const files = (await Promise.all([...COMMON, ...inputs].map(filesUnder))).flat().filter(only).sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(await readFile(join(root, file)))
  return hash.digest('hex')
}

/** Test runners set NODE_ENV to "test", which would put React's development build into the page. */
async function inProduction(run) {
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    await run()
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
}

/** Builds the named targets, or all; `log` gets one line per target that is built. */
export async function buildAll({ targets = USUAL, force = false, log = () => {} } = {}) {
  for (const name of targets) {
    const target = TARGETS[name]
    if (!target) throw new Error(`no build target "${name}"; there are ${Object.keys(TARGETS).join(', ')}`)
    const stamp = join(root, 'dist', `.${name}.stamp`)
    const hash = await hashOf(target)
    const last = await readFile(stamp, 'utf8').catch(() => '')
    if (!force && last === hash) continue
    const start = performance.now()
    log(`building ${name} ...`)
    await inProduction(target.run)
    await mkdir(join(root, 'dist'), { recursive: true })
    await writeFile(`${stamp}.part`, hash)
    await rename(`${stamp}.part`, stamp)
    log(`built ${name} in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  }
}

if (process.argv[1] === import.meta.filename) {
  const args = process.argv.slice(2)
  const targets = args.filter((a) => !a.startsWith('--'))
  const quiet = args.includes('--quiet')
  await buildAll({
    ...(targets.length > 0 ? { targets } : {}),
    force: args.includes('--force'),
    log: quiet ? () => {} : (line) => console.error(line),
  })
}
