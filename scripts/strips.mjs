// Writes the innermost loops of the convolution kernels: one function for each shape of tile, so that each has the vector
// registers to itself and no loop asks what it is.
//
// A strip is a row of tiles: `tiles` tiles of neighbouring pixels by 4, 8 or 12 output channels. Arguments:
//   args          the step's arguments (ops/conv2d/kernel.ts)
//   s, step       address of the first window's first value, and bytes from one window to the next
//   w, bias       packed weights [steps][channels] and biases of these channels
//   table, count  byte offset of each step's input value from its window's first, and how many steps there are
//   fours         1 where each four steps are neighbours in memory and need one look-up
//   to, toStep    where results go, and bytes from one pixel to the next there
//   positions     table of the channels' byte offsets there, or 0: side by side; lanes: channels in the last vector
//   residual      what is added before the clip, or 0
// A tile of one pixel may have a window of `rows` runs of `count` steps, `rowSteps` steps apart.

/** Pixels and vectors of four channels. 6x8 and 3x12 do the work; the others are for what does not divide. */
const SHAPES = [
  { pixels: 6, vectors: 2 },
  { pixels: 5, vectors: 2 },
  { pixels: 4, vectors: 2 },
  { pixels: 2, vectors: 2 },
  { pixels: 1, vectors: 2 },
  { pixels: 3, vectors: 3 },
  { pixels: 2, vectors: 3 },
  { pixels: 1, vectors: 3 },
  { pixels: 6, vectors: 1 },
  { pixels: 1, vectors: 1 },
]

const range = (n) => Array.from({ length: n }, (_, i) => i)

/** One step of the window for all pixels: `k` steps after the addresses. */
function step(pixels, vectors, k, address) {
  const weights = range(vectors).map((v) => `const w${v} = v128.load(wp, ${16 * (v + k * vectors)})`)
  const sums = range(pixels).flatMap((p) => [
    `const x${p} = v128.load_splat<f32>(${address(p)}, ${4 * k})`,
    ...range(vectors).map((v) => `v${p}${v} = madd(x${p}, w${v}, v${p}${v})`),
  ])
  return [...weights, ...sums]
}

/**
 * Four steps with one look-up. The branches between them are never taken: they keep the compiler from moving the loads
 * of later steps before the sums of earlier ones, which would need more registers than there are.
 */
function fourSteps(pixels, vectors) {
  const body = range(4).flatMap((k) => [k > 0 ? 'if (o == -1) break' : '', '{', ...step(pixels, vectors, k, (p) => `q${p}`), '}'])
  return [
    `const fourths = fours ? wp + (count & ~3) * ${16 * vectors} : wp`,
    'while (wp < fourths) {',
    'const o: usize = load<i32>(t)',
    ...range(pixels).map((p) => `const q${p} = p${p} + o`),
    ...body.filter((line) => line !== ''),
    `wp += ${64 * vectors}`,
    't += 16',
    '}',
  ]
}

function strip({ pixels, vectors }) {
  const single = pixels === 1
  const unrolled = pixels * vectors >= 6
  const parameters = single
    ? 'args: usize, s: usize, w: usize, bias: usize, table: usize, count: i32, rows: i32, rowSteps: i32, to: usize, positions: usize, lanes: i32, residual: usize'
    : 'args: usize, tiles: i32, s: usize, step: i32, w: usize, bias: usize, table: usize, count: i32, fours: i32, to: usize, toStep: i32, positions: usize, lanes: i32, residual: usize'
  const biases = range(vectors).map((v) => `const b${v} = v128.load(bias, ${16 * v})`)
  const zeros = range(pixels).map(
    (p) =>
      `let ${range(vectors)
        .map((v) => `v${p}${v} = b${v}`)
        .join(', ')}`,
  )
  const pointers = range(pixels).map((p) => `const p${p} = ${p === 0 ? 's' : `p${p - 1} + step`}`)
  const singly = [
    'while (wp < end) {',
    'const o: usize = load<i32>(t)',
    't += 4',
    ...step(pixels, vectors, 0, (p) => `p${p} + o`),
    `wp += ${16 * vectors}`,
    '}',
  ]
  const window = [
    `let t = table${single ? ' + ((row * rowSteps) << 2)' : ''}`,
    `let wp = w${single ? ` + row * rowSteps * ${16 * vectors}` : ''}`,
    `const end = wp + count * ${16 * vectors}`,
    ...(unrolled ? fourSteps(pixels, vectors) : []),
    ...singly,
  ]
  const add = range(pixels).flatMap((p) => [
    ...(p > 0 ? ['r += resStep'] : []),
    ...range(vectors).map((v) => `v${p}${v} = f32x4.add(v${p}${v}, v128.load(r, ${16 * v}))`),
  ])
  const store = range(pixels).flatMap((p) => [
    `put(${vectors}, to, positions, lanes, ${[0, 1, 2].map((v) => (v < vectors ? `clip(v${p}${v}, lo, hi)` : 'b0')).join(', ')})`,
    ...(single ? [] : ['to += toStep']),
  ])
  const tile = [
    ...biases,
    ...zeros,
    ...pointers,
    ...(single ? ['for (let row = 0; row < rows; row++) {', ...window, '}'] : window),
    'if (residual) {',
    'let r = residual',
    ...add,
    ...(single ? [] : ['residual = r + resStep']),
    '}',
    ...store,
  ]
  return [
    `export function strip${pixels}x${4 * vectors}(${parameters}): void {`,
    'const code = arg(args, 8)',
    'const lo = lowerBound(code, argF32(args, 9))',
    'const hi = upperBound(code, argF32(args, 10))',
    ...(single ? tile : ['const resStep = arg(args, 7)', 'for (let tile = 0; tile < tiles; tile++) {', ...tile, `s += ${pixels} * step`, '}']),
    '}',
  ].join('\n')
}

/** AssemblyScript; written to dist/wasm/strips.kernel.ts by the build of the kernels. */
export function stripsSource() {
  const imports = [
    "import { lowerBound, upperBound } from '../../engine/kernels/inline/activate'",
    "import { arg, argF32, madd } from '../../engine/kernels/inline/simd'",
    "import { clip, put } from '../../engine/kernels/inline/tile'",
  ]
  return `// Generated by scripts/strips.mjs.\n${imports.join('\n')}\n\n${SHAPES.map(strip).join('\n\n')}\n`
}
