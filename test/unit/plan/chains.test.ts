/** Runs of steps without a barrier: whichever thread is ahead, however far, the bits are the same. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildZooModel, fuse, type HostTensor, makePlan, type Plan, recognise, tensorOf } from '../../../engine/index.ts'
import { findChains, type StepAccess } from '../../../engine/plan/chains.ts'
import { instantiate, type KernelExports } from '../../../engine/session/kernelModule.ts'
import { loadPlan } from '../../../engine/session/memory.ts'
import { readTensor, writeTensor } from '../../../engine/session/transfer.ts'
import { listing, randomNetwork } from '../../fixtures/randomGraph.ts'
import { kernelsOf, randomTensor } from '../../ops/harness.ts'

type Kernels = KernelExports & { runStep(kernel: number, args: number, begin: number, end: number, scratch: number): void }

/** Order of (thread, step of a run) pairs; a thread's own steps stay in order. */
type Schedule = (threads: number, length: number) => (readonly [number, number])[]

const SCHEDULES: Readonly<Record<string, Schedule>> = {
  'the first thread far ahead': (threads, length) => pairs(threads, length),
  'the last thread far ahead': (threads, length) => pairs(threads, length).map(([t, s]) => [threads - 1 - t, s]),
  'step by step': (threads, length) => pairs(length, threads).map(([s, t]) => [t, s]),
}

function pairs(outer: number, inner: number): (readonly [number, number])[] {
  return Array.from({ length: outer * inner }, (_, i) => [Math.floor(i / inner), i % inner] as const)
}

/** Runs the plan's steps by hand, as `threads` threads would in this order; the longest run of steps is returned too. */
async function runAs(plan: Plan, inputs: readonly HostTensor[], threads: number, schedule: Schedule) {
  const { memory, layout } = loadPlan(plan, threads)
  const kernels = instantiate(await kernelsOf('wasm-relaxed-simd'), memory) as Kernels
  const words = new Int32Array(memory.buffer)
  const floats = new Float32Array(memory.buffer)
  plan.inputs.forEach((target, i) => {
    const value = inputs[i]
    if (value) writeTensor(floats, layout.arena, target, value)
  })
  const word = (step: number, k: number): number => words[(layout.steps >> 2) + 4 * step + k] ?? 0
  let longest = 0
  for (let first = 0; first < layout.count; ) {
    let end = first + 1
    while (end < layout.count && word(end, 3) >> 30 === 1) end++
    longest = Math.max(longest, end - first)
    for (const [thread, s] of schedule(threads, end - first)) {
      const share = (t: number): number => Math.floor((word(first + s, 1) * t) / threads)
      if (share(thread) < share(thread + 1)) kernels.runStep(word(first + s, 0), word(first + s, 2), share(thread), share(thread + 1), layout.scratch)
    }
    first = end
  }
  return { outputs: plan.outputs.map((t) => readTensor(floats, layout.arena, t)), longest }
}

async function expectSameBits(plan: Plan, inputs: readonly HostTensor[], where = ''): Promise<number> {
  const alone = await runAs(plan, inputs, 1, SCHEDULES['step by step'] as Schedule)
  let longest = 1
  for (const threads of [2, 3, 4, 7])
    for (const [name, schedule] of Object.entries(SCHEDULES)) {
      const run = await runAs(plan, inputs, threads, schedule)
      expect(run.outputs, `${threads} threads, ${name}${where}`).toEqual(alone.outputs)
      longest = Math.max(longest, run.longest)
    }
  return longest
}

describe('threads that do not wait for each other', () => {
  for (const id of ['shufflenet-v1-g3-1.0x', 'shufflenet-v1-g8-0.5x', 'shufflenet-v2-megvii-1.0x', 'mobilenet-v1-0.5x', 'resnet-18'])
    it(`${id}: the same bits in any order`, { timeout: 60_000 }, async () => {
      const plan = makePlan(fuse(recognise(buildZooModel(id, { classes: 20 }).graph)))
      await expectSameBits(plan, [randomTensor([1, 3, 224, 224], 3)])
    })

  it('have runs of two or three steps in most units of ShuffleNet v1', async () => {
    const plan = makePlan(fuse(recognise(buildZooModel('shufflenet-v1-g3-1.0x', { classes: 20 }).graph)))
    expect(await expectSameBits(plan, [randomTensor([1, 3, 224, 224], 3)])).toBe(3)
    expect(plan.steps.filter((s) => s.follows).length).toBeGreaterThan(20)
  })

  it('100 random networks: the same bits in any order', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        const graph = randomNetwork(draw)
        const inputs = graph.inputs.map((id) => randomTensor(tensorOf(graph, id).fact.shape, 5))
        await expectSameBits(makePlan(fuse(graph)), inputs, listing(graph))
      }),
      { numRuns: 100, seed: 8 },
    )
  })
})

describe('runs of steps', () => {
  const rows = 8
  const own = (reads: readonly number[], writes: number): StepAccess => ({ buffers: [...reads, writes], reads, bands: { rows, own: true, writes } })
  const window = (reads: readonly number[], writes: number): StepAccess => ({
    buffers: [...reads, writes],
    reads,
    bands: { rows, own: false, writes },
  })
  const buffers = [0, 1, 2, 3].map((id) => ({ id, bytes: 64, from: 0, to: 3 }))

  it('end before a step that reads rows of its neighbours', () => {
    expect(findChains([own([0], 1), own([1], 2), window([2], 3)], buffers).follows).toEqual([false, true, false])
  })

  it('end before a step that overwrites what another thread may still read', () => {
    expect(findChains([window([0], 1), own([1], 0)], buffers).follows).toEqual([false, false])
    expect(findChains([own([0], 1), own([1], 0)], buffers).follows).toEqual([false, true])
  })

  it('end before a step that reads around its rows the buffer that it writes too', () => {
    expect(findChains([window([0], 1), window([1], 1)], buffers).follows).toEqual([false, false])
  })

  it('end where rows are cut otherwise, or not at all', () => {
    const half: StepAccess = { buffers: [1, 2], reads: [1], bands: { rows: rows / 2, own: true, writes: 2 } }
    expect(findChains([own([0], 1), half], buffers).follows).toEqual([false, false])
    expect(findChains([own([0], 1), { buffers: [1, 2], reads: [1], bands: undefined }, own([2], 3)], buffers).follows).toEqual([false, false, false])
  })

  it('keep their buffers alive from their start to their end', () => {
    const lives = [
      { id: 0, bytes: 64, from: 0, to: 0 },
      { id: 1, bytes: 64, from: 0, to: 1 },
      { id: 2, bytes: 64, from: 1, to: 1 },
      { id: 3, bytes: 64, from: 2, to: 2 },
    ]
    const wide = findChains([own([0], 1), own([1], 2), window([3], 3)], [...lives, { id: 4, bytes: 192, from: 2, to: 2 }])
    expect(wide.follows).toEqual([false, true, false])
    expect(wide.buffers.find((b) => b.id === 2)).toMatchObject({ from: 0, to: 1 })
    // Here the run would make the arena larger.
    expect(findChains([own([0], 1), own([1], 2), window([3], 3)], lives).follows).toEqual([false, false, false])
  })
})
