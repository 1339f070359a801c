/** What a TensorFlow Lite file can get wrong, and the words for it. */
import { describe, expect, it } from 'vitest'
import { errorFrom, type ScopeError } from '../../../../engine/base/errors.ts'
import { openModel } from '../../../../engine/importers/open.ts'
import { importer } from '../../../../engine/importers/tflite/index.ts'
import { decodeModel } from '../../../../engine/importers/tflite/model.ts'
import type { Model } from '../../../../engine/model.ts'
import { evaluate } from '../../passes/recognise/helpers.ts'
import { fixture } from './fixtures.ts'
import { type Fields, flatbuffer, floats, integers, model, type OperatorParts, type TensorParts } from './write.ts'

const MAP: TensorParts = { shape: [1, 4, 4, 2] }
const RELU = 19
const relu = (from: number, to: number): OperatorParts => ({ code: RELU, inputs: [from], outputs: [to] })

async function open(bytes: Uint8Array, inputSize?: [number, number]): Promise<Model> {
  return await importer.open({ name: 'model.tflite', bytes }, inputSize ? { inputSize } : {})
}

async function failure(bytes: Uint8Array, inputSize?: [number, number]): Promise<ScopeError> {
  try {
    await open(bytes, inputSize)
  } catch (thrown) {
    return errorFrom(thrown)
  }
  throw new Error('it opened')
}

describe('an operator that is not supported', () => {
  it('is named with its node and its place in the file', async () => {
    const bytes = model([MAP, MAP, MAP], [relu(0, 1), { code: 56, inputs: [1], outputs: [2] }])
    const error = await failure(bytes)
    expect(error.code).toBe('unsupported')
    expect(error.message).toContain('"ARG_MAX" (node 1 "t2")')
    const at = Number(/^node 1, byte (\d+)$/.exec(error.where ?? '')?.[1])
    expect(at).toBeGreaterThan(8)
    expect(at).toBeLessThan(bytes.length)
  })

  it('several are named together, each with the first node that needs it', async () => {
    const operators = [
      { code: 32, custom: 'TFLite_Detection_PostProcess', inputs: [0], outputs: [1] },
      { code: 32, custom: 'TFLite_Detection_PostProcess', inputs: [1], outputs: [2] },
      { code: 126, inputs: [2], outputs: [3] },
      { code: 1000, inputs: [3], outputs: [4] },
    ]
    const { message } = await failure(model([MAP, MAP, MAP, MAP, MAP], operators))
    expect(message).toContain('"custom operator TFLite_Detection_PostProcess" (node 0 "t1")')
    expect(message).toContain('"BATCH_MATMUL" (node 2 "t3")')
    expect(message).toContain('"operator number 1000" (node 3 "t4")')
    expect(message).not.toContain('node 1')
  })

  it('a known name of a custom operator is another operator', async () => {
    expect((await failure(model([MAP, MAP], [{ code: 32, custom: 'RELU', inputs: [0], outputs: [1] }]))).message).toContain('custom operator RELU')
  })
})

describe('a node beyond what is claimed of its operator, or against the schema', () => {
  const conv = (more: Fields, options = 1): OperatorParts => ({
    code: 3,
    inputs: [0, 1, 2],
    outputs: [3],
    options: [options, { 0: ['i8', 0], 1: ['i32', 1], 2: ['i32', 1], ...more }],
  })
  const weight = { shape: [3, 1, 1, 2], data: floats([1, 2, 3, 4, 5, 6]) }
  const bias = { shape: [3], data: floats([1, 2, 3]) }
  const RESULT = { shape: [1, 4, 4, 3] }
  const cases: [string, Uint8Array, 'unsupported' | 'bad-input', RegExp][] = [
    [
      'tanh in a convolution',
      model([MAP, weight, bias, RESULT], [conv({ 3: ['i8', 4] })]),
      'unsupported',
      /Node 0 "t3" \(CONV_2D\).*tanh or the sign bit/,
    ],
    ['weights that are computed', model([MAP, MAP, bias, RESULT], [conv({})], [0, 1]), 'unsupported', /Node 0.*weight is computed from the data/],
    [
      'integer weights without a scale',
      model([MAP, { shape: [3, 1, 1, 2], type: 9, data: new Uint8Array(6) }, bias, RESULT], [conv({})]),
      'unsupported',
      /weight holds integers without a scale/,
    ],
    ['a vector in place of a map', model([{ shape: [1, 4] }, weight, bias, RESULT], [conv({})]), 'unsupported', /not a feature map/],
    [
      'channels that do not divide',
      model([{ shape: [1, 4, 4, 3] }, weight, bias, RESULT], [conv({})]),
      'bad-input',
      /3 channels where its weight has 2/,
    ],
    ['options of another operator', model([MAP, weight, bias, RESULT], [conv({}, 5)]), 'bad-input', /options are of kind 5, not 1/],
    ['a stride of 0', model([MAP, weight, bias, RESULT], [conv({ 1: ['i32', 0] })]), 'bad-input', /stride is 1x0/],
    ['an unknown activation', model([MAP, weight, bias, RESULT], [conv({ 3: ['i8', 9] })]), 'bad-input', /fused activation is of kind 9/],
    [
      'a result of another shape',
      model([MAP, weight, bias, MAP], [conv({})]),
      'bad-input',
      /output is \[1, 4, 4, 3\] where the file says \[1, 4, 4, 2\]/,
    ],
    ['a missing input', model([MAP, MAP], [{ code: RELU, inputs: [-1], outputs: [1] }]), 'bad-input', /input \(input 0\) is missing/],
    ['a tensor that nothing makes', model([MAP, MAP, MAP], [relu(1, 2)]), 'bad-input', /Tensor 1 "t1".*nothing before makes it/],
    ['a tensor made twice', model([MAP, MAP], [relu(0, 1), relu(0, 1)]), 'bad-input', /Tensor 1 "t1".*defines it twice/],
    [
      'a reshape that loses elements',
      model([MAP, { shape: [2], type: 2, data: integers([5, 5]) }, MAP], [{ code: 22, inputs: [0, 1], outputs: [2] }]),
      'bad-input',
      /\[5, 5\] does not hold the 32 elements/,
    ],
    [
      'a slice beyond its input',
      model(
        [MAP, { shape: [4], type: 2, data: integers([0, 0, 0, 1]) }, { shape: [4], type: 2, data: integers([1, 4, 4, 2]) }, MAP],
        [{ code: 65, inputs: [0, 1, 2], outputs: [3] }],
      ),
      'bad-input',
      /out of the shape \[1, 4, 4, 2\]/,
    ],
    [
      'integers at run time',
      model(
        [
          { ...MAP, type: 2 },
          { ...MAP, type: 2 },
        ],
        [relu(0, 1)],
      ),
      'unsupported',
      /computes with integers at run time/,
    ],
  ]
  it.each(cases)('%s', async (_, bytes, code, words) => {
    const error = await failure(bytes)
    expect(error.message).toMatch(words)
    expect(error.code).toBe(code)
    expect(error.where).toMatch(/^(node|tensor) \d+, byte \d+$/)
  })
})

describe('a tensor', () => {
  const constant = (parts: Partial<TensorParts>): Uint8Array =>
    model([MAP, { shape: [2], data: floats([1, 2]), ...parts }, MAP], [{ code: 0, inputs: [0, 1], outputs: [2] }])
  const scales = (scale: number[], zero: number[], axis = 0): Fields => ({
    4: { table: { 2: { f32s: scale }, 3: { i64s: zero }, 6: ['i32', axis] } },
  })

  it.each<[string, Partial<TensorParts>, RegExp]>([
    ['too few bytes', { data: floats([1]) }, /Tensor 1 "t1".*4 bytes where its shape needs 8/],
    ['4-bit weights', { type: 17 }, /elements are of type int4, which is not read/],
    ['text', { type: 5 }, /elements are of type string/],
    ['a type beyond the schema', { type: 77 }, /element type number 77/],
    ['sparse weights', { more: { 6: { table: {} } } }, /sparse/],
    ['data in another file', { more: { 10: ['u32', 1] } }, /outside the file/],
    ['a negative extent', { shape: [-2] }, /tensor 1 has shape \[-2\]/],
    ['nine axes', { shape: [1, 1, 1, 1, 1, 1, 1, 1, 2] }, /tensor 1 has shape/],
    ['more scales than the axis is long', { type: 9, data: new Uint8Array(2), more: scales([1, 1, 1], [0, 0, 0]) }, /3 scales along axis 0/],
    ['fewer zero points than scales', { type: 9, data: new Uint8Array(2), more: scales([1, 1, 1], [0, 0]) }, /scales and zero points do not fit/],
    ['a scale that is no number', { type: 9, data: new Uint8Array(2), more: scales([Number.NaN], [0]) }, /scales and zero points do not fit/],
    ['a variable', { data: undefined as never, more: { 5: ['u8', 1] } }, /variable that lasts/],
  ])('%s', async (_, parts, words) => {
    expect((await failure(constant(parts))).message).toMatch(words)
  })

  it('quantised per axis is dequantised: (q - zero point) * scale', async () => {
    const { graph } = await open(constant({ type: 9, data: new Uint8Array([250, 4]), more: scales([0.5, 2], [1, -1]) }))
    const x = { dtype: 'f32' as const, shape: [1, 2, 4, 4], data: new Float32Array(32) }
    expect(Array.from(evaluate(graph, [x])[0]?.data ?? []).filter((_, i) => i % 16 === 0)).toEqual([-3.5, 10])
  })

  it('whose data lies behind the FlatBuffer', async () => {
    const bytes = new Uint8Array([...withBuffer(withBuffer(8).length), ...floats([3, 4])])
    const { graph } = await open(bytes)
    const x = { dtype: 'f32' as const, shape: [1, 2, 4, 4], data: new Float32Array(32) }
    expect(Array.from(evaluate(graph, [x])[0]?.data ?? []).filter((_, i) => i % 16 === 0)).toEqual([3, 4])
    expect((await failure(bytes.slice(0, -1))).message).toMatch(/8 bytes are needed/)
  })
})

/** ADD of a map and a constant whose two floats lie at `offset` of the file. */
function withBuffer(offset: number): Uint8Array {
  const named = (shape: number[], buffer: number): Fields => ({ 0: { i32s: shape }, 1: ['u8', 0], 2: ['u32', buffer] })
  return flatbuffer({
    0: ['u32', 3],
    1: { tables: [{ 0: ['i8', 0], 3: ['i32', 0] }] },
    2: {
      tables: [
        {
          0: { tables: [named([1, 4, 4, 2], 0), named([2], 1), named([1, 4, 4, 2], 0)] },
          1: { i32s: [0] },
          2: { i32s: [2] },
          3: { tables: [{ 0: ['u32', 0], 1: { i32s: [0, 1] }, 2: { i32s: [2] } }] },
        },
      ],
    },
    4: { tables: [{}, { 1: ['u64', offset], 2: ['u64', 8] }] },
  })
}

describe('a file', () => {
  it('of another schema version', async () => {
    expect((await failure(flatbuffer({ 0: ['u32', 2] }))).message).toMatch(/schema version 2, and 3 is read/)
  })

  it('without a graph', async () => {
    expect((await failure(flatbuffer({ 0: ['u32', 3] }))).message).toMatch(/no graph/)
  })

  it('that is cut short anywhere, says where', async () => {
    const { bytes } = fixture('mobile')
    for (let length = 8; length < bytes.length; length += 97) {
      const error = await failure(bytes.slice(0, length))
      expect(error.code, `cut to ${length}`).toBe('bad-input')
      expect(error.where, error.message).toMatch(/byte \d+/)
    }
  })

  it('whose offsets lead back to themselves or outside', async () => {
    for (const value of [0, 4, 0x7fffffff, 0xffffffff]) {
      const bytes = fixture('mobile').bytes.slice()
      new DataView(bytes.buffer).setUint32(0, value, true)
      expect((await failure(bytes)).code, String(value)).toBe('bad-input')
    }
  })

  it('whose one part is used over and over is refused before it takes long', async () => {
    // 4,000 tensors that share one name of 60,000 letters: 240 MB to read from a file of under 200 kB.
    const bytes = sharedNames(4000, 60_000)
    expect(bytes.length).toBeLessThan(200_000)
    const started = performance.now()
    expect((await failure(bytes)).message).toMatch(/used over and over/)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('is opened by its content through the list of formats', async () => {
    const { bytes } = fixture('mobile_int8')
    const opened = await openModel({ name: 'a.bin', bytes })
    expect(opened.format).toBe('tflite')
    expect(opened.provenance).toMatch(/quantised weights are dequantised/)
    await expect(openModel({ name: 'a.bin', bytes: bytes.slice(0, 600) })).rejects.toThrow(/"a\.bin".*byte \d+/)
  })
})

/** Tables by hand: a list of `count` offsets to one tensor, whose name has `letters` letters. */
function sharedNames(count: number, letters: number): Uint8Array {
  const bytes = flatbuffer({
    0: ['u32', 3],
    2: {
      tables: [{ 0: { tables: [{ 3: { text: 'n'.repeat(letters) } }, ...new Array<Fields>(count - 1).fill({})] }, 1: { i32s: [] }, 2: { i32s: [] } }],
    },
    4: { tables: [{}] },
  })
  const view = new DataView(bytes.buffer)
  // The list of tensors is the only one of its length.
  for (let at = 8; at + 4 < bytes.length; at += 4)
    if (view.getUint32(at, true) === count) {
      const first = at + 4
      const target = first + view.getUint32(first, true)
      for (let i = 1; i < count; i++) view.setUint32(first + 4 * i, target - first - 4 * i, true)
      return bytes
    }
  throw new Error('the list was not found')
}

describe('height and width', () => {
  it('left open are given by the caller, or asked for', async () => {
    const { bytes } = fixture('open')
    expect((await failure(bytes)).message).toMatch(/height and width are left open.*--input/)
    const { graph } = await open(bytes, [20, 24])
    expect(graph.tensors.get(graph.inputs[0] ?? -1)?.fact.shape).toEqual([1, 3, 20, 24])
  })

  it('that the file fixes are not changed', async () => {
    const error = await failure(fixture('mobile').bytes, [32, 32])
    expect(error.code).toBe('usage')
    expect(error.message).toMatch(/fixes its size to 16x16, not 32x32/)
  })
})

describe('how a photo is prepared', () => {
  it('is said by an 8-bit input: its pixels are the numbers it takes', async () => {
    for (const [name, first] of [
      ['mobile_uint8_io', 0],
      ['mobile_int8', -128],
    ] as const) {
      const { preprocess } = await open(fixture(name).bytes)
      const { bytes } = fixture(name)
      const { tensors, inputs } = decodeModel(bytes)
      const { scale = [], zeroPoint = [] } = tensors[inputs[0] ?? 0]?.quantization ?? {}
      for (const pixel of [0, 17, 255]) {
        const value = (pixel * (preprocess?.scale ?? 0) - (preprocess?.mean[0] ?? 0)) / (preprocess?.std[0] ?? 1)
        expect(value / (scale[0] ?? 1) + (zeroPoint[0] ?? 0)).toBeCloseTo(pixel + first, 6)
      }
    }
  })

  it('is assumed for floats, and said so', async () => {
    const { preprocess, provenance } = await open(fixture('mobile').bytes)
    expect(preprocess).toMatchObject({ crop: [16, 16], mean: [1, 1, 1], std: [1, 1, 1] })
    expect(preprocess?.scale).toBeCloseTo(1 / 127.5, 9)
    expect(provenance).toMatch(/is assumed.*does not say/)
  })
})
