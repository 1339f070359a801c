/** Lays out one shared memory for a plan: control block, step table, arguments, times, scratch of each thread, weights, arena. */
import { unsupported } from '../base/errors.ts'
import { KERNELS } from '../ops/kernels.ts'
import type { Plan, PlanArg, PlanStep } from '../plan/plan.ts'

/** i32 words of the control block; each on a cache line of its own; the first four are those of kernels/entry.ts. */
export const CONTROL = { base: 0, cancel: 32, sleepers: 64, beat: 80, job: 96, quit: 112, times: 128 } as const
/** Of the words above; two cache lines for each thread follow. */
const CONTROL_BYTES = 1024
/** In a step's fourth word: it follows the one before without a barrier. As in kernels/entry.ts. */
const FOLLOWS = 0x40000000
/** In a step's fourth word: a thread takes its share whole. As in kernels/entry.ts. */
const SHORT = 0x20000000
/**
 * A step of less work is short. On 2 threads a share of it takes some 0.03 ms in f32, and on the slowest device some 0.5: less
 * than it would pay to help with, even where one core is several times as slow as the other.
 */
const SHORT_MACS = 2e6
/** Multiply-accumulates that take as long as one byte of what a step reads and writes. */
const MACS_PER_BYTE = 8
/** Of each thread; SCRATCH_BYTES in kernels/inline/simd.ts. */
const SCRATCH_BYTES = 16384
/** Tens of milliseconds on a slow core; a plan of ShuffleNet has no step as long. */
const PIECE_MACS = 100e6
const PAGE = 65536
/** The kernels' memory may grow to this many pages (2 GiB). */
const MAX_PAGES = 32768

export interface MemoryLayout {
  readonly steps: number
  readonly count: number
  readonly times: number
  readonly scratch: number
  readonly arena: number
}

const align = (n: number): number => Math.ceil(n / 64) * 64

/** Throws ScopeError `unsupported` where the plan needs more than 2 GiB or the machine does not give it. */
export function loadPlan(plan: Plan, threads: number): { memory: WebAssembly.Memory; layout: MemoryLayout } {
  const words = plan.steps.reduce((sum, s) => sum + s.args.length, 0)
  const steps = CONTROL_BYTES + 128 * threads
  const args = align(steps + 16 * plan.steps.length)
  const times = align(args + 4 * words)
  const scratch = align(times + 8 * (plan.steps.length + 1))
  const weights = scratch + threads * SCRATCH_BYTES
  const arena = align(weights + plan.weights.length)
  const pages = Math.ceil((arena + plan.arenaBytes) / PAGE)
  const tooBig = (): never => {
    throw unsupported(
      `Model "${plan.name}"`,
      `it needs ${Math.round((pages * PAGE) / 2 ** 20)} MiB of memory at this input size`,
      'Use a smaller input',
    )
  }
  if (pages > MAX_PAGES) tooBig()
  const memory = allocate(pages) ?? tooBig()
  const i32 = new Int32Array(memory.buffer)
  const f32 = new Float32Array(memory.buffer)
  let at = args
  const write = (arg: PlanArg): void => {
    if (typeof arg === 'number') i32[at >> 2] = arg
    else if ('f32' in arg) f32[at >> 2] = arg.f32
    else i32[at >> 2] = arg.offset + (arg.region === 'arena' ? arena : weights)
    at += 4
  }
  plan.steps.forEach((step, i) => {
    const follows = followsFor(threads, plan.steps[i - 1], step) ? FOLLOWS : 0
    const short = isShort(step) ? SHORT : 0
    i32.set([KERNELS.indexOf(step.kernel), step.units, at, piecesOf(step) | follows | short], (steps >> 2) + 4 * i)
    step.args.forEach(write)
  })
  new Uint8Array(memory.buffer).set(plan.weights, weights)
  return { memory, layout: { steps, count: plan.steps.length, times, scratch, arena } }
}

/** A thread's share of a long step is done in pieces: see runPlan. */
function piecesOf(step: PlanStep): number {
  return Math.max(1, Math.min(step.units, Math.ceil(step.macs / PIECE_MACS)))
}

function isShort({ macs, bytes }: PlanStep): boolean {
  return macs + MACS_PER_BYTE * bytes < SHORT_MACS
}

/** Whether threads need not meet before `step`: the shares of both steps must end where the same row does. */
function followsFor(threads: number, before: PlanStep | undefined, step: PlanStep): boolean {
  return threads > 1 && before !== undefined && step.follows && before.bands % threads === 0 && step.bands % threads === 0
}

function allocate(pages: number): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  } catch {
    return undefined
  }
}
