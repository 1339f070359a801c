/** A Port over the local WebSocket. Which channels there are comes with the server's first frame. */
import { ScopeError } from '../../engine/index.ts'
import type { Envelope, Port, ServerMessage } from './port.ts'
import { decodeFrame, encodeFrame } from './wire.ts'

/** Resolves after the server's hello. Throws ScopeError `device` where the socket does not open. */
export function connectSocketPort(url: string | URL): Promise<Port> {
  const address = new URL(url)
  if (address.protocol === 'http:') address.protocol = 'ws:'
  const socket = new WebSocket(address)
  socket.binaryType = 'arraybuffer'

  const pending = new Map<string, (envelope: Envelope) => void>()
  const progress = new Set<(id: string, value: unknown) => void>()
  const events = new Set<(event: string, value: unknown) => void>()
  const lost = () =>
    new ScopeError({ code: 'device', what: 'Back end', why: 'the connection to it ended', hint: 'Start ShuffleScope again and reload this page' })

  const send = (message: unknown) => socket.send(encodeFrame(message))
  const subscribe = <T>(set: Set<T>, listener: T) => {
    set.add(listener)
    return () => {
      set.delete(listener)
    }
  }

  const portOf = (channels: readonly string[]): Port => ({
    calls: Object.fromEntries(
      channels.map((channel) => [
        channel,
        (id: string, args: readonly unknown[]) =>
          new Promise<Envelope>((resolve) => {
            if (socket.readyState !== WebSocket.OPEN) return resolve({ ok: false, error: lost().toFields() })
            pending.set(id, resolve)
            send({ type: 'call', id, channel, args })
          }),
      ]),
    ),
    cancel: (id) => socket.readyState === WebSocket.OPEN && send({ type: 'cancel', id }),
    onProgress: (listener) => subscribe(progress, listener),
    onEvent: (listener) => subscribe(events, listener),
  })

  return new Promise((resolve, reject) => {
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      // Frames come from our own server on the same origin, which builds them from this very type.
      const message = decodeFrame(new Uint8Array(data)) as ServerMessage
      if (message.type === 'hello') resolve(portOf(message.channels))
      else if (message.type === 'result') {
        pending.get(message.id)?.(message.envelope)
        pending.delete(message.id)
      } else if (message.type === 'progress') for (const listener of progress) listener(message.id, message.value)
      else for (const listener of events) listener(message.event, message.value)
    }
    socket.onclose = () => {
      reject(lost())
      for (const settle of pending.values()) settle({ ok: false, error: lost().toFields() })
      pending.clear()
    }
  })
}
