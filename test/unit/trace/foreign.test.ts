/** Profiles of TensorFlow Lite and ncnn, told by their content; what is no profile is refused in one sentence. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildZooModel, mappedShare, readAnyTrace, ScopeError, stepTimes } from '../../../engine/index.ts'

const { graph } = buildZooModel('shufflenet-v1-g3-0.5x', { inputSize: [32, 32], classes: 5 })
const read = (text: string, name = 'file.txt') => readAnyTrace(name, new TextEncoder().encode(text), graph)
function refusal(text: string): string {
  try {
    read(text)
  } catch (error) {
    if (error instanceof ScopeError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'read'
}

/**
 * After tensorflow/lite/tools/benchmark/README.md and what tensorflow/core/util/stats_calculator.cc prints: the same
 * tables twice, first of the start, then of the runs; names are outputs in brackets and the index of the operator, and
 * what the converter fused is listed with ";".
 */
const TFLITE = `STARTING!
Num threads: [2]
Running benchmark for at least 1 iterations and at least 0.5 seconds but terminate if exceeding 150 seconds.
count=56 first=11147 curr=8146 min=7055 max=12036 avg=8779.68 std=1115

Running benchmark for at least 50 iterations and at least 1 seconds but terminate if exceeding 150 seconds.
count=110 first=8325 curr=10016 min=7863 max=10688 avg=8680.33 std=591

Inference timings in us: Init: 1451507, First inference: 11147, Warmup (avg): 8779.68, Inference (avg): 8680.33
Profiling Info for Benchmark Initialization:
============================== Run Order ==============================
\t             [node type]\t          [start]\t  [first]\t [avg ms]\t     [%]\t  [cdf%]\t  [mem KB]\t[times called]\t[Name]
\t         AllocateTensors\t            0.000\t 1450.744\t 1450.744\t100.000%\t100.000%\t     0.000\t        1\tAllocateTensors/0

Operator-wise Profiling Info for Regular Benchmark Runs:
============================== Run Order ==============================
\t             [node type]\t          [start]\t  [first]\t [avg ms]\t     [%]\t  [cdf%]\t  [mem KB]\t[times called]\t[Name]
\t                 CONV_2D\t            0.066\t    8.754\t    4.000\t 50.000%\t 50.000%\t     0.000\t        1\t[stem.relu;stem.bn;stem.conv]:0
\t             MAX_POOL_2D\t            4.033\t    1.628\t    1.000\t 12.500%\t 62.500%\t     0.000\t        1\t[stem.pool]:1
\tConvolution (NHWC, F32) GEMM\t        5.033\t    1.628\t    0.500\t 25.000%\t 87.500%\t     0.000\t        4\tDelegate/Convolution (NHWC, F32) GEMM:2
\t                     ADD\t            7.033\t    1.628\t    1.000\t 12.500%\t100.000%\t     0.000\t        1\t[elsewhere/Add, other]:3

============================== Top by Computation Time ==============================
\t             [node type]\t          [start]\t  [first]\t [avg ms]\t     [%]\t  [cdf%]\t  [mem KB]\t[times called]\t[Name]
\t                 CONV_2D\t            0.066\t    8.754\t    4.000\t 50.000%\t 50.000%\t     0.000\t        1\t[stem.relu;stem.bn;stem.conv]:0

Timings (microseconds): count=110 first=8317 curr=10006 min=7854 max=10679 avg=8671.49 std=590
Memory (bytes): count=0
4 nodes observed
`
/** The same of stats_calculator.cc's CSV: commas of names are tabs, those of types stay. */
const CSV = `Operator-wise Profiling Info for Regular Benchmark Runs:
============================== Run Order ==============================
node type, first, avg_ms, %, cdf%, mem KB, times called, name
CONV_2D, 8.754, 4, 50%, 50%, 0, 1, [stem.relu;stem.bn;stem.conv]:0
MAX_POOL_2D, 1.628, 1, 12.5%, 62.5%, 0, 1, [stem.pool]:1
Convolution (NHWC, F32) GEMM, 1.628, 0.5, 25%, 87.5%, 0, 4, Delegate/Convolution (NHWC\t F32) GEMM:2
ADD, 1.628, 1, 12.5%, 100%, 0, 1, [elsewhere/Add\tother]:3

============================== Top by Computation Time ==============================
node type, first, avg_ms, %, cdf%, mem KB, times called, name
CONV_2D, 8.754, 4, 50%, 50%, 0, 1, [stem.relu;stem.bn;stem.conv]:0

Timings (microseconds): count=110 first=8317 curr=10006 min=7854 max=10679 avg=8671.49 std=590
Memory (bytes): count=0
4 nodes observed
`
const WHOLE = { min: 7.863, mean: 8.68033, max: 10.688, runs: 110, of: 'runs' }

describe('a profile of TensorFlow Lite', () => {
  for (const [kind, text, threads, summary] of [
    ['printed tables', TFLITE, 2, WHOLE],
    ['tables whose tabs became blanks', TFLITE.replaceAll('\t', '    '), 2, WHOLE],
    ['CSV, which knows the sum of operators alone', CSV, null, { min: 7.854, mean: 8.67149, max: 10.679, runs: 110, of: 'steps' }],
  ] as const)
    it(`${kind}: fused layers by their names, and the rest kept`, () => {
      const trace = read(text)
      expect(trace).toMatchObject({ backend: 'TensorFlow Lite (imported)', total: [], imported: { engine: 'tflite', stepMeans: true, summary } })
      expect(trace.imported?.threadsKnown ? trace.threads : null).toBe(threads)
      expect(trace.steps.map((s) => s.nodes)).toEqual([['stem.conv', 'stem.bn', 'stem.relu'], ['stem.pool'], [], []])
      // The mean of a call, as often as it is called in a run.
      expect(trace.steps.map((s) => s.samples)).toEqual([[4], [1], [2], [1]])
      expect(stepTimes(trace.steps)).toEqual([4, 1, 2, 1])
      expect(mappedShare(trace)).toBe(5 / 8)
      expect(trace.steps[2]?.kernel).toContain('Convolution (NHWC, F32) GEMM')
      expect(trace.steps[0]?.macs).toBeGreaterThan(0)
    })

  it('one run alone is a sample', () => {
    expect(read(TFLITE.replace(/count=110 first=8325.*/, 'count=1 curr=178')).total).toEqual([0.178])
  })

  it('of its start alone, with no row, or with an absurd time is refused', () => {
    expect(refusal(TFLITE.slice(0, TFLITE.indexOf('=====', TFLITE.indexOf('Operator-wise'))))).toContain('of no run')
    expect(refusal(CSV.replace(/\nCONV_2D.*?\n\n/s, '\n\n'))).toContain('bad-input: Trace "file.txt": its table of operators is empty')
    expect(refusal(CSV.replace('8.754, 4,', '8.754, 4e200,'))).toContain('took 4e+200 ms')
    expect(refusal(CSV.replace('1.628, 1,', '1.628, -1,'))).toContain('row 2 of its table of operators is not as TensorFlow Lite writes it')
  })
})

/** After ncnn's benchmark/README.md and the format strings of benchmark/benchncnn.cpp. */
const HEAD = 'loop_count = 2\nnum_threads = 4\npowersave = 0\ngpu_device = -1\ncooling_down = 0\n'
const NCNN = `${HEAD}          shufflenet  min =    2.20  max =    2.62  avg =    2.46\n`
/** After src/benchmark.cpp: `%-24s %-30s %8.2lfms`, then shapes behind a bar. */
const layer = (type: string, name: string, ms: number): string =>
  `${type.padEnd(24)} ${name.padEnd(30)} ${ms.toFixed(2).padStart(8)}ms    |    [224, 224,   3 *1] -> [112, 112,  24 *1]       kernel: 3 x 3     stride: 2 x 2\n`
const pass = (a: number, b: number, c: number): string =>
  layer('Convolution', 'stem.conv', a) + layer('ShuffleChannel', 'stage2.unit1.shuffle_2', b) + layer('Split', 'splitncnn_0', c)

describe('output of benchncnn', () => {
  it('one line of minimum, maximum and mean: no samples are made up', () => {
    const trace = read(NCNN)
    expect(trace).toMatchObject({ backend: 'ncnn (imported)', model: 'shufflenet', total: [], steps: [], threads: 4 })
    expect(trace.imported).toEqual({
      engine: 'ncnn',
      threadsKnown: true,
      stepMeans: false,
      summary: { min: 2.2, mean: 2.46, max: 2.62, runs: 2, of: 'runs' },
    })
    expect(mappedShare(trace)).toBe(1)
  })

  it('lines of layers: one sample for each timed run, the warm-up left out', () => {
    const trace = read(HEAD + pass(9, 9, 9) + pass(1, 2, 0.5) + pass(1.5, 2.5, 0.5) + NCNN.slice(HEAD.length))
    expect(trace.steps.map((s) => [s.nodes[0] ?? s.kernel, s.samples])).toEqual([
      ['stem.conv', [1, 1.5]],
      ['stage2.unit1.shuffle', [2, 2.5]],
      ['Split: splitncnn_0', [0.5, 0.5]],
    ])
    expect(trace.imported?.summary?.mean).toBe(2.46)
  })

  it('of several networks takes the one that is called as the model, or says that none is', () => {
    const other = '        mobilenet_v2  min =   14.70  max =   14.95  avg =   14.82\n'
    const own = `   ${graph.name} gpu min =    1.00  max =    3.00  avg =    2.00\n`
    expect(read(HEAD + other + own).imported?.summary).toMatchObject({ mean: 2 })
    expect(refusal(NCNN + other)).toContain('it times 2 networks ("shufflenet", "mobilenet_v2"), and it cannot be told which is')
    expect(refusal(NCNN.replace('2.46', '9.99'))).toContain('the mean of "shufflenet" is not between its least and its most')
  })

  it('written by a console of Windows', () => {
    const bytes = new Uint8Array(Buffer.from(`\ufeff${NCNN.replaceAll('\n', '\r\n')}`, 'utf16le'))
    expect(readAnyTrace('x.txt', bytes, graph).imported?.summary?.mean).toBe(2.46)
  })
})

describe('a profile of onnxruntime that somebody wrote', () => {
  const event = (cat: string, name: string, dur: unknown, args: unknown = {}) => ({ cat, name, dur, ts: 0, ph: 'X', args })
  const run = event('Session', 'model_run', 5000)
  const of = (...events: unknown[]) => JSON.stringify(events)

  it('holds no time outside of runs, and none that no run can take', () => {
    const conv = event('Node', 'stem.conv_kernel_time', 3000, { op_name: 'Conv' })
    const trace = read(of(conv, run, conv, event('Node', 'stem.pool_kernel_time', 500, { op_name: 'MaxPool' }), run, conv))
    expect(trace.steps.map((s) => [s.nodes, s.samples])).toEqual([
      [['stem.conv'], [3, 3]],
      [['stem.pool'], [0, 0.5]],
    ])
    expect(trace.imported?.threadsKnown).toBe(false)
    expect(refusal(of(event('Node', 'stem.conv_kernel_time', -1), run))).toContain('it says that stem.conv took -0.001 ms')
    expect(refusal(of(event('Node', 'x\u0000\u202e_kernel_time', 1e300), run))).toContain('x\\u0000\\u202e took')
    expect(refusal(of(conv))).toContain('in which no run ended')
    expect(refusal(of())).toContain('nor a profile of onnxruntime')
    expect(refusal('[{"cat": "Node"')).toContain('it begins like JSON, and is broken')
  })

  it('may not ask for more samples than a file can hold', () => {
    const names = Array.from({ length: 3000 }, (_, i) => event('Node', `n${i}_kernel_time`, 1))
    expect(refusal(of(...names, ...Array.from({ length: 3000 }, () => run)))).toContain('3000 steps in 3000 runs are more than this program reads')
  })

  it('names that are another name and a number are told by the operator as well', () => {
    const steps = read(
      of(
        event('Node', 'stage2.unit1.shuffle_1_kernel_time', 1, { op_name: 'Transpose' }),
        event('Node', 'stage2.unit2.shuffle_1_kernel_time', 1, { op_name: 'Conv' }),
        event('Node', 'stem.conv_1_kernel_time', 1, { op_name: 'Conv' }),
        event('Node', 'stem.relu_nchwc_kernel_time', 1, { op_name: 'Conv' }),
        event('Node', 'stage2.unit1.concat_nchwc_kernel_time', 1, { op_name: 'Conv' }),
        run,
      ),
    ).steps
    expect(steps.map((s) => s.nodes)).toEqual([['stage2.unit1.shuffle'], [], [], ['stem.conv', 'stem.bn', 'stem.relu'], []])
  })
})

describe('anything else', () => {
  it('is refused in one sentence', () => {
    expect(refusal('')).toMatch(/^bad-input: .* it is neither a trace nor a profile that this program knows\. Choose the trace of a run/)
    expect(refusal('{}')).toContain('it is JSON, but not a trace')
    expect(refusal('a,b\n1,2\n')).toContain('it is neither')
    expect(refusal('[1, 2]')).toContain('nor a profile of onnxruntime')
  })

  const parts = fc.constantFrom(
    ...[TFLITE, CSV, NCNN, pass(1, 2, 3), '[{"cat":"Node","name":"a_kernel_time","dur":1},{"cat":"Session","name":"model_run","dur":2}]'],
    ...['{', '}', '[', ']', ',', '\n', '\t', '%', ' min = ', ' max = 1 ', 'ms |', 'count=', 'nan', 'inf', '-1', '1e999', '\u0000', '\ud800', ';'],
  )
  const hostile = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(parts, fc.string()), { maxLength: 12 }).map((p) => p.join('')),
    // A piece of a real file replaced.
    fc.tuple(parts, fc.nat(), fc.nat(40), fc.oneof(parts, fc.string(), fc.double().map(String))).map(([text, at, length, put]) => {
      const from = at % (text.length + 1)
      return text.slice(0, from) + put + text.slice(from + length)
    }),
    fc
      .array(
        fc.record(
          {
            cat: fc.constantFrom('Node', 'Session', 'Kernel'),
            name: fc.constantFrom('model_run', 'a_kernel_time', 'stem.relu_nchwc_kernel_time', '_kernel_time', '__proto___kernel_time'),
            dur: fc.oneof(fc.double(), fc.nat(), fc.string()),
            args: fc.anything(),
          },
          { requiredKeys: [] },
        ),
      )
      .map((events) => JSON.stringify(events, (_, v) => (typeof v === 'bigint' ? `${v}` : v)) ?? ''),
  )

  it('throws nothing but a ScopeError, and what is read is finite', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        try {
          const { total, steps, imported } = read(text)
          const numbers = [...total, ...steps.flatMap((s) => s.samples), ...(imported?.summary ? [imported.summary.mean] : [])]
          expect(numbers.every((ms) => ms >= 0 && ms <= 1e9)).toBe(true)
          expect(steps.some((s) => /\p{Cc}/u.test(s.kernel))).toBe(false)
        } catch (error) {
          if (!(error instanceof ScopeError)) throw error
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('takes time in proportion to its size', () => {
    const start = performance.now()
    for (const piece of [' ', 'a ', '|', 'ms |', ' min = ', 'count=', '[', ']:1', '% ', ',', '\t'])
      for (const [text] of [[piece.repeat(200_000)], [`${CSV.slice(0, 300)}\n${piece.repeat(200_000)}`]]) refusal(text ?? '')
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})
