// Writes the innermost loops of the convolution kernels: one function for each type and shape of tile, so that each has the vector
// registers to itself and no loop asks what it is.
//
// A strip is a row of tiles: `tiles` tiles of neighbouring pixels by 4, 8 or 12 output channels. One step is one input channel
// in f32, and four of 8 bits: both are four bytes. `tiles6x8<T>` and so on are the strips of T. Arguments:
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

/** What tells the two apart: names, one step's sum, and how sums become results. */
const KINDS = {
  f32: {
    prefix: 'strip',
    sum: (x, w, acc) => `madd(${x}, ${w}, ${acc})`,
    start: (_w, acc) => acc,
    setUp: ['const code = arg(args, 8)', 'const lo = lowerBound(code, argF32(args, 9))', 'const hi = upperBound(code, argF32(args, 10))'],
    /** Lines before the first step, where the weights of a whole window lie from `w` on. */
    begin: () => [],
    /** Lines before sums are scaled. */
    join: () => [],
    /** Lines before the residual is added. */
    finish: () => [],
    hasResidual: 'residual',
    beforeResidual: [],
    residual: (v) => `v128.load(r, ${16 * v})`,
    /** Lines after the residual was added. */
    end: () => [],
    last: (v) => `clip(${v}, lo, hi)`,
    put: 'put',
    putPlain: 'putPlain',
  },
  u8: {
    prefix: 'byteStrip',
    sum: (x, w, acc) => `dot(${x}, ${w}, ${acc})`,
    start: (w, acc) => `(lift ? lifted(${w}, ${acc}, lift) : ${acc})`,
    setUp: [
      // Vectors that only the end of a tile needs are made there: any that lived through the loop would take a register from its sums.
      'const factors: usize = bias + arg(args, 35)',
      'const lift = arg(args, 39) + takenByDot()',
      'const clipped = arg(args, 40)',
      'const joins = arg(args, 41)',
      'const counts: usize = bias + joins',
    ],
    begin: (vectors) => [
      'if (lift) {',
      `for (let p = w, end = w + count * ${16 * vectors}; p < end; p += ${16 * vectors}) {`,
      ...range(vectors).map((v) => `b${v} = lifted(v128.load(p, ${16 * v}), b${v}, lift)`),
      '}',
      '}',
    ],
    // The residual, where one of its steps is a whole number of the sums'.
    join: (pixels, vectors, single) => [
      'if (joins) {',
      'let r = residual',
      ...range(vectors).map((v) => `const c${v} = v128.load(counts, ${16 * v})`),
      ...range(pixels).flatMap((p) => [
        ...(p > 0 ? ['r += resStep'] : []),
        ...(vectors > 1
          ? [`const r${p} = v128.load_ext<u8>(r)`, `v${p}0 = joinedLow(v${p}0, r${p}, c0)`, `v${p}1 = joinedHigh(v${p}1, r${p}, c1)`]
          : [`v${p}0 = joined(v${p}0, r, c0)`]),
        ...(vectors > 2 ? [`v${p}2 = joined(v${p}2, r + 8, c2)`] : []),
      ]),
      ...(single ? [] : ['residual = r + resStep']),
      '}',
    ],
    hasResidual: 'residual && !joins',
    finish: (pixels, vectors) => [
      ...range(vectors).map((v) => `const f${v} = v128.load(factors, ${16 * v})`),
      ...range(pixels).flatMap((p) => range(vectors).map((v) => `v${p}${v} = scaled(v${p}${v}, f${v})`)),
    ],
    beforeResidual: ['const resFactor = v128.load_splat<f32>(args, 148)', 'const resZero = v128.load_splat<i32>(args, 152)'],
    // Most results need no clip: what 8 bits hold is their only bound, and storing keeps to it.
    end: (sums) => [
      'if (clipped) {',
      'const lo = v128.load_splat<f32>(args, 36)',
      'const hi = v128.load_splat<f32>(args, 40)',
      ...sums.map((v) => `${v} = clip(${v}, lo, hi)`),
      '}',
      'const shift = shiftOf(arg(args, 36))',
      'const rounder = rounderOf(shift, arg(args, 36))',
    ],
    residual: (v) => `scaled(i32x4.sub(load8x4(r + ${4 * v}), resZero), resFactor)`,
    last: (v) => `roundOff(${v}, rounder, shift)`,
    put: 'put8',
    putPlain: 'putPlain8',
  },
}

const range = (n) => Array.from({ length: n }, (_, i) => i)

/** One step of the window for all pixels: `k` steps after the addresses. */
function step(kind, pixels, vectors, k, address) {
  const weights = range(vectors).map((v) => `const w${v} = v128.load(wp, ${16 * (v + k * vectors)})`)
  // A lone pixel's window may be any part of the taps.
  const start = (p, v) => (pixels === 1 ? kind.start(`w${v}`, `v${p}${v}`) : `v${p}${v}`)
  const sums = range(pixels).flatMap((p) => [
    `const x${p} = v128.load_splat<f32>(${address(p)}, ${4 * k})`,
    ...range(vectors).map((v) => `v${p}${v} = ${kind.sum(`x${p}`, `w${v}`, start(p, v))}`),
  ])
  return [...weights, ...sums]
}

/**
 * Four steps with one look-up. The branches between them are never taken: they keep the compiler from moving the loads
 * of later steps before the sums of earlier ones, which would need more registers than there are.
 */
function fourSteps(kind, pixels, vectors) {
  const body = range(4).flatMap((k) => [k > 0 ? 'if (o == -1) break' : '', '{', ...step(kind, pixels, vectors, k, (p) => `q${p}`), '}'])
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

/** Name and type of each parameter, in order. */
function parametersOf({ pixels }) {
  const [window, place] = ['w: usize, bias: usize, table: usize, count: i32', 'positions: usize, lanes: i32, residual: usize']
  return pixels === 1
    ? `args: usize, s: usize, ${window}, rows: i32, rowSteps: i32, to: usize, ${place}`
    : `args: usize, tiles: i32, s: usize, step: i32, ${window}, fours: i32, to: usize, toStep: i32, ${place}`
}

const nameOf = (prefix, { pixels, vectors }) => `${prefix}${pixels}x${4 * vectors}`

/** The strip of T, f32 or u8. */
function either(shape) {
  const parameters = parametersOf(shape)
  const passed = parameters.replaceAll(/: \w+/g, '')
  return [
    '// @ts-ignore: decorator',
    '@inline',
    `export function ${nameOf('tiles', shape)}<T>(${parameters}): void {`,
    `if (isFloat<T>()) ${nameOf(KINDS.f32.prefix, shape)}(${passed})`,
    `else ${nameOf(KINDS.u8.prefix, shape)}(${passed})`,
    '}',
  ].join('\n')
}

function strip(kind, shape) {
  const { pixels, vectors } = shape
  const single = pixels === 1
  const unrolled = pixels * vectors >= 6
  const biases = range(vectors).map((v) => `let b${v} = v128.load(bias, ${16 * v})`)
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
    ...step(kind, pixels, vectors, 0, (p) => `p${p} + o`),
    `wp += ${16 * vectors}`,
    '}',
  ]
  const window = [
    `let t = table${single ? ' + ((row * rowSteps) << 2)' : ''}`,
    `let wp = w${single ? ` + row * rowSteps * ${16 * vectors}` : ''}`,
    `const end = wp + count * ${16 * vectors}`,
    ...(unrolled ? fourSteps(kind, pixels, vectors) : []),
    ...singly,
  ]
  const add = range(pixels).flatMap((p) => [
    ...(p > 0 ? ['r += resStep'] : []),
    ...range(vectors).map((v) => `v${p}${v} = f32x4.add(v${p}${v}, ${kind.residual(v)})`),
  ])
  const storeBy = (put, where) =>
    range(pixels).flatMap((p) => [
      `${put}(${vectors}, to, ${where}${[0, 1, 2].map((v) => (v < vectors ? kind.last(`v${p}${v}`) : 'b0')).join(', ')})`,
      ...(single ? [] : ['to += toStep']),
    ])
  // Most tiles are whole and their channels neighbours: asked once, and not for every pixel.
  const store = single
    ? storeBy(kind.put, 'positions, lanes, ')
    : ['if (isPlain) {', ...storeBy(kind.putPlain, ''), '} else {', ...storeBy(kind.put, 'positions, lanes, '), '}']
  const tile = [
    ...(single ? [...biases] : []),
    ...zeros,
    ...pointers,
    ...(single ? ['for (let row = 0; row < rows; row++) {', ...window, '}'] : window),
    ...kind.join(pixels, vectors, single),
    ...kind.finish(pixels, vectors),
    `if (${kind.hasResidual}) {`,
    'let r = residual',
    ...kind.beforeResidual,
    ...add,
    ...(single ? [] : ['residual = r + resStep']),
    '}',
    ...kind.end(range(pixels).flatMap((p) => range(vectors).map((v) => `v${p}${v}`))),
    ...store,
  ]
  return [
    `function ${nameOf(kind.prefix, shape)}(${parametersOf(shape)}): void {`,
    ...kind.setUp,
    ...(single
      ? tile
      : [
          'const resStep = arg(args, 7)',
          'const isPlain = !positions && lanes == 4',
          ...biases,
          ...kind.begin(vectors),
          'for (let tile = 0; tile < tiles; tile++) {',
          ...tile,
          `s += ${pixels} * step`,
          '}',
        ]),
    '}',
  ].join('\n')
}

/** AssemblyScript; written to dist/wasm/strips.kernel.ts by the build of the kernels. */
export function stripsSource() {
  const imports = [
    "import { lowerBound, upperBound } from '../../engine/kernels/inline/activate'",
    "import { arg, argF32, madd } from '../../engine/kernels/inline/simd'",
    "import { dot, joined, joinedHigh, joinedLow, lifted, load8x4, put8, putPlain8, rounderOf, roundOff, scaled, shiftOf, takenByDot } from '../../engine/kernels/inline/bytes'",
    "import { clip, put, putPlain } from '../../engine/kernels/inline/tile'",
  ]
  const functions = [...[KINDS.f32, KINDS.u8].flatMap((kind) => SHAPES.map((shape) => strip(kind, shape))), ...SHAPES.map(either)]
  return `// Generated by scripts/strips.mjs.\n${imports.join('\n')}\n\n${functions.join('\n\n')}\n`
}
