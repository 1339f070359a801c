// Entry of the Wasm module: every kernel, and the loop that runs a plan's steps on one of several threads.
//
// The module holds no data segment and no mutable global: a second worker's instantiation over the same memory must
// not reset anything. All state lies in memory that the host lays out (see engine/session/memory.ts).
import { activation } from '../ops/activation/kernel'
import { affine } from '../ops/batchNorm/kernel'
import { binary } from '../ops/binary/kernel'
import { boxDecode } from '../ops/boxDecode/kernel'
import { gatherBytes, gatherChannels } from '../ops/channelShuffle/kernel'
import { depthwise, depthwise3x3 } from '../ops/conv2d/depthwise.kernel'
import { depthwise8, depthwise8of3x3 } from '../ops/conv2d/depthwise8.kernel'
import { conv, conv8 } from '../ops/conv2d/kernel'
import { convTranspose } from '../ops/convTranspose2d/kernel'
import { globalPool } from '../ops/globalPool/kernel'
import { linear, linear8 } from '../ops/linear/kernel'
import { interpolate } from '../ops/interpolate/kernel'
import { lrn } from '../ops/lrn/kernel'
import { matmul } from '../ops/matmul/kernel'
import { maxRoiPool } from '../ops/maxRoiPool/kernel'
import { nonMaxSuppression } from '../ops/nonMaxSuppression/kernel'
import { pool, pool3x3 } from '../ops/pool2d/kernel'
import { globalPool8, pool8, pool8wide } from '../ops/pool2d/pool8.kernel'
import { dequantize, quantize, quantizePlanes } from '../ops/quantize/kernel'
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
    case 17: return interpolate(args, begin, end)
    case 18: return lrn(args, begin, end)
    case 19: return convTranspose(args, begin, end)
    case 20: return conv8(args, begin, end, scratch)
    case 21: return depthwise8(args, begin, end)
    case 22: return gatherBytes(args, begin, end)
    case 23: return quantize(args, begin, end)
    case 24: return dequantize(args, begin, end)
    case 25: return pool8(args, begin, end)
    case 26: return globalPool8(args, begin, end)
    case 27: return depthwise8of3x3(args, begin, end)
    case 28: return pool8wide(args, begin, end)
    case 29: return quantizePlanes(args, begin, end)
    case 30: return boxDecode(args, begin, end)
    case 31: return nonMaxSuppression(args, begin, end)
    case 32: return maxRoiPool(args, begin, end)
    case 33: return linear8(args, begin, end)
    default: unreachable()
  }
}

// Control block, one i32 each on a cache line of its own; then two lines for each thread, which it alone writes while all
// goes well: threads that wait or help read them, and one core takes a line from another in 50 to 300 ns.
/** Serial number of the run's first step; grows from run to run. */
const BASE: usize = 0
const CANCEL: usize = 128
const SLEEPERS: usize = 256
/** Grows with every piece of a long step that any thread has done: a sign of life. */
const BEAT: usize = 320
const LINES: usize = 1024
/** i32 of a thread: serial of the barrier before which its share is done, times 4, plus what it makes the run's outcome. */
const ARRIVED: usize = 0
/** i64 of a thread: serial of the step its share is at (32 bits), parts of the share that are taken and that are done (16 each). */
const SHARE: usize = 64

/** About 0.2 ms, after that: a thread that sleeps takes tens of microseconds to wake. */
const SPINS = 400_000
/**
 * About 0.1 ms: how late a thread must be to be helped. What it has not done lies in the cache of its core, and lines that a
 * helper reads there must be won back later, so that helping one that is merely slower costs more than it brings.
 */
const GRACE = 200_000
/** Nanoseconds of one sleep, and how many of them without a sign of life mean that a thread is gone. */
const SLEEP: i64 = 100_000_000
const PATIENCE = 30
/** Nanoseconds between looks at work that another thread has taken over and been stopped in. */
const NAP: i64 = 1_000_000
/** What a share is taken in. */
const PARTS = 16
/** In the fourth word of a step, beside its pieces: it follows the one before without a barrier. */
const FOLLOWS = 0x40000000
/** As well: a share of it is done before anybody would come to help, so it is taken whole. */
const SHORT = 0x20000000

export const DONE = 0
export const CANCELLED = 1
export const LOST = 2
/** No outcome, and no bits of one. */
const GONE = 3

// @ts-ignore: decorator
@inline
function lineOf(control: usize, thread: i32): usize {
  return control + LINES + (thread << 7)
}

// @ts-ignore: decorator
@inline
function hasArrived(word: i32, serial: i32): bool {
  return word - (serial << 2) >= 0
}

/** The word of a thread that comes to barrier `serial` within `spins` looks at it, or GONE. */
function arrival(line: usize, serial: i32, spins: i32): i32 {
  for (let i = 0; i < spins; i++) {
    const word = atomic.load<i32>(line)
    if (hasArrived(word, serial)) return word
  }
  return GONE
}

function sleep(control: usize, threads: i32, line: usize, serial: i32): i32 {
  atomic.add<i32>(control + SLEEPERS, 1)
  let word = atomic.load<i32>(line)
  let life = signs(control, threads)
  for (let silent = 0; silent < PATIENCE && !hasArrived(word, serial); silent++) {
    atomic.wait<i32>(line, word, SLEEP)
    if (atomic.load<i32>(control + CANCEL) == LOST) break
    const now = signs(control, threads)
    if (now != life) silent = -1
    life = now
    word = atomic.load<i32>(line)
  }
  atomic.sub<i32>(control + SLEEPERS, 1)
  return hasArrived(word, serial) ? word : GONE
}

/** Differs when any thread has come further. */
function signs(control: usize, threads: i32): i32 {
  let sum = atomic.load<i32>(control + BEAT)
  for (let t = 0; t < threads; t++) sum += atomic.load<i32>(lineOf(control, t) + ARRIVED)
  return sum
}

// @ts-ignore: decorator
@inline
function shareStart(step: usize, thread: i32, threads: i32): i32 {
  return <i32>((<i64>load<i32>(step, 4) * thread) / threads)
}

// @ts-ignore: decorator
@inline
function piecesOf(step: usize): i32 {
  return load<i32>(step, 12) & ~(FOLLOWS | SHORT)
}

/** In how many parts a thread's share of step `i` is taken; 0 where it has none. */
function partsOf(steps: usize, i: i32, thread: i32, threads: i32): i32 {
  const step = steps + (i << 4)
  const parts = load<i32>(step, 12) & SHORT ? 1 : max(PARTS, piecesOf(step))
  return min(shareStart(step, thread + 1, threads) - shareStart(step, thread, threads), parts)
}

/**
 * Does what is left of `owner`'s shares of steps [first, end), none of which waits for another thread's part of the others.
 * The units of a step are cut into equal shares, so that a thread finds in its cache what it made in the step before; it
 * takes a short share whole, since each call starts tiles of its own, and of others half of what is left each time, and
 * smaller pieces of those of threads that are late: cores differ in speed, and the system may take one away at any moment.
 * Returns the step up to which `times` are stored.
 */
function take(steps: usize, first: i32, end: i32, base: i32, owner: i32, thread: i32, threads: i32, control: usize, scratch: usize, times: usize): i32 {
  const line = lineOf(control, owner) + SHARE
  const own = owner == thread
  let stamped = first
  let waited = 0
  while (true) {
    const word = atomic.load<i64>(line)
    let i = <i32>(word >> 32) - base
    let taken = <i32>(word >> 16) & 0xffff
    let done = <i32>word & 0xffff
    if (i < first) {
      i = first
      taken = 0
      done = 0
    }
    let parts = i < end ? partsOf(steps, i, owner, threads) : 0
    while (i < end && done == parts) {
      taken = 0
      done = 0
      if (++i < end) parts = partsOf(steps, i, owner, threads)
    }
    // One that this thread meant to help may have gone on meanwhile.
    if (i >= end) break
    if (taken == parts) {
      // Somebody else has the last of it.
      if (!own) break
      if (++waited < SPINS) continue
      if (waited > SPINS + PATIENCE * <i32>(SLEEP / NAP)) break
      atomic.wait<i64>(line, word, NAP)
      continue
    }
    const step = steps + (i << 4)
    const begin = shareStart(step, owner, threads)
    const share = shareStart(step, owner + 1, threads) - begin
    const pieces = piecesOf(step)
    const left = parts - taken
    const n = pieces > 1 ? max(1, parts / pieces) : own ? (left + 1) >> 1 : (left + 3) >> 2
    const until = taken + min(n, left)
    if (atomic.cmpxchg<i64>(line, word, (<i64>(base + i) << 32) | <i64>((until << 16) | done)) != word) continue
    if (times && own && thread == 0) while (stamped < i) store<f64>(times + (++stamped << 3), now())
    const from = begin + <i32>((<i64>share * taken) / parts)
    runStep(load<i32>(step), load<i32>(step, 8), from, begin + <i32>((<i64>share * until) / parts), scratch)
    atomic.add<i64>(line, until - taken)
    if (pieces > 1) atomic.add<i32>(control + BEAT, 1)
    if (atomic.load<i32>(control + CANCEL) != DONE) break
  }
  return stamped
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

/** Whether nothing is left of a thread's share of the step before `end`. */
function isDone(steps: usize, end: i32, base: i32, thread: i32, threads: i32, control: usize): bool {
  const parts = partsOf(steps, end - 1, thread, threads)
  const word = atomic.load<i64>(lineOf(control, thread) + SHARE)
  return parts == 0 || (<i32>(word >> 32) == base + end - 1 && (<i32>word & 0xffff) == parts)
}

/**
 * Steps [first, end) as one of several threads, and the barrier after them: a thread that has done its share says so, helps
 * those that are late, and goes on when all have said it. What any of them makes the outcome holds for all.
 */
function runTogether(steps: usize, first: i32, end: i32, base: i32, thread: i32, threads: i32, control: usize, scratch: usize, times: usize): i32 {
  const serial = base + end
  const stamped = take(steps, first, end, base, thread, thread, threads, control, scratch, times)
  const own = lineOf(control, thread) + ARRIVED
  let outcome = atomic.load<i32>(control + CANCEL)
  if (outcome == DONE && !isDone(steps, end, base, thread, threads, control)) outcome = LOST
  atomic.store<i32>(own, (serial << 2) | outcome)
  // Waking is a call into the host; whoever goes to sleep after this sees the new serial and does not.
  if (atomic.load<i32>(control + SLEEPERS) != 0) atomic.notify(own, threads)
  for (let k = 1; k < threads; k++) {
    const other = thread + k < threads ? thread + k : thread + k - threads
    const line = lineOf(control, other) + ARRIVED
    let word = arrival(line, serial, GRACE)
    if (word == GONE) {
      take(steps, first, end, base, other, thread, threads, control, scratch, 0)
      word = arrival(line, serial, SPINS)
    }
    if (word == GONE) word = sleep(control, threads, line, serial)
    if (word == GONE) return LOST
    // One that is further went on from here, so it made nothing of this barrier.
    if ((word & ~3) == serial << 2) outcome |= word & 3
  }
  if (times && thread == 0) for (let i = stamped; i < end; i++) store<f64>(times + ((i + 1) << 3), now())
  return min(outcome, LOST)
}

/**
 * Runs all steps as thread `thread` of `threads`; returns DONE, CANCELLED or LOST. `scratch`: SCRATCH_BYTES for each
 * thread. `steps`: (kernel, units, args address, pieces with FOLLOWS and SHORT) quadruples of i32. `times`: 0, or one f64 per step and
 * one more, filled by thread 0; where steps follow without a barrier, those of its own part.
 */
export function runPlan(steps: usize, count: i32, thread: i32, threads: i32, control: usize, times: usize, scratch: usize): i32 {
  if (times && thread == 0) store<f64>(times, now())
  scratch += thread * SCRATCH_BYTES
  if (threads == 1) {
    for (let i = 0; i < count; i++) {
      const step = steps + (i << 4)
      workAlone(load<i32>(step), load<i32>(step, 8), load<i32>(step, 4), piecesOf(step), control, scratch)
      const outcome = atomic.load<i32>(control + CANCEL)
      if (outcome != DONE) return outcome
      if (times) store<f64>(times + ((i + 1) << 3), now())
    }
    return DONE
  }
  const base = atomic.load<i32>(control + BASE)
  for (let i = 0; i < count; ) {
    let end = i + 1
    while (end < count && (load<i32>(steps + (end << 4), 12) & FOLLOWS) != 0) end++
    const outcome = runTogether(steps, i, end, base, thread, threads, control, scratch, times)
    if (outcome != DONE) return outcome
    i = end
  }
  return DONE
}
