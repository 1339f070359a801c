/** What an ncnn model can get wrong, and the words for it. */
import { describe, expect, it } from 'vitest'
import { errorFrom, type ScopeError } from '../../../../engine/base/errors.ts'
import type { ModelFile } from '../../../../engine/importers/importer.ts'
import { openModel } from '../../../../engine/importers/open.ts'
import { evaluate } from '../../passes/recognise/helpers.ts'
import { files, fixture, param } from './fixtures.ts'

async function failure(file: ModelFile): Promise<ScopeError> {
  try {
    await openModel(file)
  } catch (thrown) {
    return errorFrom(thrown)
  }
  throw new Error('it opened')
}

const INPUT = 'Input in 0 1 x 0=4 1=4 2=2'
const CONV = 'Convolution conv 1 1 x y 0=3 1=1 5=1 6=6'

/** Numbers behind the mark of their kind, then plain float32 numbers. */
function weights(mark: number, marked: Uint8Array, plain: readonly number[] = []): Uint8Array {
  return new Uint8Array([...new Uint8Array(Uint32Array.of(mark).buffer), ...marked, ...floats(plain)])
}

const floats = (list: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(list).buffer)

const SIX = floats([1, 2, 3, 4, 5, 6])
const THREE = [1, 2, 3]

describe('a layer type that is not supported', () => {
  it('is named with the layer and its line, several together', async () => {
    const error = await failure(files(param(INPUT, 'LSTM rnn 1 1 x a 0=3', 'Gemm g0 1 1 a b', 'Gemm g1 1 1 b c')))
    expect(error.code).toBe('unsupported')
    expect(error.where).toBe('line 4')
    expect(error.message).toContain('"LSTM" (layer "rnn", line 4), "Gemm" (layer "g0", line 5)')
    expect(error.message).not.toContain('g1')
  })
})

describe('the two files', () => {
  it('a .param that came alone names the second file and what to do', async () => {
    const error = await failure({ name: 'net.param', bytes: new TextEncoder().encode(param(INPUT, CONV)) })
    expect(error).toMatchObject({ code: 'missing-file', where: 'net.bin' })
    expect(error.message).toMatch(/weights lie in another file, "net\.bin"/)
    expect(error.hint).toMatch(/both together/)
  })

  it('a .param that needs no weights opens alone', async () => {
    const { graph } = await openModel({ name: 'net.param', bytes: new TextEncoder().encode(param(INPUT, 'ReLU r 1 1 x y')) })
    expect(graph.nodes.map((n) => n.name)).toEqual(['r'])
  })

  it.each<[string, string, Uint8Array]>([
    ['float16 weights', 'net.bin', weights(0x01306b47, new Uint8Array(8))],
    ['float32 weights', 'net.bin', weights(0, SIX)],
  ])('%s given in place of the .param', async (_, name, bytes) => {
    const error = await failure({ name, bytes })
    expect(error.message).toMatch(/holds the weights of an ncnn model alone/)
    expect(error.hint).toMatch(/"net\.param"/)
  })

  it('the binary form of a .param', async () => {
    const error = await failure({ name: 'net.param.bin', bytes: new Uint8Array(Uint32Array.of(7767517, 2, 2).buffer) })
    expect([error.code, error.why]).toEqual(['unsupported', 'its layers are written in binary (.param.bin), and only the text (.param) is read'])
  })
})

describe('weights', () => {
  const cases: [string, Uint8Array, 'unsupported' | 'bad-input', RegExp][] = [
    ['in 8 bits', weights(0x000d4b38, new Uint8Array(8), THREE), 'unsupported', /Layer "conv" \(Convolution\).*stored in 8 bits \(int8\)/],
    ['as indices into a table', weights(0x00000001, SIX, THREE), 'unsupported', /mark 0x00000001/],
    ['cut short', weights(0, SIX, [1]), 'bad-input', /weights are 12 more bytes, and 4 are left/],
    ['that are missing', new Uint8Array(0), 'bad-input', /4 more bytes, and 0 are left/],
    ['that belong to no layer', weights(0, SIX, [1, 2, 3, 4]), 'bad-input', /4 of their 44 bytes belong to no layer/],
  ]
  it.each(cases)('%s', async (_, bin, code, words) => {
    const error = await failure(files(param(INPUT, CONV), bin))
    expect(error.message).toMatch(words)
    expect(error.code).toBe(code)
    expect(error.where).toMatch(/byte \d+/)
  })

  it('in float16 are filled up to whole words', async () => {
    // 1 and 2 in half precision, for three weights and one filler.
    const halves = new Uint8Array(Uint16Array.of(0x3c00, 0x4000, 0x3c00, 0xffff).buffer)
    const bin = weights(0x01306b47, halves, [0.5])
    const { graph } = await openModel(files(param('Input in 0 1 x 0=3', 'InnerProduct fc 1 1 x y 0=1 1=1 2=3'), bin))
    const [y] = evaluate(graph, [{ dtype: 'f32', shape: [1, 3], data: Float32Array.of(1, 10, 100) }])
    expect(Array.from(y?.data ?? [])).toEqual([121.5])
  })

  it('declared larger than anything are refused before they are read', async () => {
    for (const count of [2147483647, 1073741824]) {
      const fc = `InnerProduct fc 1 1 x y 0=${count} 2=${count}`
      expect((await failure(files(param('Input in 0 1 x 0=1', fc), weights(0, SIX)))).message).toMatch(/more bytes, and 24 are left/)
    }
    expect((await failure(files(param('MemoryData m 0 1 y 0=65536 1=65536'), SIX))).message).toMatch(/has more than/)
  })
})

describe('a layer beyond what is claimed of its type, or against the format', () => {
  const cases: [string, string[], 'unsupported' | 'bad-input', RegExp][] = [
    ['int8 scales', [INPUT, `${CONV} 8=2`], 'unsupported', /quantised to 8 bits/],
    ['weights that are computed', [INPUT, `${CONV} 19=1`], 'unsupported', /weight is computed from the data/],
    ['padding with a value', [INPUT, `${CONV} 18=1.0`], 'unsupported', /pads with other than 0/],
    ['an unknown fused activation', [INPUT, `${CONV} 9=7`], 'unsupported', /fused activation is of kind 7/],
    ['an adaptive pooling', [INPUT, 'Pooling p 1 1 x y 7=1 8=2'], 'unsupported', /adaptive to a size/],
    ['a hard swish by default', [INPUT, 'HardSwish h 1 1 x y'], 'unsupported', /default that differs/],
    ['an old softmax', [INPUT, 'Softmax s 1 1 x y 0=1'], 'unsupported', /old versions/],
    ['a sine', [INPUT, 'UnaryOp u 1 1 x y 0=9'], 'unsupported', /trigonometric/],
    ['an LRN within channels', [INPUT, 'LRN l 1 1 x y 0=1'], 'unsupported', /within channels/],
    ['a mirrored border', [INPUT, 'Padding p 1 1 x y 0=1 4=2'], 'unsupported', /repeats or mirrors/],
    ['a computed shape', [INPUT, 'Reshape r 1 1 x y 0=1 6="w*h"'], 'unsupported', /shape is computed/],
    ['a computed size', [INPUT, 'Interp i 1 1 x y 0=2 5=1'], 'unsupported', /size is computed/],
    ['an input of four axes', ['Input in 0 1 x 0=4 1=4 11=4 2=2'], 'unsupported', /four axes/],
    ['a count of weights that does not fit', [INPUT, 'Convolution conv 1 1 x y 0=3 1=1 6=7'], 'bad-input', /7 weights where 6 are needed/],
    ['groups that do not divide', [INPUT, 'ConvolutionDepthWise c 1 1 x y 0=3 1=1 6=3 7=3'], 'bad-input', /do not divide into 3 groups/],
    ['a stride of 0', [INPUT, 'Convolution conv 1 1 x y 0=3 1=1 3=0 6=6'], 'bad-input', /stride is 0/],
    ['an activation without its bounds', [INPUT, `${CONV} 9=3`], 'bad-input', /lacks a parameter/],
    ['shuffle groups that do not divide', [INPUT, 'ShuffleChannel s 1 1 x y 0=3'], 'bad-input', /do not divide into 3 groups/],
    ['a slice beyond its input', [INPUT, 'Slice s 1 2 x a b -23300=2,3,-233'], 'bad-input', /part 0 would have 3 of the 2/],
    ['a crop beyond its input', [INPUT, 'Crop c 1 1 x y -23309=1,1 -23310=1,1 -23311=1,0'], 'bad-input', /entries 1 to 1 of 2/],
    ['a crop of no size', [INPUT, 'Crop c 1 1 x y 2=1'], 'bad-input', /entries 1 to 1 of 2/],
    ['a reshape that loses elements', [INPUT, 'Reshape r 1 1 x y 0=5 1=5'], 'bad-input', /\[5, 5\] does not hold the 32 elements/],
    ['a reshape with a gap', [INPUT, 'Reshape r 1 1 x y 0=4 2=8'], 'bad-input', /lacks an axis/],
    ['a blob that nothing makes', [INPUT, 'ReLU r 1 1 z y'], 'bad-input', /"z", which no layer before it makes/],
    ['a blob made twice', [INPUT, 'ReLU r 1 1 x x'], 'bad-input', /"x", which another layer makes/],
    ['a missing input', ['ReLU r 0 1 y'], 'bad-input', /input 0 is missing/],
    ['operands that do not go together', [INPUT, 'Input v 0 1 v 0=7', 'BinaryOp b 2 1 x v y'], 'bad-input', /do not go together/],
    ['a parameter that is no number', [INPUT, 'ReLU r 1 1 x y 0=a'], 'bad-input', /parameter 0 is no number/],
    ['a fraction for a size', [INPUT, 'ShuffleChannel s 1 1 x y 0=1.5'], 'bad-input', /1.5, no whole number/],
    ['an input larger than any', ['Input in 0 1 x 0=2147483647 1=2147483647 2=3'], 'bad-input', /has more than/],
    ['a size larger than any', [INPUT, 'Interp i 1 1 x y 0=1 3=16000 4=16000'], 'bad-input', /larger than/],
  ]
  it.each(cases)('%s', async (_, layers, code, words) => {
    const error = await failure(files(param(...layers), weights(0, SIX, THREE)))
    expect(error.message).toMatch(words)
    expect(error.code).toBe(code)
    expect(error.where).toMatch(/^line \d+/)
  })
})

describe('a text', () => {
  it.each<[string, string, RegExp]>([
    ['without its counts', '7767517\nInput in 0 1 x\n', /second line is not the two counts/],
    ['with too many layers', '7767517\n20001 1\n', /20001 layers, and 20000 are read/],
    ['with fewer layers than it says', `7767517\n2 2\n${INPUT}\n`, /2 layers, and 1 are there/],
    ['with more layers than it says', `7767517\n1 2\n${INPUT}\nReLU r 1 1 x y\n`, /1 layers, and another follows/],
    ['with more inputs than its line has', param('ReLU r 3 1 x y'), /as many inputs and outputs/],
    ['with a huge count of inputs', param('ReLU r 2147483647 2147483647 x y'), /as many inputs and outputs/],
    ['with a parameter out of range', param(INPUT, 'ReLU r 1 1 x y 99=1'), /"99=1" is no parameter/],
    ['with a list of another length', param(INPUT, 'Slice s 1 2 x a b -23300=9,1,1'), /no list of numbers after their count/],
  ])('%s', async (_, text, words) => {
    const error = await failure(files(text))
    expect(error.message).toMatch(words)
    expect(error.where).toMatch(/^line \d+/)
  })

  it('that is cut short anywhere', async () => {
    const { param: bytes, bin } = fixture('shuffle_v1')
    for (let length = 8; length < bytes.length - 60; length += 41) {
      const error = await failure(files(bytes.slice(0, length), bin))
      expect(error.code, `cut to ${length}`).toBe('bad-input')
    }
  })

  it('with a chain of layers as long as any opens', async () => {
    const layers = Array.from({ length: 5000 }, (_, i) => `ReLU r${i} 1 1 ${i === 0 ? 'x' : `b${i - 1}`} b${i}`)
    expect((await openModel(files(param(INPUT, ...layers)))).graph.nodes.length).toBe(5000)
  })

  it('whose stored data grows without bound is refused', async () => {
    const layers = Array.from({ length: 40 }, (_, i) => `Padding p${i} 1 1 m b${i} 0=2000 2=2000`)
    const error = await failure(files(param('MemoryData m 0 1 m 0=1 1=1', ...layers), floats([1])))
    expect(error.message).toMatch(/constant elements/)
  })
})
