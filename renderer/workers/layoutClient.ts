/** The page's side of the layout worker, which is started when a layout is first asked for. */
import type { OpGraph, OpGraphShape } from '../charts/network/opGraph.ts'

export type { OpGraph, OpGraphShape }

import type { FromLayout, ToLayout } from './layout.worker.ts'

interface Waiting {
  readonly show: (shapes: readonly OpGraphShape[]) => void
  readonly done: () => void
}

let worker: Worker | undefined
let nextId = 1
const waiting = new Map<number, Waiting>()

function started(): Worker {
  if (worker) return worker
  const made = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module', name: 'layout' })
  made.addEventListener('message', ({ data }: MessageEvent<FromLayout>) => {
    const own = waiting.get(data.id)
    if (!own) return
    if (data.shapes.length > 0) own.show(data.shapes)
    if (!data.done) return
    waiting.delete(data.id)
    own.done()
  })
  // Without layouts the map stays at its units; a later request tries again.
  made.addEventListener('error', () => {
    made.terminate()
    if (worker === made) worker = undefined
    for (const { done } of waiting.values()) done()
    waiting.clear()
  })
  worker = made
  return made
}

/** Lays out `graphs` in order; `show` gets them in slices. Resolves when all are there, or `signal` has stopped it. */
export function layoutOps(graphs: readonly OpGraph[], show: (shapes: readonly OpGraphShape[]) => void, signal: AbortSignal): Promise<void> {
  if (signal.aborted || graphs.length === 0) return Promise.resolve()
  const id = nextId++
  const to = started()
  return new Promise((resolve) => {
    const done = () => {
      waiting.delete(id)
      resolve()
    }
    waiting.set(id, { show, done })
    signal.addEventListener(
      'abort',
      () => {
        if (!waiting.has(id)) return
        to.postMessage({ id, cancel: true } satisfies ToLayout)
        done()
      },
      { once: true },
    )
    to.postMessage({ id, graphs } satisfies ToLayout)
  })
}
