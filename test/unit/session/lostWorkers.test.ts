/** Workers that are killed: a typed error or a quiet replacement, and the next run gives what it should. */
import { beforeAll, describe, expect, it } from 'vitest'
import { createRunner, type PoolStart, type Runner, ScopeError } from '../../../engine/index.ts'
import { arm, type Case, type Doomed, hostOf, spawn, spawnDoomed, WatchedPool, zooCase } from './helpers.ts'

/** A run must be long enough for a worker to be killed inside it: 2.2 GMACs. */
const LARGE = 896

let small: Case
let large: Case
let expectedSmall: unknown
let expectedLarge: unknown

async function outputs(runner: Runner, { input }: Case): Promise<unknown> {
  return (await runner.run([input])).outputs
}

async function alone(what: Case): Promise<unknown> {
  const runner = await createRunner(what.plan, await hostOf(1))
  const result = await outputs(runner, what)
  await runner.close()
  return result
}

beforeAll(async () => {
  small = zooCase('shufflenet-v1-g3-0.5x', 64)
  large = zooCase('shufflenet-v1-g3-1.0x', LARGE)
  expectedSmall = await alone(small)
  expectedLarge = await alone(large)
})

async function expectLost(run: Promise<unknown>): Promise<void> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ScopeError)
  expect(error).toMatchObject({ code: 'internal', message: expect.stringContaining('Run it again') })
}

describe('workers killed in the middle of a run', () => {
  for (const { threads, steps } of [
    { threads: 2, steps: 1 },
    { threads: 2, steps: 30 },
    { threads: 3, steps: 10 },
  ])
    it(`after ${steps} steps on ${threads} threads: a typed error, and the next run works with new workers`, async () => {
      const doomed: Doomed[] = []
      let later = 0
      const pool = async (start: PoolStart) => {
        if (start.thread > 1 || doomed.length > 0) {
          if (doomed.length > 0) later++
          return spawn(start)
        }
        const worker = await spawnDoomed(start)
        doomed.push(worker)
        return worker.thread
      }
      const runner = await createRunner(large.plan, await hostOf(threads, pool))
      expect(await outputs(runner, large)).toEqual(expectedLarge)
      const [victim] = doomed
      if (!victim) throw new Error('no worker was started')
      later = 0
      arm(victim, steps)
      await expectLost(runner.run([large.input]))
      expect(victim.fuse[2]).toBeGreaterThanOrEqual(steps)
      expect(victim.fuse[2], 'killed inside the run').toBeLessThan(large.plan.steps.length)
      expect(await outputs(runner, large)).toEqual(expectedLarge)
      expect(later).toBe(threads - 1)
      await runner.close()
    })
})

describe('workers killed between runs', () => {
  it('are replaced before the next run where the platform says that they are gone', async () => {
    const pool = new WatchedPool(true)
    const runner = await createRunner(small.plan, await hostOf(3, pool.spawn))
    expect(await outputs(runner, small)).toEqual(expectedSmall)
    await pool.threads[0]?.terminate()
    expect(pool.threads[0]?.gone).toBe(true)
    expect(await outputs(runner, small)).toEqual(expectedSmall)
    expect(pool.started, 'both workers of the team are new').toBe(4)
    expect(await outputs(runner, small)).toEqual(expectedSmall)
    expect(pool.started).toBe(4)
    await runner.close()
  })

  it('are missed by the next run where it does not; calls that come together after it share the new workers', async () => {
    const pool = new WatchedPool(false)
    const runner = await createRunner(small.plan, await hostOf(2, pool.spawn))
    await pool.threads[0]?.terminate()
    await expectLost(runner.run([small.input]))
    expect(await Promise.all([outputs(runner, small), outputs(runner, small)])).toEqual([expectedSmall, expectedSmall])
    expect(pool.started).toBe(2)
    await runner.close()
  })
})

describe('workers that cannot be had', () => {
  const none = new ScopeError({ code: 'internal', what: 'Thread pool', why: 'there is none left', hint: 'Use one thread' })

  it('make no runner', async () => {
    await expect(createRunner(small.plan, await hostOf(2, () => Promise.reject(none)))).rejects.toBe(none)
  })

  it('fail the run that needs them, and the run after it tries again', async () => {
    const pool = new WatchedPool(true)
    let refuse = false
    const runner = await createRunner(small.plan, await hostOf(2, async (start) => (refuse ? Promise.reject(none) : pool.spawn(start))))
    refuse = true
    await pool.threads[0]?.terminate()
    await expect(runner.run([small.input])).rejects.toBe(none)
    refuse = false
    expect(await outputs(runner, small)).toEqual(expectedSmall)
    await runner.close()
  })

  it('are not asked for without end', async () => {
    let started = 0
    const runner = await createRunner(
      small.plan,
      await hostOf(2, async (start) => {
        started++
        const thread = await spawn(start)
        await thread.terminate()
        return thread
      }),
    )
    await expect(runner.run([small.input])).rejects.toMatchObject({ code: 'internal', hint: 'Use one thread' })
    expect(started).toBeLessThan(5)
    await runner.close()
  })
})
