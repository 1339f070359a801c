/** Networks of the zoo against PyTorch: outputs, parameters and multiply-accumulates of torchvision's modules and of the paper's units written there (`fixtures/make/zoo.py`). */
import { describe, expect, it } from 'vitest'
import { fuse, inspectGraph, parameterCount, recognise } from '../../../engine/index.ts'
import { ARCHITECTURES } from '../../../engine/zoo/index.ts'
import { formulaImage, ROLE_WEIGHTS } from '../../fixtures/formula.ts'
import EXPECTED from '../../fixtures/zoo.json'
import { relativeError, runOn } from '../../ops/harness.ts'

const cases = Object.entries(EXPECTED).map(([id, expected]) => ({ id, ...expected }))

describe('the zoo and PyTorch', () => {
  it.each(cases)('$id computes and costs the same', async ({ id, side, range, params, convMacs, linearMacs, logits }) => {
    const architecture = ARCHITECTURES.find((a) => a.id === id)
    if (!architecture) throw new Error(`no architecture ${id}`)
    const graph = architecture.build({ name: id, inputSize: [side, side], classes: logits.length, shuffle: true }, ROLE_WEIGHTS)
    expect(parameterCount(graph)).toBe(params)
    expect(inspectGraph(graph, graph).total).toMatchObject({ convMacs, linearMacs })
    const still = formulaImage(side)
    const image = { ...still, data: still.data.map((v) => v * range) }
    const [output] = await runOn({ backend: 'wasm-relaxed-simd', threads: 1 }, fuse(recognise(graph)), [image])
    expect(output?.shape).toEqual([1, logits.length])
    const error = relativeError(output?.data ?? [], logits)
    console.log(`${id}: ${error.toExponential(1)} of the largest`)
    expect(error).toBeLessThan(1e-4)
  })

  it('covers every family', () => {
    const family = (id: string) => id.replace(/-g\d|-\d+m$|-[\d.]+x/g, '')
    const covered = new Set(cases.map((c) => family(c.id)))
    // Detectors have three outputs, and a test of their own.
    const classifiers = ARCHITECTURES.filter((a) => a.task !== 'detection')
    expect([...new Set(classifiers.map((a) => family(a.id)))].filter((f) => !covered.has(f))).toEqual([])
  })
})
