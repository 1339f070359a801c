import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { buildZooModel, type Graph, hashModel, openModel, writeBundle } from '../../../engine/index.ts'

const model = buildZooModel('shufflenet-v1-g3-0.25x', { inputSize: 64, classes: 10 })

/** The first constant with one bit of it turned over. */
function touched(graph: Graph): Graph {
  const [id, tensor] = [...graph.tensors].find(([, t]) => t.data instanceof Float32Array) ?? []
  if (id === undefined || !tensor?.data) throw new Error('no constant')
  const data = Float32Array.from(tensor.data)
  data[0] = (data[0] ?? 0) + 1
  return { ...graph, tensors: new Map(graph.tensors).set(id, { ...tensor, data }) }
}

describe('the hash of a model', () => {
  it('is 64 hexadecimal digits, the same every time', async () => {
    const hash = await hashModel(model.graph)
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(await hashModel(buildZooModel('shufflenet-v1-g3-0.25x', { inputSize: 64, classes: 10 }).graph)).toBe(hash)
  })

  it('outlives writing and reading, which give tensors other numbers', async () => {
    const again = await openModel({ name: 'net.safetensors', bytes: writeBundle(model) })
    expect(await hashModel(again.graph)).toBe(await hashModel(model.graph))
  })

  it('does not depend on names, but on one weight, one attribute and the input size', async () => {
    const { graph } = model
    const hash = await hashModel(graph)
    const renamed = { ...graph, name: 'x', nodes: graph.nodes.map((n, i) => ({ ...n, name: `n${i}`, scope: '' })) }
    expect(await hashModel(renamed)).toBe(hash)
    expect(await hashModel(touched(graph))).not.toBe(hash)
    const nodes = graph.nodes.map((n) => (n.op === 'channelShuffle' ? { ...n, attrs: { ...n.attrs, order: '(n,g)' } } : n))
    expect(await hashModel({ ...graph, nodes })).not.toBe(hash)
    expect(await hashModel(buildZooModel('shufflenet-v1-g3-0.25x', { inputSize: 96, classes: 10 }).graph)).not.toBe(hash)
  })

  it('digests bytes as any SHA-256 does', async () => {
    const graph: Graph = { ...model.graph, nodes: [], inputs: [], outputs: [], tensors: new Map() }
    const text = JSON.stringify({ inputs: [], nodes: [], outputs: [] })
    expect(await hashModel(graph)).toBe(createHash('sha256').update(text).digest('hex'))
  })
})
