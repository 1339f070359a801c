/** Every network of the zoo: the fused, planned, threaded run gives what the loaded graph gives, node by node, in scalar code. */
import { describe, expect, it } from 'vitest'
import { buildZooModel, fuse, makePlan, recognise, ZOO } from '../../../engine/index.ts'
import { BACKENDS, expectAgreement, randomTensor } from '../../ops/harness.ts'

/** A small input is quick in scalar code; VGG-16's classifier wants a map of 7x7 or of one pixel. */
const sideOf = (id: string): number => (id === 'vgg-16' ? 32 : 64)

describe('plans of the zoo', () => {
  // Detectors have a test of their own: scalar code would take minutes for all their regions.
  for (const entry of ZOO.filter(({ id }) => !id.startsWith('faster-rcnn-')))
    it(entry.id, async () => {
      const side = sideOf(entry.id)
      const model = buildZooModel(entry.id, { inputSize: [side, side], classes: 17 })
      const graph = fuse(recognise(model.graph))
      await expectAgreement(graph, [randomTensor([1, 3, side, side], 3)], { reference: model.graph, tolerance: 1e-4, backends: BACKENDS })
    })
})

describe('fusion', () => {
  it('leaves at most three steps per unit of ShuffleNet v1, and one pooling per shortcut', () => {
    const plan = makePlan(fuse(recognise(buildZooModel('shufflenet-v1-g3-1.0x').graph)))
    const kernels = plan.steps.map((s) => s.kernel)
    expect(kernels.filter((k) => k === 'gatherChannels' || k === 'binary' || k === 'activation' || k === 'affine')).toEqual([])
    // Stem and its pooling, 16 units of 3, 3 shortcut poolings, global pooling, classifier.
    expect(plan.steps).toHaveLength(2 + 16 * 3 + 3 + 2)
  })

  it('keeps the arena near the lower bound that lifetimes give', () => {
    for (const { id } of ZOO) {
      const plan = makePlan(fuse(recognise(buildZooModel(id, { classes: 10 }).graph)))
      expect(plan.arenaBytes / plan.arenaLowerBound, id).toBeLessThan(1.15)
    }
  })
})
