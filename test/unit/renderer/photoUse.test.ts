/** What a model can do with a photo, by its graph alone. */
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { buildZooModel, fact, type Graph, type Model, openModel } from '../../../engine/index.ts'
import { answersClasses, noticeOf, preprocessOf } from '../../../renderer/workers/photoUse.ts'
import { sharedPath } from '../../fixtures/shared.ts'

const DETECTOR = 'models/FastestDet.onnx'
const zoo = buildZooModel('shufflenet-v1-g3-0.25x', { inputSize: [64, 96], classes: 10 })

/** The model with another first input or output. */
const shaped = (where: 'inputs' | 'outputs', shape: readonly number[]): Graph => {
  const [id = -1] = zoo.graph[where]
  const tensor = zoo.graph.tensors.get(id)
  if (!tensor) throw new Error('no such tensor')
  return { ...zoo.graph, tensors: new Map(zoo.graph.tensors).set(id, { ...tensor, fact: fact(shape) }) }
}
const silent = (graph: Graph): Model => ({ ...zoo, preprocess: null, notice: null, graph })

describe('photos as input', () => {
  it('go in as the model says', () => {
    expect(preprocessOf(zoo)).toBe(zoo.preprocess)
    expect(noticeOf(zoo)).toBe(zoo.notice)
  })

  it('go in as RGB from 0 to 1 where the file says nothing, which is told', () => {
    const model = silent(zoo.graph)
    expect(preprocessOf(model)).toMatchObject({ crop: [64, 96], resize: 96, scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] })
    expect(noticeOf(model)).toMatch(/assumed/)
  })

  it.each([[[1, 1, 64, 64]], [[2, 3, 64, 64]], [[1, 3, 64]], [[1, 3, 20_000, 64]]])('do not go into %j', (shape) => {
    expect(preprocessOf(silent(shaped('inputs', shape)))).toBeNull()
    expect(noticeOf(silent(shaped('inputs', shape)))).toBeNull()
  })

  it('do not go into a network with a second input', () => {
    expect(preprocessOf({ ...zoo, graph: { ...zoo.graph, inputs: [...zoo.graph.inputs, ...zoo.graph.outputs] } })).toBeNull()
  })
})

describe('classes as output', () => {
  it.each([
    [[1, 10], true],
    [[1, 10, 1, 1], true],
    [[1, 85, 22, 22], false],
    [[1, 1], false],
  ])('%j: %s', (shape, expected) => expect(answersClasses(shaped('outputs', shape))).toBe(expected))

  it.skipIf(!sharedPath(DETECTOR))('are not what a detector gives; photos go into it (skipped where the file is not at hand)', async () => {
    const model = await openModel({ name: 'FastestDet.onnx', bytes: await readFile(sharedPath(DETECTOR) ?? '') })
    expect(answersClasses(model.graph)).toBe(false)
    expect(preprocessOf(model)?.crop).toEqual([352, 352])
  })
})
