/** Checkpoints made to do harm: other globals, cuts, huge sizes, deep nesting, loops. Always a typed error, and soon. */
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { ScopeError } from '../../../../engine/base/errors.ts'
import { openModel } from '../../../../engine/importers/open.ts'
import { ByteReader } from '../../../../engine/importers/torch/reader.ts'
import { unpickle } from '../../../../engine/importers/torch/unpickler.ts'
import { checkpoint, program } from '../../../fixtures/checkpoints.ts'

const text = (s: string) => [...new TextEncoder().encode(s)]
const u32 = (n: number) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >>> 24) & 255]
const PROTO = [0x80, 2]
const STOP = 0x2e
const global = (module: string, name: string) => [0x63, ...text(`${module}\n${name}\n`)]
const string = (s: string) => [0x58, ...u32(text(s).length), ...text(s)]
const integer = (n: number) => [0x4a, ...u32(n)]
const MAGIC = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, STOP]

const pickle = (...parts: (number | number[])[]) => unpickle(new ByteReader(Uint8Array.from([...PROTO, ...parts.flat(), STOP])))
const zipped = (...parts: (number | number[])[]) =>
  zipSync({ 'a/data.pkl': Uint8Array.from([...PROTO, ...parts.flat(), STOP]), 'a/data/0': new Uint8Array(16) })
/** A pickle in an archive that looks like TorchScript. */
const scripted = (...parts: (number | number[])[]) =>
  zipSync({
    'a/data.pkl': Uint8Array.from([...PROTO, ...parts.flat(), STOP]),
    'a/constants.pkl': Uint8Array.of(0x80, 2, 0x29, STOP),
    'a/data/0': new Uint8Array(16),
  })
const open = (bytes: Uint8Array) => openModel({ name: 'x.pth', bytes })

/** A tensor of `shape` over a storage of four floats. */
function tensor(shape: number[], stride: number[], offset = 0, size = 4): number[] {
  const storage = [0x28, ...string('storage'), ...global('torch', 'FloatStorage'), ...string('0'), ...string('cpu'), ...integer(size), 0x74, 0x51]
  const tuple = (values: number[]) => [0x28, ...values.flatMap(integer), 0x74]
  const args = [
    0x28,
    ...storage,
    ...integer(offset),
    ...tuple(shape),
    ...tuple(stride),
    0x89,
    ...global('collections', 'OrderedDict'),
    0x29,
    0x52,
    0x74,
  ]
  return [...global('torch._utils', '_rebuild_tensor_v2'), ...args, 0x52]
}
const dictOf = (key: string, value: number[]) => [0x7d, ...string(key), ...value, 0x73]

describe('globals', () => {
  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['builtins', 'eval'],
    ['__builtin__', 'getattr'],
    ['torch', 'load'],
    ['torch.storage', '_load_from_bytes'],
    ['torch', '__proto__'],
    ['torch', 'constructor'],
    ['collections', 'Counter'],
  ])('%s.%s is refused by name', async (module, name) => {
    await expect(open(zipped(global(module, name), string('id'), 0x85, 0x52))).rejects.toThrow(`"${module}.${name}"`)
    expect(() => pickle(string(module), string(name), 0x93)).toThrow(`"${module}.${name}"`)
  })

  it('nothing but the known functions can be called, and nothing but a dict restored', () => {
    expect(() => pickle(string('text'), 0x29, 0x52)).toThrow(/not a function/)
    expect(() => pickle(global('torch', 'FloatStorage'), 0x29, 0x52)).toThrow(/not a function/)
    expect(() => pickle(0x5d, 0x7d, 0x62)).toThrow(/restores an object/)
    expect(() => pickle(0x69, text('os\nsystem\n'))).toThrow(/opcode 0x69/)
  })
})

describe('programs', () => {
  const object = (name: string) => [...global('__torch__', name), 0x29, 0x81]

  it.each([
    ['os', 'system'],
    ['torch.jit._pickle', 'build_everything'],
    ['torch', 'load'],
  ])('%s.%s is refused by name in a program too', async (module, name) => {
    await expect(open(scripted(global(module, name), string('id'), 0x85, 0x52))).rejects.toThrow(`"${module}.${name}"`)
  })

  it('classes of programs are refused outside of programs', async () => {
    await expect(open(zipped(object('Net')))).rejects.toThrow('"__torch__.Net"')
  })

  it('modules that contain themselves, or each other twice, and names without end, are bounded', async () => {
    const itself = [...object('Net'), 0x71, 0, 0x7d, ...string('self'), 0x68, 0, 0x73, 0x62]
    await expect(open(scripted(itself))).rejects.toThrow(/more than 64 deep/)
    // 2^60 paths to the innermost module.
    const doubled = [
      ...object('Leaf'),
      0x71,
      0,
      ...Array.from({ length: 60 }, (_, i) => [
        ...object('Net'),
        0x7d,
        ...string('a'),
        0x68,
        i,
        0x73,
        ...string('b'),
        0x68,
        i,
        0x73,
        0x62,
        0x71,
        i + 1,
      ]).flat(),
    ]
    await expect(open(scripted(doubled))).rejects.toThrow(/more than 1000000 attributes/)
    const long = [
      ...object('Leaf'),
      0x71,
      0,
      ...Array.from({ length: 60 }, (_, i) => [...object('Net'), 0x7d, ...string('x'.repeat(1000)), 0x68, i, 0x73, 0x62, 0x71, i + 1]).flat(),
    ]
    await expect(open(scripted(long))).rejects.toThrow(/longer than 4096/)
  })

  it('a state that is no dict, and tensors that lie outside of it, are errors', async () => {
    await expect(open(scripted(object('Net'), 0x4e, 0x62))).rejects.toThrow(/hold no tensors/)
    await expect(open(scripted(object('Net'), dictOf('w', tensor([1024, 1024], [1024, 1])), 0x62))).rejects.toThrow(/asks for more than the 4/)
  })
})

describe('the directory of a zip', () => {
  const bytes = zipSync(
    { 'a/data.pkl': Uint8Array.from([...PROTO, ...dictOf('w', tensor([2], [1])), STOP]), 'a/data/0': new Uint8Array(16) },
    { level: 0 },
  )
  const changed = (signature: number, field: number, value: number) => {
    const copy = bytes.slice()
    const view = new DataView(copy.buffer)
    const at = copy.findIndex((_, i) => i + 4 <= copy.length && view.getUint32(i, true) === signature)
    view.setUint32(at + field, value, true)
    return copy
  }

  it.each([
    ['an entry beyond the file', changed(0x02014b50, 42, 0x7fffffff), /is not where its directory says/],
    ['an entry in the middle of another', changed(0x02014b50, 42, 1), /is not where its directory says/],
    ['an entry that reaches past the end', changed(0x02014b50, 20, 0x7fffffff), /reaches past its end/],
    ['a stored entry of two sizes', changed(0x02014b50, 24, 0x7fffffff), /more than such an archive can hold/],
    ['a directory beyond the file', changed(0x06054b50, 16, 0x7fffffff), /fewer entries than it declares/],
    ['a size of version 64 that is not there', changed(0x02014b50, 42, 0xffffffff), /is not where its directory says/],
    ['another way of packing', changed(0x02014b50, 8, 0x000c0000), /packed by method 12/],
  ])('%s is refused', async (_what, file, message) => {
    await expect(open(file)).rejects.toThrow(message)
  })
})

describe('sizes', () => {
  it.each([
    ['a shape larger than its storage', tensor([1024, 1024], [1024, 1]), /asks for more than the 4/],
    ['a stride that repeats one element without end', tensor([65535, 32767], [0, 0]), /asks for more than the 4/],
    ['an offset past the end', tensor([2], [1], 3), /asks for more than the 4/],
    ['a stride past the end', tensor([2, 2], [1000, 1]), /asks for more than the 4/],
    ['a negative extent', tensor([-4], [1]), /whole number/],
    ['a storage larger than the file', tensor([2], [1], 0, 0x7fffffff), /shorter than its 2147483647 elements/],
  ])('%s is refused', async (_what, value, message) => {
    await expect(open(zipped(dictOf('w', value)))).rejects.toThrow(message)
  })

  it.each([
    ['text', [0x58, ...u32(0x7fffffff)]],
    ['bytes', [0x8e, 255, 255, 255, 255, 255, 255, 255, 255]],
    ['integer', [0x8b, ...u32(0x7fffffff)]],
  ])('%s of a length beyond the file is refused before anything is allocated', (_what, bytes) => {
    expect(() => pickle(bytes)).toThrow(ScopeError)
  })

  it('a legacy storage whose declared size exceeds the file is refused', async () => {
    const pickles = [...MAGIC, ...PROTO, 0x4d, 0xe9, 3, STOP, ...PROTO, 0x7d, STOP]
    const root = [...PROTO, ...dictOf('w', tensor([2], [1], 0, 0x10000000)), STOP]
    const keys = [...PROTO, 0x5d, ...string('0'), 0x61, STOP]
    const bytes = Uint8Array.from([...pickles, ...root, ...keys, ...u32(0x10000000), 0, 0, 0, 0, 1, 2, 3, 4])
    await expect(open(bytes)).rejects.toThrow(/1073741824 more are declared/)
  })

  it('a zip that declares a huge entry, or inflates without measure, is refused', async () => {
    const bytes = zipSync({ 'a/data.pkl': new Uint8Array(100_000) })
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const directory = bytes.findLastIndex((_, i) => i + 4 <= bytes.length && view.getUint32(i, true) === 0x02014b50)
    view.setUint32(directory + 24, 0x7ffffff0, true)
    await expect(open(bytes)).rejects.toThrow(/declares 2147483632 bytes/)
  })

  it('a zip64 directory that claims billions of entries is refused at once', async () => {
    const { bytes } = checkpoint('values.zip.pth')
    const copy = bytes.slice()
    const view = new DataView(copy.buffer)
    const directory = copy.findIndex((_, i) => i + 4 <= copy.length && view.getUint32(i, true) === 0x06064b50)
    expect(directory).toBeGreaterThan(0)
    view.setUint32(directory + 32, 0xffffffff, true)
    await expect(open(copy)).rejects.toThrow(/more than 100000 entries/)
  })
})

describe('shape of the machine', () => {
  it('a memo that refers to itself, and nesting without end, are bounded', async () => {
    const loop = [0x7d, 0x71, 0, ...string('model'), 0x68, 0, 0x73]
    await expect(open(zipped(loop))).rejects.toThrow(/no state dict/)
    const deep = Array.from({ length: 50_000 }, () => [0x7d, ...string('model')]).flat()
    const close = Array.from({ length: 49_999 }, () => 0x73)
    await expect(open(zipped(deep, 0x4e, 0x73, close))).rejects.toThrow(/no state dict/)
  })

  it('a call on one long list, repeated, stops at the limit of work', () => {
    const list = [0x5d, 0x28, ...Array.from({ length: 100_000 }, () => 0x4e), 0x65, 0x71, 0]
    const call = [...global('builtins', 'set'), 0x68, 0, 0x85, 0x52, 0x30]
    expect(() => pickle(list, Array.from({ length: 200 }, () => call).flat())).toThrow(/more than 4000000/)
  })

  it('an empty stack, a missing mark and a missing memo are errors', () => {
    expect(() => pickle()).toThrow(/not there/)
    expect(() => pickle(0x75)).toThrow(/mark that is not there/)
    expect(() => pickle(0x68, 7)).toThrow(/never stored/)
  })
})

describe('damage', () => {
  const programs = ['megvii-v1.trace.pt', 'torchvision-v2.export.pt2', 'other.script.pt']
  const names = ['pytorchcv-v1.legacy.pth', 'torchvision-v2.zip.pth', 'values.legacy.pth', 'values.zip.pth', ...programs]
  const fileOf = (name: string) => (programs.includes(name) ? program(name) : checkpoint(name))

  async function outcome(bytes: Uint8Array): Promise<unknown> {
    return openModel({ name: 'x.pth', bytes }, { inputSize: [32, 32] }).then(
      (model) => model.format,
      (error: unknown) => error,
    )
  }

  it.each(names)('%s cut anywhere gives a typed error', async (name) => {
    const { bytes } = fileOf(name)
    for (let i = 0; i < 60; i++) {
      const error = await outcome(bytes.subarray(0, Math.floor((i * (bytes.length - 1)) / 60)))
      expect(error).toBeInstanceOf(ScopeError)
      expect((error as ScopeError).code).not.toBe('internal')
    }
  })

  it.each(names)('%s with bytes changed gives a model or a typed error', async (name) => {
    const { bytes } = fileOf(name)
    const edit = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), async (edits) => {
        const copy = bytes.slice()
        for (const [i, value] of edits) copy[i] = value
        const result = await outcome(copy)
        if (typeof result === 'string') return
        expect(result).toBeInstanceOf(ScopeError)
        expect((result as ScopeError).code, String(result)).not.toBe('internal')
      }),
      { numRuns: 100 },
    )
  })
})
