/** A run allocates nothing; a call allocates its promises and the outputs it returns, and leaves nothing behind. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { createRunner, quantile } from '../../../engine/index.ts'
import { Team } from '../../../engine/session/team.ts'
import { hostOf, WatchedPool, zooCase } from './helpers.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The memory of array buffers is given back in the background of a collection; the next one waits for it. */
async function settle(): Promise<NodeJS.MemoryUsage> {
  collect()
  await new Promise((resolve) => setTimeout(resolve, 5))
  collect()
  return process.memoryUsage()
}

/** So few that the young generation is not collected among them; fewer on threads, which wait for each other on a busy machine. */
const runsOn = (threads: number): number => (threads === 1 ? 1000 : 250)
const ROUNDS = 4
/** Promises and a result object. */
const CALL_BYTES = 4096
/** Less than one object that each run would make or leave: a typed array alone takes more. */
const NOTHING = 64
/** V8 makes a BigInt of the timeout where a thread sleeps in a barrier, which it does only when others are late. */
const SLEEP_BYTES = 24

interface Growth {
  /** Bytes of the heap for each run, garbage included. */
  readonly made: number
  /** Bytes for each run that are left after collection: on the heap, and in array buffers outside it. */
  readonly left: number
  readonly buffers: number
}

/** Of some rounds, the first one apart: what runs make, they make in every round, and the process itself now and then adds to it. */
async function growth(runs: number, body: () => unknown): Promise<Growth> {
  const rounds: Growth[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const before = await settle()
    await body()
    const after = process.memoryUsage()
    const settled = await settle()
    const perRun = (from: number, to: number): number => (to - from) / runs
    rounds.push({
      made: perRun(before.heapUsed, after.heapUsed),
      left: perRun(before.heapUsed, settled.heapUsed),
      buffers: perRun(before.arrayBuffers, settled.arrayBuffers),
    })
  }
  const median = (pick: (g: Growth) => number): number => quantile(rounds.slice(1).map(pick), 0.5)
  return { made: Math.min(...rounds.map((g) => g.made).filter((made) => made >= 0)), left: median((g) => g.left), buffers: median((g) => g.buffers) }
}

const network = zooCase('shufflenet-v1-g3-0.5x', 64)
const { input } = network
/** Its first steps: on a busy machine threads wait long for each other after each one. */
const plan = { ...network.plan, steps: network.plan.steps.slice(0, 8) }

for (const threads of [1, 2]) {
  const runs = runsOn(threads)
  const idle = threads === 1 ? 0 : SLEEP_BYTES * plan.steps.length
  const where = `on ${threads} thread${threads > 1 ? 's' : ''}`

  it(`executing a plan ${where} makes no garbage`, async () => {
    const team = await Team.start(plan, await hostOf(threads))
    for (let i = 0; i < runs; i++) team.execute(false)
    const { made } = await growth(runs, () => {
      for (let i = 0; i < runs; i++) team.execute(false)
    })
    expect(made).toBeLessThan(NOTHING + idle)
    await team.stop()
  })

  it(`runs and profiles ${where} leave nothing behind, and the memory of the kernels does not grow`, async () => {
    const pool = new WatchedPool(true)
    const runner = await createRunner(plan, await hostOf(threads, pool.spawn))
    await runner.run([input])
    await runner.profile({ runs, warmup: 0 })
    const bytes = pool.starts[0]?.memory.buffer.byteLength

    const called = await growth(runs, async () => {
      for (let i = 0; i < runs; i++) await runner.run([input])
    })
    expect(called.made, 'bytes made by a run').toBeLessThan(CALL_BYTES + idle)
    expect(called.left, 'bytes left by a run').toBeLessThan(NOTHING)
    expect(called.buffers, 'array buffers left by a run').toBeLessThan(NOTHING)

    // Half of the runs are timed step by step; their samples are what a profile returns, in lists that grow by half.
    const profiled = await growth(runs, () => runner.profile({ runs: runs / 2, warmup: 0 }))
    expect(profiled.made, 'bytes made by a profiled run').toBeLessThan(CALL_BYTES + idle + 32 * plan.steps.length)
    expect(profiled.left, 'bytes left by a profiled run').toBeLessThan(NOTHING)
    expect(pool.starts[0]?.memory.buffer.byteLength).toBe(bytes)
    await runner.close()
  })
}
