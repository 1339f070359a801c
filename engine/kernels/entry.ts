// Entry of the Wasm module: every kernel, and the loop that runs a plan's steps on one of several threads.
//
// The module holds no data segment and no mutable global: a second worker's instantiation over the same memory must
// not reset anything. All state lies in memory that the host lays out (see engine/session/memory.ts).
import { activation } from '../ops/activation/kernel'
import { affine } from '../ops/batchNorm/kernel'
import { binary } from '../ops/binary/kernel'
import { gatherChannels } from '../ops/channelShuffle/kernel'
import { depthwise, depthwise3x3 } from '../ops/conv2d/depthwise.kernel'
import { conv } from '../ops/conv2d/kernel'
import { globalPool } from '../ops/globalPool/kernel'
import { linear } from '../ops/linear/kernel'
import { matmul } from '../ops/matmul/kernel'
import { pool, pool3x3 } from '../ops/pool2d/kernel'
import { softmax } from '../ops/softmax/kernel'
import { copyStrided } from '../ops/transpose/kernel'
import { SCRATCH_BYTES } from './inline/simd'
import { probeFill, probeMadd, probeRead } from './probe.kernel'

/** Milliseconds of a monotonic clock; only profiled runs call it. */
// @ts-ignore: decorator
@external('host', 'now')
declare function now(): f64

/** Does units [begin, end) of one step; `scratch`: SCRATCH_BYTES of this thread's own. Numbers are the indices of KERNELS in ops/kernels.ts. */
export function runStep(kernel: i32, args: usize, begin: i32, end: i32, scratch: usize): void {
  switch (kernel) {
    case 0: return conv(args, begin, end, scratch)
    case 1: return depthwise(args, begin, end)
    case 2: return pool(args, begin, end)
    case 3: return globalPool(args, begin, end)
    case 4: return linear(args, begin, end)
    case 5: return binary(args, begin, end)
    case 6: return activation(args, begin, end)
    case 7: return affine(args, begin, end)
    case 8: return softmax(args, begin, end)
    case 9: return gatherChannels(args, begin, end)
    case 10: return copyStrided(args, begin, end)
    case 11: return matmul(args, begin, end)
    case 12: return depthwise3x3(args, begin, end)
    case 13: return pool3x3(args, begin, end)
    case 14: return probeMadd(args, begin, end, scratch)
    case 15: return probeFill(args, begin, end)
    case 16: return probeRead(args, begin, end, scratch)
    default: unreachable()
  }
}

// Control block, one i32 each on a cache line of its own: arrived, generation, cancel, outcome, sleepers, beat; then for
// each thread how many units of its share are taken.
const ARRIVED: usize = 0
const GENERATION: usize = 64
const CANCEL: usize = 128
const OUTCOME: usize = 192
const SLEEPERS: usize = 256
/** Grows with every piece of a long step that any thread has done: a sign of life. */
const BEAT: usize = 320
const TAKEN: usize = 1024

/** About 0.2 ms: longer than threads of one step differ, and a thread that sleeps takes tens of microseconds to wake. */
const SPINS = 400_000
/** Nanoseconds of one sleep, and how many of them without a sign of life mean that a thread is gone. */
const SLEEP: i64 = 100_000_000
const PATIENCE = 30

export const DONE = 0
export const CANCELLED = 1
export const LOST = 2

/** Waits until all threads have come here. The last to come decides, for all, whether the run goes on. */
function barrier(control: usize, threads: i32): i32 {
  const generation = atomic.load<i32>(control + GENERATION)
  if (atomic.add<i32>(control + ARRIVED, 1) == threads - 1) {
    store<i32>(control + OUTCOME, atomic.load<i32>(control + CANCEL))
    atomic.store<i32>(control + ARRIVED, 0)
    for (let t = 0; t < threads; t++) atomic.store<i32>(control + TAKEN + (t << 6), 0)
    atomic.add<i32>(control + GENERATION, 1)
    // Waking is a call into the host; whoever goes to sleep after this sees the new generation and does not.
    if (atomic.load<i32>(control + SLEEPERS) != 0) atomic.notify(control + GENERATION, threads)
    return load<i32>(control + OUTCOME)
  }
  for (let i = 0; i < SPINS; i++) if (atomic.load<i32>(control + GENERATION) != generation) return load<i32>(control + OUTCOME)
  atomic.add<i32>(control + SLEEPERS, 1)
  const outcome = sleep(control, generation)
  atomic.sub<i32>(control + SLEEPERS, 1)
  return outcome
}

function sleep(control: usize, generation: i32): i32 {
  let life = atomic.load<i32>(control + BEAT) + atomic.load<i32>(control + ARRIVED)
  for (let silent = 0; silent < PATIENCE; silent++) {
    atomic.wait<i32>(control + GENERATION, generation, SLEEP)
    if (atomic.load<i32>(control + GENERATION) != generation) return load<i32>(control + OUTCOME)
    if (atomic.load<i32>(control + CANCEL) == LOST) return LOST
    const now = atomic.load<i32>(control + BEAT) + atomic.load<i32>(control + ARRIVED)
    if (now != life) silent = -1
    life = now
  }
  return LOST
}

/**
 * A thread's part of a step. The units are cut into equal shares, so that a thread finds in its cache what it made in the
 * step before; it takes its own share in pieces, half of what is left each time, and then what others have not begun:
 * cores differ in speed, and the system may take one away at any moment.
 */
function work(kernel: i32, args: usize, units: i32, pieces: i32, thread: i32, threads: i32, control: usize, scratch: usize): void {
  for (let other = 0; other < threads; other++) {
    const owner = thread + other < threads ? thread + other : thread + other - threads
    const begin = <i32>((<i64>units * owner) / threads)
    const share = <i32>((<i64>units * (owner + 1)) / threads) - begin
    const least = max(1, share >> 4)
    const most = pieces == 1 ? share : max(1, share / pieces)
    const taken = control + TAKEN + (owner << 6)
    let from = atomic.load<i32>(taken)
    while (from < share) {
      const until = from + min(most, min(share - from, max(least, (share - from) >> 1)))
      const seen = atomic.cmpxchg<i32>(taken, from, until)
      if (seen == from) {
        runStep(kernel, args, begin + from, begin + until, scratch)
        if (pieces > 1) {
          atomic.add<i32>(control + BEAT, 1)
          if (atomic.load<i32>(control + CANCEL) != DONE) return
        }
        from = atomic.load<i32>(taken)
      } else from = seen
    }
  }
}

/** All of a step on one thread; a long one in `pieces`, so that a cancellation is seen. */
function workAlone(kernel: i32, args: usize, units: i32, pieces: i32, control: usize, scratch: usize): void {
  for (let piece = 0; piece < pieces; piece++) {
    const from = <i32>((<i64>units * piece) / pieces)
    const until = <i32>((<i64>units * (piece + 1)) / pieces)
    if (from < until) runStep(kernel, args, from, until, scratch)
    if (atomic.load<i32>(control + CANCEL) != DONE) return
  }
}

/**
 * Runs all steps as thread `thread` of `threads`; returns DONE, CANCELLED or LOST. `scratch`: SCRATCH_BYTES for each
 * thread. `steps`: (kernel, units, args address, pieces) quadruples of i32. `times`: 0, or one f64 per step and one more,
 * filled by thread 0.
 */
export function runPlan(steps: usize, count: i32, thread: i32, threads: i32, control: usize, times: usize, scratch: usize): i32 {
  if (times && thread == 0) store<f64>(times, now())
  scratch += thread * SCRATCH_BYTES
  for (let i = 0; i < count; i++) {
    const step = steps + (i << 4)
    const kernel = load<i32>(step)
    const units = load<i32>(step, 4)
    const args = load<i32>(step, 8)
    const pieces = load<i32>(step, 12)
    let outcome = DONE
    if (threads == 1) {
      workAlone(kernel, args, units, pieces, control, scratch)
      outcome = atomic.load<i32>(control + CANCEL)
    } else {
      work(kernel, args, units, pieces, thread, threads, control, scratch)
      outcome = barrier(control, threads)
    }
    if (outcome != DONE) return outcome
    if (times && thread == 0) store<f64>(times + ((i + 1) << 3), now())
  }
  return DONE
}
