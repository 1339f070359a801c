/** Single weights set to zero, and what is counted of them. */
import { describe, expect, it } from 'vitest'
import { buildZooModel, constantOf, type Graph, parameterCount, pruneWeights, recognise, tensorOf, weightSizes } from '../../../../engine/index.ts'
import { GraphBuilder } from '../../../../engine/ir/build.ts'
import { OPS } from '../../../../engine/ops/registry.ts'

/** Two pointwise layers, the second ten times as large. */
function twoLayers(): Graph {
  const b = new GraphBuilder('test', OPS)
  const conv = (name: string, x: number, values: readonly number[]) =>
    b.node(
      'conv2d',
      { kernel: [1, 1] },
      [x, b.weight(`${name}.w`, [2, 2, 1, 1], Float32Array.from(values)), b.weight(`${name}.b`, [2], new Float32Array(2))],
      { name },
    )
  return b.finish([conv('b', conv('a', b.input('x', [1, 2, 3, 3]), [0.1, -0.4, 0.3, -0.2]), [10, -40, 30, -20])], 'recognised')
}

const weights = (graph: Graph): number[][] =>
  graph.nodes.map((n) => Array.from(constantOf(graph, n.inputs[1] ?? -1)?.data ?? [], (v) => Number(v.toFixed(3))))

describe('pruning of weights', () => {
  it('takes the smallest of every layer, or of all', () => {
    const graph = twoLayers()
    expect(weights(pruneWeights(graph, { sparsity: 0.5, scope: 'layer' }))).toEqual([
      [0, -0.4, 0.3, 0],
      [0, -40, 30, 0],
    ])
    expect(weights(pruneWeights(graph, { sparsity: 0.5, scope: 'global' }))).toEqual([
      [0, 0, 0, 0],
      [10, -40, 30, -20],
    ])
    expect(weights(graph)[0]).toEqual([0.1, -0.4, 0.3, -0.2])
  })

  it('measures them with the batch norm behind', () => {
    const b = new GraphBuilder('test', OPS)
    const vector = (name: string, values: readonly number[]) => b.weight(name, [2], Float32Array.from(values))
    const x = b.node('conv2d', { kernel: [1, 1] }, [b.input('x', [1, 2, 3, 3]), b.weight('w', [2, 2, 1, 1], Float32Array.of(1, 2, 3, 4)), -1], {
      name: 'c',
    })
    const norm = [x, vector('s', [10, 1]), vector('b', [0, 0]), vector('m', [0, 0]), vector('v', [1, 1])]
    const graph = b.finish([b.node('batchNorm', {}, norm, { name: 'n' })], 'recognised')
    expect(weights(pruneWeights(graph, { sparsity: 0.5, scope: 'layer' }))[0]).toEqual([1, 2, 0, 0])
  })

  it.each(['layer', 'global'] as const)('reaches the share asked for, to the weight, scope %s', (scope) => {
    const graph = recognise(buildZooModel('shufflenet-v1-g3-0.5x', { inputSize: [64, 64] }).graph)
    const before = weightSizes(graph)
    // A random weight is 0 now and then.
    expect(before.nonzero).toBeGreaterThan(0.99 * before.weights)
    for (const sparsity of [0.2, 0.7]) {
      const pruned = pruneWeights(graph, { sparsity, scope })
      const after = weightSizes(pruned)
      const layers = graph.nodes.filter((n) => n.op === 'conv2d' || n.op === 'linear').length
      expect(Math.abs(after.nonzero - (1 - sparsity) * after.weights)).toBeLessThanOrEqual(scope === 'global' ? 0.5 : layers / 2)
      expect(parameterCount(pruned)).toBe(parameterCount(graph))
      expect(tensorOf(pruned, pruned.outputs[0] ?? -1).fact).toEqual(tensorOf(graph, graph.outputs[0] ?? -1).fact)
      // Only zeros are new.
      for (const [id, { data }] of pruned.tensors) {
        const was = graph.tensors.get(id)?.data
        if (data !== was) expect(data?.every((v, i) => v === 0 || v === was?.[i])).toBe(true)
      }
    }
  })

  it('takes equal magnitudes one by one', () => {
    const b = new GraphBuilder('test', OPS)
    const w = b.weight('w', [4, 1, 1, 1], Float32Array.of(1, -1, 1, 1))
    const graph = b.finish([b.node('conv2d', { kernel: [1, 1] }, [b.input('x', [1, 1, 2, 2]), w, -1], { name: 'c' })], 'recognised')
    expect(weightSizes(pruneWeights(graph, { sparsity: 0.5, scope: 'layer' })).nonzero).toBe(2)
  })

  it('counts bytes: a bitmap and the values that are left, where that is less', () => {
    const graph = twoLayers()
    // Two layers of 4 weights and 2 biases: 48 bytes.
    expect(weightSizes(graph)).toEqual({ weights: 8, nonzero: 8, denseBytes: 48, bitmapBytes: 48 })
    // The first layer: 1 byte and no values. The second: all four, dense.
    expect(weightSizes(pruneWeights(graph, { sparsity: 0.5, scope: 'global' }))).toEqual({
      weights: 8,
      nonzero: 4,
      denseBytes: 48,
      bitmapBytes: 1 + 8 + 16 + 8,
    })
  })
})
