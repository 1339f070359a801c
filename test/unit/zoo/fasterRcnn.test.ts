/** The detectors of the zoo: against PyTorch with torchvision's roi_pool, nms and BoxCoder (`fixtures/make/faster_rcnn.py`), and what they cost. */
import { describe, expect, it } from 'vitest'
import {
  detectionHead,
  detectObjects,
  evaluateGraph,
  fuse,
  type Graph,
  type HostTensor,
  inspectGraph,
  makePlan,
  parameterCount,
  recognise,
  ZOO,
} from '../../../engine/index.ts'
import { anchorsOf, backboneOf, fasterRcnn } from '../../../engine/zoo/fasterRcnn.ts'
import { zooSkeleton } from '../../../engine/zoo/index.ts'
import type { WeightSource } from '../../../engine/zoo/weights.ts'
import FIXTURE from '../../fixtures/fasterRcnn.json'
import { ROLE_WEIGHTS } from '../../fixtures/formula.ts'
import { relativeError, runOn } from '../../ops/harness.ts'

const cases = Object.entries(FIXTURE.networks).map(([id, expected]) => ({ id, ...expected }))
const { height, width, classes, proposals, threshold, iou } = FIXTURE

/** `Damped` in `fixtures/make/faster_rcnn.py`. */
const DAMPED: WeightSource = {
  get(role, shape) {
    const values = ROLE_WEIGHTS.get(role, shape)
    return shape.length > 1 && /\.(expand|shifts)\./.test(role) ? values.map((v) => v / 4) : values
  },
}

function detectorOf(id: string, shuffle = true): Graph {
  const backbone = backboneOf(id)
  if (!backbone) throw new Error(`no backbone ${id}`)
  return fasterRcnn({ name: id, backbone, inputSize: [height, width], classes, shuffle, proposals }, DAMPED)
}

const image: HostTensor = {
  dtype: 'f32',
  shape: [1, 3, height, width],
  data: Float32Array.from({ length: 3 * height * width }, (_, i) => Math.sin(i * 0.37 + Math.floor(i / 97))),
}

describe('Faster R-CNN and PyTorch', () => {
  it.each(cases)('$id computes and costs the same', async ({ id, params, convMacs, linearMacs, probabilities, shifts, regions, detections }) => {
    const graph = detectorOf(id)
    expect(parameterCount(graph)).toBe(params)
    expect(inspectGraph(graph, graph).total).toMatchObject({ convMacs, linearMacs })
    const planned = fuse(recognise(graph))
    const one = await runOn({ backend: 'wasm-relaxed-simd', threads: 1 }, planned, [image])
    expect(one.map((t) => t.shape)).toEqual([
      [proposals, 1 + classes],
      [proposals, 4 * (1 + classes)],
      [proposals, 5],
    ])
    const errors = [probabilities, shifts, regions].map((expected, i) => relativeError(one[i]?.data ?? [], expected.flat()))
    console.log(`${id}: ${errors.map((e) => e.toExponential(1)).join(', ')} of the largest`)
    for (const error of errors) expect(error).toBeLessThan(1e-4)
    // A photo of the network's own size is not resized.
    const head = detectionHead(graph)
    expect(head).toMatchObject({ title: 'Faster R-CNN', classes, height, width })
    const found = head && detectObjects(head, one, { width, height }, head.preprocess, { threshold, iou })
    expect(found?.map((d) => d.index)).toEqual(detections.map(([index]) => index))
    expect(
      relativeError(
        found?.flatMap((d) => [d.score, ...d.box]) ?? [],
        detections.flatMap((d) => d.slice(1)),
      ),
    ).toBeLessThan(1e-5)
    for (const threads of [2, 3]) {
      const more = await runOn({ backend: 'wasm-relaxed-simd', threads }, planned, [image])
      expect(more.map((t) => [...t.data])).toEqual(one.map((t) => [...t.data]))
    }
  })

  it.each(cases)('$id: kernels of both builds give what the loaded graph gives, node by node, in scalar code', async ({ id }) => {
    const graph = detectorOf(id)
    const expected = evaluateGraph(graph, [image])
    for (const backend of ['wasm-simd', 'wasm-relaxed-simd'] as const) {
      const outputs = await runOn({ backend, threads: 2 }, fuse(recognise(graph)), [image])
      graph.outputs.forEach((output, i) => {
        expect(relativeError(outputs[i]?.data ?? [], expected.get(output)?.data ?? [])).toBeLessThan(1e-4)
      })
    }
  })
})

describe('the detectors of table 7', () => {
  const ids = ZOO.map((e) => e.id).filter((id) => id.startsWith('faster-rcnn-'))

  it('are each backbone at both image sizes', () => {
    expect(ids).toEqual(
      ['shufflenet-v1-g3-1.0x', 'shufflenet-v1-g3-2.0x', 'mobilenet-v1-1.0x'].flatMap((id) => [`faster-rcnn-${id}-300`, `faster-rcnn-${id}-600`]),
    )
    for (const id of ids)
      expect(zooSkeleton(id).inputs.map((i) => zooSkeleton(id).tensors.get(i)?.fact.shape)).toEqual([
        [1, 3, Number(id.slice(-3)), Number(id.slice(-3))],
      ])
  })

  it('have the complexity and the size that the paper of MobileNet prints for its own', () => {
    // arXiv:1704.04861, table 13: billions of multiply-adds, millions of parameters.
    for (const [side, billion] of [
      [300, 25.2],
      [600, 30.5],
    ] as const) {
      const graph = zooSkeleton(`faster-rcnn-mobilenet-v1-1.0x-${side}`)
      const { total } = inspectGraph(graph, graph)
      expect(Number(((total.convMacs + total.linearMacs) / 1e9).toFixed(1))).toBe(billion)
      expect(Math.abs(parameterCount(graph) / 1e6 - 6.1)).toBeLessThan(0.1)
    }
  })

  it('are made of a backbone, RPN, RoI pooling and a head whose cost does not depend on the image', () => {
    for (const id of ids) {
      const { layers } = inspectGraph(zooSkeleton(id), zooSkeleton(id))
      expect([...new Set(layers.map((l) => l.scope.split('/')[0]))]).toEqual(['backbone', 'RPN', 'RoI', 'head'])
    }
    const head = (id: string) =>
      inspectGraph(zooSkeleton(id), zooSkeleton(id))
        .layers.filter((l) => l.scope.startsWith('head'))
        .reduce((sum, l) => sum + l.cost.convMacs, 0)
    for (const id of ids.filter((i) => i.endsWith('-300'))) expect(head(id)).toBe(head(id.replace(/300$/, '600')))
  })

  it('are planned without passes of their own for batch norm, activation, addition and shuffle', () => {
    for (const id of ids) {
      const plan = makePlan(fuse(recognise(zooSkeleton(id))))
      const kernels = plan.steps.map((s) => s.kernel)
      expect(kernels.filter((k) => k === 'binary' || k === 'activation' || k === 'affine')).toEqual([])
      for (const kernel of ['boxDecode', 'nonMaxSuppression', 'maxRoiPool']) expect(kernels.filter((k) => k === kernel)).toHaveLength(1)
    }
  })

  it('say what is chosen here, and that weights are random', () => {
    for (const entry of ZOO.filter((e) => ids.includes(e.id))) {
      const words = entry.fits.map((f) => f.what).join()
      for (const part of [/RPN of 512/, /RoI pooling/, /14x14/, /fixed shape/, /the head of each region/]) expect(words).toMatch(part)
      expect(entry.classes).toBe(80)
      expect(entry.source).toMatch(/section 4\.3/)
    }
    expect(ZOO.find((e) => e.id === 'faster-rcnn-mobilenet-v1-1.0x-300')?.build().notice).toMatch(/random.*cannot detect/)
  })

  it('are known by their head, and prepare photos as it says', () => {
    const model = ZOO.find((e) => e.id === 'faster-rcnn-mobilenet-v1-1.0x-300')?.build({ classes: 2 })
    if (!model) throw new Error('no model')
    expect(detectionHead(model.graph)).toMatchObject({
      classes: 2,
      preprocess: model.preprocess,
      form: { kind: 'fasterRcnn', regions: 300, edge: 1 },
    })
    const [probabilities = -1, shifts = -1, regions = -1] = model.graph.outputs
    for (const outputs of [
      [probabilities, shifts],
      [shifts, probabilities, regions],
      [probabilities, regions, shifts],
      [regions, shifts, probabilities],
    ])
      expect(detectionHead({ ...model.graph, outputs })).toBeNull()
  })

  it('leave the shuffles out where that is asked for', () => {
    const shuffles = (shuffle: boolean) => detectorOf('shufflenet-v1-g3-1.0x', shuffle).nodes.filter((n) => n.op === 'channelShuffle').length
    expect([shuffles(true), shuffles(false)]).toEqual([16, 0])
  })
})

describe('anchors', () => {
  it('are those of py-faster-rcnn', () => {
    // generate_anchors() there: scales 8, 16, 32 on a stride of 16.
    expect(anchorsOf(16, [0.5, 1, 2], [8, 16, 32])).toEqual([
      [-84, -40, 99, 55],
      [-176, -88, 191, 103],
      [-360, -184, 375, 199],
      [-56, -56, 71, 71],
      [-120, -120, 135, 135],
      [-248, -248, 263, 263],
      [-36, -80, 51, 95],
      [-80, -168, 95, 183],
      [-168, -344, 183, 359],
    ])
  })
})
