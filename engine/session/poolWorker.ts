/** What a thread of the pool does: waits for a job in shared memory, runs its share of every step, waits again. */
import { instantiate } from './kernelModule.ts'
import { CONTROL, type MemoryLayout } from './memory.ts'

export interface PoolStart {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly layout: MemoryLayout
  readonly thread: number
  readonly threads: number
}

/** Never returns until the pool is closed: a worker that calls this serves nothing else. */
export function poolWorkerMain({ module, memory, layout, thread, threads }: PoolStart, ready: () => void): void {
  const kernels = instantiate(module, memory)
  const control = new Int32Array(memory.buffer, 0, 256)
  let seen = Atomics.load(control, CONTROL.job)
  ready()
  for (;;) {
    // A short spin: runs often follow each other, and waking takes tens of microseconds.
    for (let i = 0; i < 100_000 && Atomics.load(control, CONTROL.job) === seen; i++);
    Atomics.wait(control, CONTROL.job, seen)
    const job = Atomics.load(control, CONTROL.job)
    if (Atomics.load(control, CONTROL.quit) === 1) return
    if (job === seen) continue
    seen = job
    kernels.runPlan(layout.steps, layout.count, thread, threads, 0, Atomics.load(control, CONTROL.times), layout.scratch)
  }
}
