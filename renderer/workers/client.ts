/** The page's side of the engine worker: promises, cancellation, progress; a worker that does not react to a cancel is replaced. */
import type { ErrorFields } from '../../engine/index.ts'
import type { FromWorker, Method, ModelHandle, ModelSource, Progress, Requests, ToWorker } from './contract/index.ts'

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

interface Pending {
  readonly resolve: (value: never) => void
  readonly reject: (error: ErrorFields) => void
  readonly onProgress: ((progress: Progress) => void) | undefined
}

/** A worker that has not answered this long after a cancel is stopped and started anew. */
const CANCEL_PATIENCE_MS = 1000

const CANCELLED: ErrorFields = { code: 'cancelled', what: 'The task', why: 'it was cancelled', hint: 'Start it again when needed' }

export class EngineClient {
  private worker: Worker
  private nextId = 1
  private readonly pending = new Map<number, Pending>()
  /** What each handle was opened from, so that a new worker can open it again. */
  private readonly sources = new Map<ModelHandle, ModelSource>()
  private readonly opened = new Map<ModelHandle, Promise<unknown>>()

  constructor(private readonly spawn: () => Worker) {
    this.worker = this.start()
  }

  async call<M extends Method>(method: M, args: Requests[M]['args'], options: CallOptions = {}): Promise<Requests[M]['result']> {
    if (method === 'open') {
      const { handle, source } = args as Requests['open']['args']
      const opening = this.send('open', { handle, source }, options)
      this.sources.set(handle, source)
      this.opened.set(handle, opening)
      try {
        return (await opening) as Requests[M]['result']
      } catch (error) {
        this.sources.delete(handle)
        this.opened.delete(handle)
        throw error
      }
    }
    if ('handle' in args) await this.ensureOpen(args.handle, options)
    if ('other' in args) await this.ensureOpen(args.other, options)
    if (method === 'close') {
      const { handle } = args as Requests['close']['args']
      this.sources.delete(handle)
      this.opened.delete(handle)
    }
    return this.send(method, args, options)
  }

  /** What an open model was read from. */
  sourceOf(handle: ModelHandle): ModelSource | undefined {
    return this.sources.get(handle)
  }

  private ensureOpen(handle: ModelHandle, options: CallOptions): Promise<unknown> {
    const known = this.opened.get(handle)
    if (known) return known
    const source = this.sources.get(handle)
    if (!source) return Promise.resolve()
    const opening = this.send('open', { handle, source }, options)
    this.opened.set(handle, opening)
    return opening
  }

  private send<M extends Method>(method: M, args: Requests[M]['args'], options: CallOptions): Promise<Requests[M]['result']> {
    return new Promise((resolve, reject: (error: ErrorFields) => void) => {
      if (options.signal?.aborted) return reject(CANCELLED)
      const id = this.nextId++
      const worker = this.worker
      const onAbort = () => {
        if (!this.pending.delete(id)) return
        reject(CANCELLED)
        worker.postMessage({ id, cancel: true } satisfies ToWorker)
        this.unanswered.add(id)
        setTimeout(() => this.unanswered.has(id) && this.worker === worker && this.restart(), CANCEL_PATIENCE_MS)
      }
      options.signal?.addEventListener('abort', onAbort, { once: true })
      this.pending.set(id, {
        resolve: (value) => {
          options.signal?.removeEventListener('abort', onAbort)
          resolve(value)
        },
        reject: (error) => {
          options.signal?.removeEventListener('abort', onAbort)
          reject(error)
        },
        onProgress: options.onProgress,
      })
      worker.postMessage({ id, method, args } satisfies ToWorker)
    })
  }

  /** Cancelled calls that the worker has not yet answered. */
  private readonly unanswered = new Set<number>()

  private restart(): void {
    this.worker.terminate()
    this.unanswered.clear()
    this.opened.clear()
    const lost = [...this.pending.values()]
    this.pending.clear()
    this.worker = this.start()
    for (const { reject } of lost) reject(CANCELLED)
  }

  private start(): Worker {
    const worker = this.spawn()
    worker.addEventListener('message', (event: MessageEvent<FromWorker>) => this.receive(event.data))
    worker.addEventListener('error', (event) => {
      const error: ErrorFields = {
        code: 'internal',
        what: 'The engine worker',
        why: event.message || 'it could not be started',
        hint: 'Reload the window; if it happens again, please report it',
      }
      const lost = [...this.pending.values()]
      this.pending.clear()
      for (const { reject } of lost) reject(error)
    })
    return worker
  }

  private receive(message: FromWorker): void {
    if (!('progress' in message)) this.unanswered.delete(message.id)
    const pending = this.pending.get(message.id)
    if (!pending) return
    if ('progress' in message) {
      pending.onProgress?.(message.progress)
      return
    }
    this.pending.delete(message.id)
    if ('error' in message) pending.reject(message.error)
    else pending.resolve(message.result as never)
  }
}
