/** Runs calls of the contract against the services: schemas checked on both sides, cancellation, progress, errors as plain fields. */
import { z } from 'zod'
import { badInput, cancelled, errorFrom, ScopeError } from '../../engine/index.ts'
import { type AnyChannel, type ArgsOf, CONTRACT, type ProgressOf, type ResultOf } from './contract.ts'
import type { Envelope } from './port.ts'

export interface CallContext<C extends AnyChannel> {
  readonly signal: AbortSignal
  progress(value: ProgressOf<C>): void
}

/** What the services supply: one function per channel. */
export type Handlers = {
  readonly [C in AnyChannel]: (context: CallContext<C>, ...args: ArgsOf<C>) => Promise<ResultOf<C>> | ResultOf<C>
}

/** More calls than this at once from one page are a fault of the page. */
const MAX_CALLS = 64

/** One page's calls; ids of different pages never meet. */
export interface Client {
  /** Never rejects. `channel` and `args` are hostile until checked here. `onProgress` is called until the promise settles. */
  call(id: string, channel: string, args: unknown, onProgress: (value: unknown) => void): Promise<Envelope>
  cancel(id: string): void
  /** Cancels whatever is under way; the page is gone. */
  close(): void
}

export function createClient(handlers: Handlers): Client {
  const running = new Map<string, AbortController>()

  async function call(id: string, channel: string, args: unknown, onProgress: (value: unknown) => void): Promise<Envelope> {
    let controller: AbortController | undefined
    try {
      if (!isChannel(channel)) throw badInput('Call', `there is no channel "${String(channel).slice(0, 100)}"`, 'Reload the window')
      if (typeof id !== 'string' || id.length === 0 || id.length > 64) throw badInput(channel, 'the call has no usable id', 'Reload the window')
      if (running.has(id)) throw badInput(channel, 'the call id is in use', 'Reload the window')
      if (running.size >= MAX_CALLS)
        throw badInput(channel, `more than ${MAX_CALLS} calls are under way`, 'Wait for them to end, or reload the window')
      controller = new AbortController()
      running.set(id, controller)
      return { ok: true, value: await run(channel, args, controller.signal, onProgress) }
    } catch (thrown) {
      return { ok: false, error: errorFrom(controller?.signal.aborted ? cancelled(channel) : thrown).toFields() }
    } finally {
      if (controller && running.get(id) === controller) running.delete(id)
    }
  }

  async function run<C extends AnyChannel>(
    channel: C,
    args: unknown,
    signal: AbortSignal,
    onProgress: (value: unknown) => void,
  ): Promise<ResultOf<C>> {
    const checked = parseArguments(channel, args)
    let over = false
    try {
      const value = await handlers[channel]({ signal, progress: (progress) => !over && onProgress(progress) }, ...checked)
      return checkResult(channel, value)
    } finally {
      over = true
    }
  }

  return {
    call,
    cancel: (id) => running.get(id)?.abort(),
    close() {
      for (const controller of running.values()) controller.abort()
    },
  }
}

function isChannel(name: unknown): name is AnyChannel {
  return typeof name === 'string' && Object.hasOwn(CONTRACT, name)
}

function parseArguments<C extends AnyChannel>(channel: C, args: unknown): ArgsOf<C> {
  const parsed = CONTRACT[channel].args.safeParse(args)
  if (!parsed.success) throw badInput(channel, `its arguments are not valid (${describe(parsed.error)})`, 'Reload the window')
  // Indexing the contract by a generic key loses the link between channel and schema, which this restores.
  return parsed.data as ArgsOf<C>
}

/** A result that breaks the contract is our own bug; better found here than in the page. */
function checkResult<C extends AnyChannel>(channel: C, value: unknown): ResultOf<C> {
  const parsed = CONTRACT[channel].result.safeParse(value)
  if (parsed.success) return parsed.data as ResultOf<C>
  const why = `its result is not valid (${describe(parsed.error)})`
  throw new ScopeError({ code: 'internal', what: channel, why, hint: 'Please report this' })
}

function describe(error: z.ZodError): string {
  return z.prettifyError(error).replace(/\s+/g, ' ').slice(0, 300)
}
