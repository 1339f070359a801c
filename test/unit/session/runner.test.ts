/** A runner's life: inputs, cancellation, closing; and kernels that fail. */
import { expect, it } from 'vitest'
import { createRunner, type HostTensor, type Plan, type PlanStep, ScopeError } from '../../../engine/index.ts'
import { randomTensor } from '../../ops/harness.ts'
import { hostOf, WatchedPool, zooCase } from './helpers.ts'

const { plan, input } = zooCase('shufflenet-v1-g3-0.5x', 64)
const CLOSED = { code: 'internal', message: expect.stringContaining('Open the model again') }

it('closes while idle, and twice, and its workers end', async () => {
  const pool = new WatchedPool(true)
  const runner = await createRunner(plan, await hostOf(3, pool.spawn))
  await runner.run([input])
  await runner.close()
  expect(pool.threads.map((t) => t.gone)).toEqual([true, true])
  await runner.close()
})

it('refuses to run and to profile once it is closed, and starts no worker for it', async () => {
  const pool = new WatchedPool(true)
  const runner = await createRunner(plan, await hostOf(2, pool.spawn))
  await runner.close()
  await expect(runner.run([input])).rejects.toBeInstanceOf(ScopeError)
  await expect(runner.run([input])).rejects.toMatchObject(CLOSED)
  await expect(runner.profile({ runs: 1, warmup: 0 })).rejects.toMatchObject(CLOSED)
  expect(pool.started).toBe(1)
})

it('ends the workers of a pool that is closed while they are being replaced', async () => {
  const pool = new WatchedPool(true)
  const runner = await createRunner(plan, await hostOf(2, pool.spawn))
  await pool.threads[0]?.terminate()
  const run = runner.run([input])
  await new Promise((resolve) => setTimeout(resolve, 1))
  const closed = runner.close()
  await expect(run).rejects.toMatchObject(CLOSED)
  await closed
  expect(pool.threads.map((t) => t.gone)).toEqual([true, true])
})

it('does not run once its signal is aborted, and runs again without it', async () => {
  const runner = await createRunner(plan, await hostOf(2))
  await expect(runner.run([input], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' })
  expect((await runner.run([input])).outputs).toHaveLength(1)
  await runner.close()
})

it('stops a profile between runs when its signal is aborted', async () => {
  const runner = await createRunner(plan, await hostOf(2))
  const controller = new AbortController()
  let done = 0
  const profile = runner.profile({
    runs: 10_000,
    warmup: 0,
    signal: controller.signal,
    onProgress: (n) => {
      done = n
      controller.abort()
    },
  })
  await expect(profile).rejects.toMatchObject({ code: 'cancelled' })
  expect(done).toBeLessThan(100)
  await runner.close()
})

it('refuses an input of another shape and stays usable', async () => {
  const runner = await createRunner(plan, await hostOf(2))
  await expect(runner.run([randomTensor([1, 3, 32, 32], 1)])).rejects.toMatchObject({ code: 'bad-input' })
  expect((await runner.run([input])).outputs).toHaveLength(1)
  await runner.close()
})

it('profiles with the inputs of the last run, though their memory is used for other tensors', async () => {
  // After a profile the output still lies in the arena: had the input been overwritten, it would be another.
  const pool = new WatchedPool(true)
  const runner = await createRunner(plan, await hostOf(2, pool.spawn))
  const { outputs } = await runner.run([input])
  await runner.profile({ runs: 2, warmup: 1 })
  const [start] = pool.starts
  const [target] = plan.outputs
  if (!start || !target) throw new Error('no output')
  const left = new Float32Array(start.memory.buffer, start.layout.arena + target.offset, outputs[0]?.data.length)
  expect(Float32Array.from(left)).toEqual(outputs[0]?.data)
  await runner.close()
})

/** The first convolution reads far beyond the memory. */
function beyond(good: Plan): Plan {
  const [first, ...rest] = good.steps
  if (!first) throw new Error('the plan has no steps')
  const broken: PlanStep = { ...first, args: first.args.map((arg, i) => (i === 0 ? 0x7fff0000 : arg)) }
  return { ...good, steps: [broken, ...rest] }
}

it('turns a kernel that fails into a typed error, every time', async () => {
  for (const threads of [1, 2]) {
    const runner = await createRunner(beyond(plan), await hostOf(threads))
    for (let i = 0; i < 2; i++) {
      const error: unknown = await runner.run([input]).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(ScopeError)
      expect(error).toMatchObject({ code: 'internal', why: 'a kernel failed', cause: expect.any(WebAssembly.RuntimeError) })
    }
    await runner.close()
  }
})

it('gives each caller arrays of its own', async () => {
  const runner = await createRunner(plan, await hostOf(1))
  const first: HostTensor | undefined = (await runner.run([input])).outputs[0]
  const copy = first && Float32Array.from(first.data)
  await runner.run([randomTensor([1, 3, 64, 64], 77)])
  expect(first?.data).toEqual(copy)
  await runner.close()
})
