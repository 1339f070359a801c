// Compiles the kernels: one baseline SIMD build, and three with relaxed SIMD (fused multiply-add), which differ in how bytes are
// multiplied: see engine/kernels/features.ts.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import asc from 'assemblyscript/asc'
import { stripsSource } from './strips.mjs'

const root = join(import.meta.dirname, '..')
const BUILDS = [
  { out: 'dist/wasm/kernels.wasm', features: ['simd', 'threads', 'bulk-memory'], dot: 'NO_DOT' },
  ...[
    ['kernels-relaxed', 'NO_DOT'],
    ['kernels-relaxed-dot', 'UNSIGNED_DOT'],
    ['kernels-relaxed-signed-dot', 'SIGNED_DOT'],
  ].map(([name, dot]) => ({ out: `dist/wasm/${name}.wasm`, features: ['simd', 'relaxed-simd', 'threads', 'bulk-memory'], dot })),
]
/** 64 KiB pages: at most 2 GiB. */
const MAX_PAGES = 32768

export async function buildWasm(log = () => {}) {
  await mkdir(join(root, 'dist/wasm'), { recursive: true })
  await writeFile(join(root, 'dist/wasm/strips.kernel.ts'), stripsSource())
  for (const { out, features, dot } of BUILDS) {
    log(`compiling ${out}`)
    await writeFile(
      join(root, 'dist/wasm/build.kernel.ts'),
      `// Of the build that is being compiled.\nexport const NO_DOT = 0, UNSIGNED_DOT = 1, SIGNED_DOT = 2\nexport const DOT = ${dot}\n`,
    )
    const args = ['engine/kernels/entry.ts', '--baseDir', root, '--outFile', 'kernels.wasm', '--runtime', 'stub', '--importMemory', '--sharedMemory']
    args.push(
      '--initialMemory',
      '1',
      '--maximumMemory',
      String(MAX_PAGES),
      '--optimizeLevel',
      '3',
      '--shrinkLevel',
      '0',
      '--noAssert',
      '--use',
      'abort=',
    )
    for (const f of features) args.push('--enable', f)
    let bytes
    const writeOut = (_name, contents) => {
      bytes = contents
    }
    const { error, stderr } = await asc.main(args, { writeFile: writeOut })
    if (error || !bytes) throw new Error(`kernels did not compile:\n${stderr.toString()}`)
    if (await hasDataSegment(bytes)) throw new Error(`${out} holds a data segment; a second worker would reset it`)
    const target = join(root, out)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(`${target}.part`, bytes)
    await rename(`${target}.part`, target)
  }
}

/** Section 11 is the data section. */
async function hasDataSegment(bytes) {
  let at = 8
  while (at < bytes.length) {
    const id = bytes[at++]
    let size = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      size |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    if (id === 11 && bytes[at] !== 0) return true
    at += size
  }
  return false
}

if (process.argv[1] === import.meta.filename) await buildWasm((line) => console.error(line))
