import { describe, expect, it } from 'vitest'
import type { InspectReport } from '../../../electron/cli/inspect.ts'
import { sharedPath } from '../../fixtures/shared.ts'
import { cli, json } from './harness.ts'

describe('inspect', () => {
  // arXiv:1707.01083, Table 1 (complexity of the 1x networks), to the last multiply-accumulate.
  it.each([
    [1, 142_502_976],
    [2, 140_036_512],
    [3, 136_500_672],
    [4, 133_251_776],
    [8, 136_829_952],
  ])('gives the complexity of ShuffleNet v1 1x with %i groups exactly', async (groups, macs) => {
    const { totals, layers } = await json<InspectReport>(['inspect', `shufflenet-v1-g${groups}-1.0x`, '--convention', 'paper'])
    expect(totals.macs).toBe(macs)
    expect(totals.flops).toBe(2 * macs)
    expect(layers.reduce((sum, layer) => sum + layer.macs, 0)).toBe(macs)
    expect(totals.arenaBytes).toBeGreaterThan(0)
  })

  it('asks for the height and width that an ONNX file leaves open, and takes them', async () => {
    const path = 'test/fixtures/onnx/v2_dynamic_13.onnx'
    const { code, err } = await cli(['inspect', path])
    expect(code).toBe(3)
    expect(err).toMatch(/^error: .*height and width are left open.*--input 224x224/)
    expect((await json<InspectReport>(['inspect', path, '--input', '32x48'])).layers[0]?.inputShape).toEqual([1, expect.any(Number), 32, 48])
  })

  it('gives the documented fields', async () => {
    const made = await json<InspectReport>(['inspect', 'shufflenet-v1-g3-0.5x'])
    expect(Object.keys(made)).toEqual(['name', 'params', 'totals', 'layers', 'sections', 'shuffles'])
    expect(made.sections.map((s) => s.name)).toEqual(['stem', 'stage2', 'stage3', 'stage4', 'head'])
    for (const key of ['macs', 'params', 'bytes'] as const)
      expect(made.sections.reduce((sum, s) => sum + s[key], 0)).toBe(made.layers.reduce((sum, l) => sum + l[key], 0))
    expect(made.layers[0]).toEqual({
      name: expect.any(String),
      op: 'conv2d',
      groups: 1,
      inputShape: [1, 3, 224, 224],
      outputShape: [1, 12, 112, 112],
      macs: 12 * 27 * 112 * 112,
      params: 12 * 27,
      bytes: 4 * (3 * 224 * 224 + 12 * 27 + 12 * 112 * 112),
    })
    expect(made.params).toBe(made.layers.reduce((sum, layer) => sum + layer.params, 0))
    expect(made.shuffles).toHaveLength(16)
    for (const shuffle of made.shuffles) expect(shuffle).toMatchObject({ groups: 3, order: '(g,n)', source: 'explicit' })
    expect(made.shuffles.map((s) => s.channels)).toEqual([...Array(4).fill(30), ...Array(8).fill(60), ...Array(4).fill(120)])
  })

  it('takes another input size, and says so where the file fixes it', async () => {
    const { layers } = await json<InspectReport>(['inspect', 'shufflenet-v1-g3-0.5x', '--input', '160x128'])
    expect(layers[0]?.inputShape).toEqual([1, 3, 160, 128])
    expect(layers[0]?.outputShape).toEqual([1, 12, 80, 64])
  })

  it('names its convention in the table for people', async () => {
    const { out } = await cli(['inspect', 'shufflenet-v1-g3-1.0x', '--convention', 'paper'])
    expect(out).toMatch(
      /^ShuffleNet v1 1\.0x \(g=3\)\n1\.8\d M parameters\n136\.5 M MACs, 273\.0 M FLOPs \(convolutions only, as in Table 1 of the paper\)/,
    )
    expect(out).toMatch(/shuffle +groups +channels +order +source/)
  })
})

const LIGHT = sharedPath('models/light_shufflenet.onnx')
describe.skipIf(!LIGHT)("the ONNX zoo's ShuffleNet (skipped where the reference data is absent)", () => {
  it('shows 16 recognised shuffles and 124.1 M multiply-accumulates of convolutions', async () => {
    const { totals, shuffles } = await json<InspectReport>(['inspect', LIGHT ?? '', '--convention', 'conv'])
    expect(shuffles).toHaveLength(16)
    for (const shuffle of shuffles) expect(shuffle).toMatchObject({ groups: 4, source: 'recognised' })
    expect((totals.macs / 1e6).toFixed(1)).toBe('124.1')
  })

  it('keeps its input size', async () => {
    expect(await cli(['inspect', LIGHT ?? '', '--input', '160x160'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/fixes its size to 224x224, not 160x160/),
    })
  })
})
