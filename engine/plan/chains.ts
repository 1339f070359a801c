/** Finds runs of steps that a thread can do one after the other for its rows, without waiting for other threads in between. */
import { aligned, type Buffer, lowerBound } from './arena.ts'

export interface StepAccess {
  /** Arena buffers that it reads or writes. */
  readonly buffers: readonly number[]
  /** Those of them that it reads; of one buffer it may read some channels and write others. */
  readonly reads: readonly number[]
  /** Undefined where its units do not follow the rows of what it writes. */
  readonly bands: { readonly rows: number; readonly own: boolean; readonly writes: number } | undefined
}

export interface Chains {
  /** Whether each step belongs to the run of the one before. */
  readonly follows: readonly boolean[]
  /** Those of a run live through all of it: a thread may be at its end while another is at its start. */
  readonly buffers: readonly Buffer[]
}

/**
 * Runs are made as long as they are safe and do not raise the largest sum of live buffers. In a ShuffleNet unit the
 * depthwise layer reads rows of its neighbours, so it starts a run; the expanding convolution, and the compressing one of
 * the next unit, stay within its rows.
 */
export function findChains(steps: readonly StepAccess[], buffers: readonly Buffer[]): Chains {
  const most = lowerBound(buffers)
  const follows: boolean[] = []
  const spans = new Map(buffers.map((b) => [b.id, { ...b }]))
  let first = 0
  steps.forEach((step, i) => {
    const joins = i > 0 && fits(steps.slice(first, i), step) && liveBytes(spans.values(), first, i) <= most
    follows.push(joins)
    if (!joins) {
      extend(steps, spans, first, i - 1)
      first = i
    }
  })
  extend(steps, spans, first, steps.length - 1)
  return { follows, buffers: [...spans.values()] }
}

function fits(run: readonly StepAccess[], step: StepAccess): boolean {
  const { bands } = step
  if (!bands) return false
  return run.every((before) => {
    if (!before.bands) return false
    const { rows, writes } = before.bands
    const inRows = (access: StepAccess, own: boolean, id: number): boolean => own || !access.reads.includes(id)
    const shared = before.buffers.filter((id) => step.buffers.includes(id) && (writes === id || bands.writes === id))
    // What only both read is safe. What one of them writes must be cut between the same rows, and read within them.
    return shared.every((id) => rows === bands.rows && inRows(before, before.bands?.own ?? false, id) && inRows(step, bands.own, id))
  })
}

function liveBytes(spans: Iterable<Buffer>, from: number, to: number): number {
  let sum = 0
  for (const b of spans) if (b.from <= to && from <= b.to) sum += aligned(b.bytes)
  return sum
}

function extend(steps: readonly StepAccess[], spans: Map<number, Buffer>, from: number, to: number): void {
  for (let i = from; i <= to; i++)
    for (const id of steps[i]?.buffers ?? []) {
      const span = spans.get(id)
      if (span) spans.set(id, { ...span, from: Math.min(span.from, from), to: Math.max(span.to, to) })
    }
}
