/** What an ONNX file can get wrong, and the words for it. */
import { describe, expect, it } from 'vitest'
import { errorFrom, type ScopeError } from '../../../../engine/base/errors.ts'
import { importer } from '../../../../engine/importers/onnx/index.ts'
import { openModel } from '../../../../engine/importers/open.ts'
import type { Model } from '../../../../engine/model.ts'
import { fixture } from './fixtures.ts'
import { type Field, int, ints, model, node, raw, tensor, text, value } from './write.ts'

const X: Field = [11, 'message', value('x', [1, 4, 8, 8])]
const Y: Field = [12, 'message', value('y', [1, 4, 8, 8])]

async function open(bytes: Uint8Array, inputSize?: [number, number]): Promise<Model> {
  return await importer.open({ name: 'model.onnx', bytes }, inputSize ? { inputSize } : {})
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
  it('is named with its node, and nothing else is listed', async () => {
    const error = await failure(model([node('Einsum', ['x'], ['y'], 'attention/0'), X, Y]))
    expect(error.code).toBe('unsupported')
    expect(error.message).toContain('"Einsum"')
    expect(error.message).toContain('"attention/0"')
    expect(error.message).not.toContain('Conv')
  })

  it('several are named together, each with the first node that needs it', async () => {
    const nodes = [
      node('Einsum', ['x'], ['a'], 'one'),
      node('Einsum', ['a'], ['b'], 'two'),
      node('FusedConv', ['b'], ['y'], 'three', [], 'com.microsoft'),
    ]
    const { message: text, where } = await failure(model([...nodes, X, Y]))
    expect(text).toContain('"Einsum" (node "one")')
    expect(text).toContain('"com.microsoft.FusedConv" (node "three")')
    expect(text).not.toContain('two')
    expect(where).toBe('one')
  })

  it('a known name in another domain is another operator', async () => {
    expect((await failure(model([node('Relu', ['x'], ['y'], 'r', [], 'my.ops'), X, Y]))).message).toContain('"my.ops.Relu"')
  })
})

describe('a node beyond what is claimed of its operator', () => {
  const weight = (shape: number[]): Field => raw('w', shape, new Float32Array(shape.reduce((a, b) => a * b, 1)))
  it.each<[string, Field[], number, RegExp]>([
    ['another number of dimensions', [node('Conv', ['x', 'w'], ['y'], 'c', []), weight([4, 4, 3])], 13, /"c" \(Conv\).*rank 4/],
    ['weights that are computed from the data', [node('Conv', ['x', 'x'], ['y'], 'c', [])], 13, /"c" \(Conv\).*weight is computed from the data/],
    ['an operator that came later', [node('Mish', ['x'], ['y'], 'm')], 13, /"m" \(Mish\).*from operator set 18 on, and the model has 13/],
    ['training', [node('Dropout', ['x', '', 't'], ['y'], 'd'), tensor('t', [], [[5, 'varint', 1]], 9)], 13, /"d" \(Dropout\).*training mode/],
    ['comparisons of data', [node('Equal', ['x', 'x'], ['y'], 'e')], 13, /"e" \(Equal\).*shape arithmetic/],
    ['integers at run time', [node('Cast', ['x'], ['y'], 'i', [int('to', 7)])], 13, /"i" \(Cast\).*integers/],
    ['another rule of padding', [node('Pad', ['x'], ['y'], 'p', [text('mode', 'wrap')])], 19, /"p" \(Pad\).*wrapping around/],
  ])('is named with its node: %s', async (_, nodes, opset, words) => {
    const error = await failure(model([...nodes, X, Y], opset))
    expect(error.code).toBe('unsupported')
    expect(error.where).toMatch(/^[cmdeip]$/)
    expect(error.message).toMatch(words)
  })
})

describe('sizes that the model leaves open', () => {
  const open4 = (shape: (number | string)[]) => model([node('Relu', ['x'], ['y']), [11, 'message', value('x', shape)], Y])
  const shapeOf = (m: Model) => m.graph.tensors.get(m.graph.inputs[0] ?? -1)?.fact.shape

  it('an open batch is one', async () => {
    expect(shapeOf(await open(open4(['batch', 3, 32, 48])))).toEqual([1, 3, 32, 48])
  })

  it('open height and width come from the input size, or the error asks for it', async () => {
    expect(shapeOf(await open(open4(['n', 3, 'h', 'w']), [64, 96]))).toEqual([1, 3, 64, 96])
    const error = await failure(open4(['n', 3, 'h', 'w']))
    expect(error.message).toContain('--input')
    expect(error.where).toBe('x')
  })

  it('a fixed size that differs from the one asked for is said, and open channels are refused', async () => {
    expect((await failure(open4([1, 3, 32, 32]), [64, 64])).message).toContain('32x32, not 64x64')
    expect(shapeOf(await open(open4([1, 3, 32, 32]), [32, 32]))).toEqual([1, 3, 32, 32])
    expect((await failure(open4([1, 'c', 32, 32]))).message).toContain('axis 1')
  })
})

describe('weights', () => {
  const add = (t: Field, opset?: number) => model([node('Add', ['x', 'w'], ['y']), t, X, Y], opset)

  it('whose bytes do not match their shape are refused before anything is allocated', async () => {
    const raw = (shape: number[], bytes: number) => add(tensor('w', shape, [[9, 'bytes', new Uint8Array(bytes)]]))
    expect((await failure(raw([2, 2], 12))).message).toContain('12 bytes where its shape needs 16')
    expect((await failure(raw([2 ** 40, 2 ** 40], 4))).message).toContain('not possible')
    expect((await failure(raw([-4], 16))).message).toContain('not possible')
    expect((await failure(add(tensor('w', [2 ** 20], [[7, 'bytes', new Uint8Array(8)]], 7)))).message).toContain('integers')
  })

  it('of strings are refused', async () => {
    expect((await failure(add(tensor('w', [1], [[6, 'string', 'text']], 8)))).message).toContain('number 8')
  })

  it('that are also listed as inputs stay constants', async () => {
    const bytes = model([
      node('Add', ['x', 'w'], ['y']),
      tensor('w', [1], [[9, 'bytes', new Uint8Array(new Float32Array([2]).buffer)]]),
      X,
      [11, 'message', value('w', [1])],
      Y,
    ])
    const { graph } = await open(bytes)
    expect(graph.inputs).toHaveLength(1)
    expect([...graph.tensors.values()].find((t) => t.name === 'w')?.data).toEqual(Float32Array.of(2))
  })

  it('made by many small nodes are bounded in sum', async () => {
    const shape = tensor(
      's',
      [2],
      [
        [7, 'varint', 4096],
        [7, 'varint', 4000],
      ],
      7,
    )
    const fills = Array.from({ length: 10 }, (_, i) => node('ConstantOfShape', ['s'], [`c${i}`]))
    expect((await failure(model([shape, ...fills, node('Relu', ['x'], ['y']), X, Y]))).message).toContain('constant elements')
  })
})

describe('graphs that do not hold together', () => {
  it.each([
    ['a tensor that nothing makes', [node('Relu', ['z'], ['y']), X, Y], /"z"/],
    ['a tensor that is made twice', [node('Relu', ['x'], ['y']), node('Relu', ['x'], ['y']), X, Y], /"y".*twice/],
    ['an output that nothing makes', [node('Relu', ['x'], ['a']), X, Y], /"y".*output/],
    ['no output', [node('Relu', ['x'], ['y']), X], /no outputs/],
    ['a missing input', [node('Relu', [], ['y'], 'r'), X, Y], /"r" \(Relu\).*missing/],
    ['an attribute out of range', [node('Transpose', ['x'], ['y'], 't', [ints('perm', [0, 1, 1, 2])]), X, Y], /"t"/],
    ['a window that is not square', [node('MaxPool', ['x'], ['y'], 'p', [ints('kernel_shape', [3])]), X, Y], /"p".*two-dimensional/],
    ['a window larger than the map', [node('MaxPool', ['x'], ['y'], 'p', [ints('kernel_shape', [9, 9])]), X, Y], /"p".*does not fit/],
  ])('%s', async (_, graph, words) => {
    const error = await failure(model(graph as Field[]))
    expect(['bad-input', 'unsupported']).toContain(error.code)
    expect(error.message).toMatch(words)
  })

  it('operator sets outside 7 to 21', async () => {
    for (const opset of [6, 22]) expect((await failure(model([node('Relu', ['x'], ['y']), X, Y], opset))).message).toContain(`operator set ${opset}`)
    for (const opset of [7, 21]) expect((await open(model([node('Relu', ['x'], ['y']), X, Y], opset))).graph.nodes).toHaveLength(1)
  })

  it('a file that is cut short', async () => {
    const { bytes } = fixture('v2_13')
    for (const part of [3, 10, bytes.length >> 1, bytes.length - 1]) {
      const error = await failure(bytes.subarray(0, part))
      expect(error.code).toBe('bad-input')
    }
    await expect(openModel({ name: 'cut.onnx', bytes: bytes.subarray(0, bytes.length >> 1) })).rejects.toThrow(/"cut.onnx"/)
  })

  it('groups nested without end', async () => {
    const nested = Uint8Array.of(0x08, 8, 0x1a, 0, ...new Array(100_000).fill(0x7b))
    expect((await failure(nested)).code).toBe('bad-input')
  })

  it('stops when cancelled', () => {
    const signal = AbortSignal.abort()
    expect(() => importer.open({ name: 'x', bytes: fixture('v2_13').bytes }, { signal })).toThrow(/cancelled/)
  })
})

describe('match', () => {
  it('knows ONNX by content', () => {
    expect(importer.match({ name: 'a.txt', bytes: fixture('v2_13').bytes })).toBe(true)
    for (const bytes of [[], [8], [0x50, 0x4b, 3, 4], [0x80, 2, 0x8a, 10], [0x89, 0x50, 0x4e, 0x47], [8, 200, 58], [8, 7, 0x7b]])
      expect(importer.match({ name: 'a.onnx', bytes: Uint8Array.from(bytes) })).toBe(false)
  })
})
