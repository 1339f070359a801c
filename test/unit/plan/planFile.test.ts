/** Plans as bytes: what is read is what was written, and damage is refused in words. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildZooModel, createRunner, fuse, makePlan, readPlan, recognise, ScopeError, writePlan } from '../../../engine/index.ts'
import { kernelsOf, randomTensor } from '../../ops/harness.ts'

const planOf = (id: string) => makePlan(fuse(recognise(buildZooModel(id, { inputSize: [64, 64], classes: 10 }).graph)))

describe('plan files', () => {
  for (const id of ['shufflenet-v1-g3-0.5x', 'shufflenet-v2-torchvision-0.5x', 'mobilenet-v1-0.25x', 'squeezenet-1.1'])
    it(`${id}: a round trip keeps everything`, () => {
      const plan = planOf(id)
      const read = readPlan(writePlan(plan))
      expect({ ...read, weights: [] }).toEqual({ ...plan, weights: [] })
      expect(Buffer.compare(read.weights, plan.weights)).toBe(0)
    })

  it('keeps bounds that JSON has no word for', () => {
    const infinite = planOf('shufflenet-v1-g3-0.5x').steps.filter((s) =>
      s.args.some((a) => typeof a === 'object' && 'f32' in a && a.f32 === Number.POSITIVE_INFINITY),
    )
    expect(infinite.length).toBeGreaterThan(0)
  })

  it('a plan that was read gives the bits of the one that was written', async () => {
    const plan = planOf('shufflenet-v1-g8-0.5x')
    const input = randomTensor([1, 3, 64, 64], 4)
    const outputs = await Promise.all(
      [plan, readPlan(writePlan(plan))].map(async (p) => {
        const runner = await createRunner(p, { module: await kernelsOf('wasm-simd'), backend: 'wasm-simd', threads: 1 })
        const result = await runner.run([input])
        await runner.close()
        return result.outputs
      }),
    )
    expect(outputs[1]).toEqual(outputs[0])
  })

  it('cut, changed or lengthened, it is refused with a typed error or read as a plan; nothing else is thrown', () => {
    const bytes = writePlan(planOf('shufflenet-v1-g3-0.5x'))
    for (const damaged of [bytes.subarray(0, 5), bytes.subarray(0, 100), bytes.subarray(0, bytes.length - 1), new Uint8Array([...bytes, 0])])
      expect(() => readPlan(damaged)).toThrow(ScopeError)
    fc.assert(
      fc.property(fc.nat(20_000), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const changed = bytes.slice()
        changed[at] = value
        try {
          readPlan(changed)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ScopeError)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('addresses outside their region are refused', () => {
    const plan = planOf('shufflenet-v1-g3-0.5x')
    const wild = {
      ...plan,
      steps: plan.steps.map((s, i) => (i > 0 ? s : { ...s, args: [{ region: 'arena' as const, offset: plan.arenaBytes + 4 }, ...s.args.slice(1)] })),
    }
    expect(() => readPlan(writePlan(wild))).toThrow('outside its arena')
  })
})
