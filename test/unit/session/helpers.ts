/** Runners of zoo networks with pools whose workers can be watched and killed. */
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { spawnThread } from '../../../electron/services/nodePool.ts'
import {
  buildZooModel,
  fuse,
  type HostTensor,
  makePlan,
  type Plan,
  type PoolStart,
  type PoolThread,
  type RunnerHost,
  recognise,
} from '../../../engine/index.ts'
import { kernelsOf, randomTensor } from '../../ops/harness.ts'

const SCRIPT = resolve(import.meta.dirname, '../../../dist/node/poolWorker.js')

export interface Case {
  readonly plan: Plan
  readonly input: HostTensor
}

export function zooCase(id: string, side: number): Case {
  const model = buildZooModel(id, { inputSize: [side, side], classes: 100 })
  return { plan: makePlan(fuse(recognise(model.graph))), input: randomTensor([1, 3, side, side], 9) }
}

export const spawn = (start: PoolStart): Promise<PoolThread> => spawnThread(SCRIPT, start)

export async function hostOf(threads: number, spawnOne: RunnerHost['spawn'] = spawn): Promise<RunnerHost> {
  return { module: await kernelsOf('wasm-relaxed-simd'), backend: 'wasm-relaxed-simd', threads, ...(spawnOne ? { spawn: spawnOne } : {}) }
}

/** A pool that counts its workers and keeps the last ones. */
export class WatchedPool {
  started = 0
  starts: PoolStart[] = []
  threads: PoolThread[] = []

  /** `tells`: whether the platform says that a worker has ended. */
  constructor(private readonly tells: boolean) {}

  readonly spawn = async (start: PoolStart): Promise<PoolThread> => {
    this.started++
    this.starts.push(start)
    const thread = await spawn(start)
    this.threads.push(thread)
    return this.tells ? thread : { terminate: () => thread.terminate() }
  }
}

/** Word of the control block where thread 0 says, times 4, up to which step its shares are done; see kernels/entry.ts. */
export const ARRIVED = 256

/**
 * The killer has a pool worker as its own child. Once it is armed (`fuse[0]` is the number of steps to let pass) it
 * watches the shared memory and terminates its child in the middle of a run, while the thread that runs is blocked in
 * Wasm. `fuse[1]` says that it watches, `fuse[2]` how many steps
 * had been done when it struck.
 */
const KILLER = `
const { parentPort, workerData, Worker } = require('node:worker_threads')
const { script, start, fuse } = workerData
const child = new Worker(script, { workerData: start })
child.once('message', () => {
  parentPort.postMessage('ready')
  Atomics.wait(fuse, 0, 0)
  const steps = new Int32Array(start.memory.buffer, 4 * ${ARRIVED}, 1)
  const serial = () => Atomics.load(steps, 0) >> 2
  // The next run counts from one more.
  const first = serial() + 1
  Atomics.store(fuse, 1, 1)
  Atomics.notify(fuse, 1)
  while (serial() - first < fuse[0]);
  child.terminate()
  fuse[2] = serial() - first
})
`

export interface Doomed {
  readonly thread: PoolThread
  readonly fuse: Int32Array
}

/** A pool worker that is killed from outside after \`arm(steps)\`. */
export async function spawnDoomed(start: PoolStart): Promise<Doomed> {
  const fuse = new Int32Array(new SharedArrayBuffer(12))
  const killer = new Worker(KILLER, { eval: true, workerData: { script: SCRIPT, start, fuse } })
  await new Promise((ready, failed) => {
    killer.once('message', ready)
    killer.once('error', failed)
  })
  killer.unref()
  return { thread: { terminate: () => killer.terminate() }, fuse }
}

/** Returns once the killer watches. */
export function arm({ fuse }: Doomed, steps: number): void {
  Atomics.store(fuse, 0, steps)
  Atomics.notify(fuse, 0)
  while (Atomics.load(fuse, 1) === 0) Atomics.wait(fuse, 1, 0)
}
