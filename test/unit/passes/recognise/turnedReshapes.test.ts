/** Reshapes between transposes, as graphs in TensorFlow's order (NHWC) have them. */
import { describe, expect, it } from 'vitest'
import type { GraphBuilder } from '../../../../engine/ir/build.ts'
import type { TensorId } from '../../../../engine/ir/graph.ts'
import { recognise } from '../../../../engine/passes/pipeline.ts'
import { runsOf, turnedReshapes } from '../../../../engine/passes/recognise/turnedReshapes.ts'
import { seeded } from '../../../fuzz/mutate.ts'
import { graphOf, opsOf, rewritten } from './helpers.ts'

const turn = (b: GraphBuilder, x: TensorId, perm: number[], name: string): TensorId => b.node('transpose', { perm }, [x], { name })
const see = (b: GraphBuilder, x: TensorId, shape: number[], name: string): TensorId => b.node('reshape', { shape }, [x], { name })

/** A channel shuffle of a map [N, C, H, W], written for [N, H, W, C]. */
function shuffleInNhwc(b: GraphBuilder, x: TensorId, [n, c, h, w]: [number, number, number, number], groups: number, batch: boolean): TensorId {
  const lead = batch ? [n] : []
  const from = lead.length
  let y = turn(b, x, [0, 2, 3, 1], 'nhwc')
  y = see(b, y, [...lead, h, w, groups, c / groups], 'split')
  y = turn(b, y, [...lead.map(() => 0), from, from + 1, from + 3, from + 2], 'swap')
  y = see(b, y, [n, h, w, c], 'join')
  return turn(b, y, [0, 3, 1, 2], 'nchw')
}

describe('move reshapes out from between transposes', () => {
  it.each([
    [[2, 12, 5, 3], 3, true],
    [[1, 12, 5, 3], 4, true],
    [[1, 6, 4, 4], 2, false],
    [[1, 8, 1, 1], 2, true],
  ] as const)('a channel shuffle of %j in %i groups, with the batch: %j', (shape, groups, batch) => {
    const graph = graphOf(shape, (b, x) => shuffleInNhwc(b, x, [...shape], groups, batch))
    rewritten(graph, turnedReshapes)
    const after = recognise(graph)
    expect(opsOf(after)).toEqual(['channelShuffle'])
    const { groups: found, order } = (after.nodes[0]?.attrs ?? {}) as { groups: number; order: string }
    // Of two equal names of one permutation, the one with fewer groups is taken.
    expect(order === '(g,n)' ? found : shape[1] / found).toBe(groups)
  })

  it('a first transpose that something else reads stays for it', () => {
    const graph = graphOf([1, 6, 4, 4], (b, x) => {
      const first = turn(b, x, [0, 2, 3, 1], 'nhwc')
      const y = turn(b, see(b, first, [1, 4, 4, 3, 2], 'split'), [0, 4, 3, 1, 2], 'swap')
      return [y, b.node('softmax', { axis: 3 }, [first], { name: 'other' })]
    })
    const after = rewritten(graph, turnedReshapes)
    expect(opsOf(after).filter((op) => op === 'transpose').length).toBe(2)
    expect(opsOf(after)).toContain('softmax')
  })

  it('computes the same for random axes, cut and joined', () => {
    let changed = 0
    for (let seed = 1; seed <= 300; seed++) {
      const random = seeded(seed)
      const extents = Array.from({ length: 3 + random.int(3) }, () => 1 + random.int(4))
      const shuffled = (count: number): number[] => {
        const list = Array.from({ length: count }, (_, i) => i)
        for (let i = count - 1; i > 0; i--) {
          const j = random.int(i + 1)
          const [a = 0, b = 0] = [list[i], list[j]]
          list[i] = b
          list[j] = a
        }
        return list
      }
      // Fine axes in runs of one to three; the coarse shape is their products, with an axis of extent 1 now and then.
      const coarse: number[] = []
      for (let i = 0; i < extents.length; ) {
        const length = Math.min(1 + random.int(3), extents.length - i)
        coarse.push(extents.slice(i, i + length).reduce((p, e) => p * e, 1))
        if (random.int(5) === 0) coarse.push(1)
        i += length
      }
      const [from, to] = random.int(2) === 0 ? [coarse, extents] : [extents, coarse]
      const p = shuffled(from.length)
      const q = shuffled(to.length)
      const input = from.map((_, axis) => from[p.indexOf(axis)] ?? 1)
      const graph = graphOf(input, (b, x) => turn(b, see(b, turn(b, x, p, 'p'), to, 'see'), q, 'q'))
      if (opsOf(rewritten(graph, turnedReshapes)).filter((op) => op === 'transpose').length === 1) changed++
    }
    expect(changed).toBeGreaterThan(250)
  })

  it('is left alone where axes cut across each other', () => {
    const graph = graphOf([1, 6, 4, 4], (b, x) => turn(b, see(b, turn(b, x, [0, 2, 3, 1], 'nhwc'), [1, 8, 2, 6], 'across'), [0, 3, 1, 2], 'nchw'))
    expect(opsOf(rewritten(graph, turnedReshapes))).toEqual(['transpose', 'reshape', 'transpose'])
  })
})

it.each([
  [
    [6, 4],
    [2, 3, 4],
    [[0, 1], [2]],
  ],
  [
    [1, 6],
    [6, 1],
    [[], [0, 1]],
  ],
  [[6, 4], [4, 6], undefined],
  [[6], [6, 2], undefined],
  [[0, 4], [0, 2, 2], undefined],
] as [number[], number[], number[][] | undefined][])('runs of %j in %j', (coarse, fine, runs) => {
  expect(runsOf(coarse, fine)).toEqual(runs)
})
