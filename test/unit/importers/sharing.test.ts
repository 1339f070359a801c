/** A file that is given away is in memory once: weights are views of it, from the importer to the recognised graph. Nothing here is timed. */
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildZooModel, fuse, fuseStructure, type Graph, makePlan, openModel, planArenaBytes, recognise, writeBundle } from '../../../engine/index.ts'
import { WeightStore } from '../../../engine/plan/weights.ts'
import { externalTensor, type Field, ints, model, node, raw, tensor, value } from './onnx/write.ts'

const CHANNELS = 8
const LAYERS = 12

/** Convolutions whose weights begin at every alignment, since their names grow; biases are too small to be moved. */
function chain(): Uint8Array<ArrayBuffer> {
  const fields: Field[] = [
    [11, 'message', value('x', [1, CHANNELS, 6, 6])],
    [12, 'message', value(`y${LAYERS - 1}`, [1, CHANNELS, 6, 6])],
  ]
  for (let i = 0; i < LAYERS; i++) {
    const name = 'w'.repeat(i + 1)
    fields.push(raw(name, [CHANNELS, CHANNELS, 3, 3], numbers(CHANNELS * CHANNELS * 9, i)), raw(`${name}.bias`, [CHANNELS], numbers(CHANNELS, i)))
    fields.push(node('Conv', [i ? `y${i - 1}` : 'x', name, `${name}.bias`], [`y${i}`], `conv${i}`, [ints('pads', [1, 1, 1, 1])]))
  }
  return Uint8Array.from(model(fields))
}

function numbers(length: number, salt: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(i * 1.7 + salt))
}

const weights = (graph: Graph) => [...graph.tensors.values()].flatMap(({ name, data }) => (data ? [{ name, data }] : []))

/** Bytes of weights that do not lie in `file`, each memory counted once. */
function besides(graph: Graph, file: ArrayBufferLike): number {
  const buffers = new Set(weights(graph).map(({ data }) => data.buffer))
  buffers.delete(file)
  return [...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0)
}

describe('ONNX', () => {
  it('weights are views of a file that is given away, at whatever alignment they lie in it', async () => {
    const expected = new Map(weights((await openModel({ name: 'm.onnx', bytes: chain() })).graph).map((w) => [w.name, w.data]))
    const bytes = chain()
    const { graph } = await openModel({ name: 'm.onnx', bytes, owned: true })
    for (const { name, data } of weights(graph)) {
      expect(data, name).toEqual(expected.get(name))
      if (data.length > CHANNELS) expect(data.buffer === bytes.buffer, name).toBe(true)
    }
    expect(expected.size).toBe(2 * LAYERS)
    expect(besides(graph, bytes.buffer)).toBeLessThanOrEqual(4 * CHANNELS * LAYERS)
    const recognised = recognise(graph)
    for (const { name, data } of weights(recognised)) expect(data, name).toEqual(expected.get(name))
    expect(besides(recognised, bytes.buffer)).toBeLessThanOrEqual(4 * CHANNELS * LAYERS)
  })

  it('so are matrices of products, whichever way they lie', async () => {
    const side = 12
    const bytes = Uint8Array.from(
      model([
        [11, 'message', value('x', [1, side])],
        [12, 'message', value('z', [1, side])],
        raw('product', [side, side], numbers(side * side, 1)),
        raw('gemm', [side, side], numbers(side * side, 2)),
        node('MatMul', ['x', 'product'], ['y'], 'product'),
        node('Gemm', ['y', 'gemm'], ['z'], 'gemm'),
      ]),
    )
    const recognised = recognise((await openModel({ name: 'm.onnx', bytes, owned: true })).graph)
    expect(recognised.nodes.map((n) => n.op)).toEqual(['linear', 'linear'])
    expect(besides(recognised, bytes.buffer)).toBe(0)
  })

  it('so are weights that are one packed list of floats; lists in parts, and of integers, are read as before', async () => {
    const data = numbers(64, 5)
    const bytesOf = (list: Float32Array) => new Uint8Array(list.buffer, list.byteOffset, list.byteLength)
    const bytes = Uint8Array.from(
      model([
        [11, 'message', value('x', [1, 64])],
        [12, 'message', value('z', [1, 64])],
        tensor('whole', [64], [[4, 'bytes', bytesOf(data)]]),
        tensor(
          'parts',
          [64],
          [
            [4, 'bytes', bytesOf(data.subarray(0, 20))],
            [4, 'bytes', bytesOf(data.subarray(20))],
          ],
        ),
        node('Add', ['x', 'whole'], ['y'], 'first'),
        node('Add', ['y', 'parts'], ['z'], 'second'),
      ]),
    )
    const { graph } = await openModel({ name: 'm.onnx', bytes, owned: true })
    const [whole, parts] = weights(graph)
    expect([whole?.data, parts?.data]).toEqual([data, data])
    expect(whole?.data.buffer === bytes.buffer).toBe(true)
    expect(besides(graph, bytes.buffer)).toBe(256)
  })

  it('a file that is not given away is left as it is, and nothing keeps it', async () => {
    const bytes = chain()
    const { graph } = await openModel({ name: 'm.onnx', bytes })
    expect(bytes).toEqual(chain())
    for (const { name, data } of weights(graph)) expect(data.buffer === bytes.buffer, name).toBe(false)
  })

  it('every fixture reads the same either way', async () => {
    const folder = resolve(import.meta.dirname, '../../fixtures/onnx')
    const names = readdirSync(folder).filter((n) => n.endsWith('.onnx'))
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) {
      const read = () => new Uint8Array(readFileSync(resolve(folder, name)))
      const size = name.includes('dynamic') ? { inputSize: [64, 64] as const } : {}
      const copied = await openModel({ name, bytes: read() }, size)
      const kept = await openModel({ name, bytes: read(), owned: true }, size)
      expect([...kept.graph.tensors.values()], name).toEqual([...copied.graph.tensors.values()])
    }
  })

  it('weights in a file beside the model are views of that file', async () => {
    const data = numbers(CHANNELS * CHANNELS, 3)
    const bytes = model([
      node('Conv', ['x', 'w'], ['y'], 'conv'),
      externalTensor('w', [CHANNELS, CHANNELS, 1, 1], { location: 'w.bin', offset: '8' }),
      [11, 'message', value('x', [1, CHANNELS, 6, 6])],
      [12, 'message', value('y', [1, CHANNELS, 6, 6])],
    ])
    const file = new Uint8Array(8 + data.byteLength)
    file.set(new Uint8Array(data.buffer), 8)
    const { graph } = await openModel({ name: 'm.onnx', bytes, beside: async () => file })
    expect(besides(graph, file.buffer)).toBe(0)
    expect(weights(graph).map((w) => w.data)).toEqual([data])
  })
})

describe('bundles', () => {
  it('weights are views of a file that is given away', async () => {
    const made = buildZooModel('shufflenet-v1-g3-0.5x', { inputSize: [64, 64] })
    const bytes = writeBundle(made)
    const { graph } = await openModel({ name: 'm.safetensors', bytes, owned: true })
    expect(besides(graph, bytes.buffer)).toBe(0)
    expect([...graph.tensors.values()]).toEqual([...made.graph.tensors.values()])
    expect(besides((await openModel({ name: 'm.safetensors', bytes })).graph, bytes.buffer)).toBeGreaterThan(0)
  })
})

describe('structure alone', () => {
  it.each(['shufflenet-v1-g3-1.0x', 'shufflenet-v2-torchvision-0.5x', 'mobilenet-v1-1.0x'])(
    '%s: the arena is that of its plan, and no weight is copied',
    (id) => {
      const recognised = recognise(buildZooModel(id).graph)
      const structure = fuseStructure(recognised)
      const fused = fuse(recognised)
      expect(planArenaBytes(structure)).toBe(makePlan(fused).arenaBytes)
      expect(structure.nodes).toEqual(fused.nodes)
      const before = new Set(weights(recognised).map((w) => w.data.buffer))
      const large = weights(structure).filter((w) => w.data.length > 4096)
      const made = new Set(large.map((w) => w.data.buffer).filter((b) => !before.has(b)))
      const largest = Math.max(...large.map((w) => w.data.byteLength))
      // Stand-ins for folded weights: each larger than the one before it.
      expect([...made].reduce((most, b) => Math.max(most, b.byteLength), 0)).toBeLessThanOrEqual(largest)
      for (const { name, data } of large)
        if (made.has(data.buffer))
          expect(
            data.every((x) => x === 0),
            name,
          ).toBe(true)
    },
  )

  it('large constants are packed once, when the bytes are asked for; with a store that forgets, never', () => {
    const large = 1 << 18
    let packed = 0
    const make = () => {
      packed++
      return new Float32Array(large).fill(2)
    }
    const forgetful = new WeightStore({ forgets: true })
    forgetful.later(large, make)
    expect(packed).toBe(0)
    const store = new WeightStore()
    const first = store.add(Float32Array.of(1, 2, 3))
    const offset = store.later(large, make)
    const after = store.later(2, () => Float32Array.of(5, 6))
    expect(packed).toBe(0)
    const floats = new Float32Array(store.bytes().buffer)
    expect(packed).toBe(1)
    expect([...floats.subarray(first / 4, first / 4 + 3)]).toEqual([1, 2, 3])
    expect(floats.subarray(offset / 4, offset / 4 + large).every((x) => x === 2)).toBe(true)
    expect([...floats.subarray(after / 4, after / 4 + 2)]).toEqual([5, 6])
  })
})
