/** What crosses between page and back end, whatever carries it: calls with an id, envelopes back, events. */
import type { ErrorFields } from '../../engine/index.ts'

/** Error prototypes and extra fields do not survive message channels, so an outcome is plain data. */
export type Envelope = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorFields }

export interface CallMessage {
  readonly type: 'call'
  /** Chosen by the caller, unique among its calls under way. */
  readonly id: string
  readonly channel: string
  readonly args: readonly unknown[]
}

export interface CancelMessage {
  readonly type: 'cancel'
  readonly id: string
}

export type ServerMessage =
  | { readonly type: 'hello'; readonly channels: readonly string[]; readonly events: readonly string[] }
  | { readonly type: 'result'; readonly id: string; readonly envelope: Envelope }
  | { readonly type: 'progress'; readonly id: string; readonly value: unknown }
  | { readonly type: 'event'; readonly event: string; readonly value: unknown }

/** Names of the transport's own Electron messages; the contract's channels are carried beside them. */
export const CANCEL = 'ipc.cancel'
export const PROGRESS = 'ipc.progress'
export const EVENT = 'ipc.event'

/**
 * `window.api`, as the preload script exposes it: one function per channel, and four beside them.
 * Values stay plain because contextBridge carries no prototypes, signals or error fields.
 */
export interface Port {
  readonly calls: { readonly [channel: string]: (id: string, args: readonly unknown[]) => Promise<Envelope> }
  readonly cancel: (id: string) => void
  readonly onProgress: (listener: (id: string, value: unknown) => void) => () => void
  readonly onEvent: (listener: (event: string, value: unknown) => void) => () => void
  readonly tokenForFile?: (file: File) => Promise<Envelope>
}
