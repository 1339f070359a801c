/** Places buffers with known lifetimes in one arena. */

export interface Buffer {
  readonly id: number
  readonly bytes: number
  /** First and last step that touches it, inclusive. */
  readonly from: number
  readonly to: number
}

export interface ArenaLayout {
  readonly offsets: ReadonlyMap<number, number>
  readonly bytes: number
}

const ALIGN = 64
/** Vector loads may read up to three floats past a buffer's end. */
const SLACK = 64

/**
 * Greedy: one buffer after the other, each in the smallest gap that fits among those that live at the same time. Which
 * order packs best depends on the graph, so several are tried.
 */
export function layoutArena(buffers: readonly Buffer[]): ArenaLayout {
  const span = (b: Buffer): number => b.to - b.from
  const orders = [
    (a: Buffer, b: Buffer) => b.bytes - a.bytes || a.from - b.from,
    (a: Buffer, b: Buffer) => b.bytes * (1 + span(b)) - a.bytes * (1 + span(a)) || a.from - b.from,
    (a: Buffer, b: Buffer) => span(b) - span(a) || b.bytes - a.bytes,
    (a: Buffer, b: Buffer) => a.from - b.from || b.bytes - a.bytes,
  ]
  const tries = orders.map((order) => place([...buffers].sort(order)))
  const best = tries.reduce((a, b) => (b.bytes < a.bytes ? b : a))
  return { offsets: best.offsets, bytes: best.bytes + SLACK }
}

function place(ordered: readonly Buffer[]): { offsets: Map<number, number>; bytes: number } {
  const placed: { offset: number; bytes: number; buffer: Buffer }[] = []
  const offsets = new Map<number, number>()
  let total = 0
  for (const buffer of ordered) {
    const bytes = aligned(buffer.bytes)
    const rivals = placed.filter((p) => p.buffer.from <= buffer.to && buffer.from <= p.buffer.to).sort((a, b) => a.offset - b.offset)
    let best = -1
    let bestGap = Number.POSITIVE_INFINITY
    let end = 0
    for (const rival of rivals) {
      const gap = rival.offset - end
      if (gap >= bytes && gap < bestGap) {
        best = end
        bestGap = gap
      }
      end = Math.max(end, rival.offset + rival.bytes)
    }
    const offset = best >= 0 ? best : end
    placed.push({ offset, bytes, buffer })
    offsets.set(buffer.id, offset)
    total = Math.max(total, offset + bytes)
  }
  return { offsets, bytes: total }
}

/** Largest sum of the buffers that live at one step, in bytes. */
export function lowerBound(buffers: readonly Buffer[]): number {
  const change = new Map<number, number>()
  for (const b of buffers) {
    change.set(b.from, (change.get(b.from) ?? 0) + aligned(b.bytes))
    change.set(b.to + 1, (change.get(b.to + 1) ?? 0) - aligned(b.bytes))
  }
  let now = 0
  let most = 0
  for (const step of [...change.keys()].sort((a, b) => a - b)) {
    now += change.get(step) ?? 0
    most = Math.max(most, now)
  }
  return most
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGN) * ALIGN
}
