/** Serves the contract over one WebSocket of the browser shell. */
import { z } from 'zod'
import { CONTRACT, EVENTS } from './contract.ts'
import { createClient, type Handlers } from './dispatch.ts'
import type { ServerMessage } from './port.ts'
import { decodeFrame, encodeFrame } from './wire.ts'

/** The parts of `ws` that are used. */
export interface SocketLike {
  send(data: Uint8Array): void
  close(code?: number, reason?: string): void
  on(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown
  on(event: 'close', listener: () => void): unknown
  readonly readyState: number
}

const OPEN = 1
const BAD_MESSAGE = 1007

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), id: z.string().max(64), channel: z.string().max(100), args: z.array(z.unknown()).max(16) }),
  z.object({ type: z.literal('cancel'), id: z.string().max(64) }),
])

/** Returns a function that sends an event to this page. */
export function handleSocket(socket: SocketLike, handlers: Handlers): (event: string, value: unknown) => void {
  const client = createClient(handlers)
  const send = (message: ServerMessage) => {
    if (socket.readyState === OPEN) socket.send(encodeFrame(message))
  }

  socket.on('message', (data, isBinary) => {
    if (!isBinary || !(data instanceof Uint8Array)) return socket.close(BAD_MESSAGE, 'binary frames only')
    let parsed: z.infer<typeof messageSchema>
    try {
      parsed = messageSchema.parse(decodeFrame(data))
    } catch {
      return socket.close(BAD_MESSAGE, 'not a message')
    }
    if (parsed.type === 'cancel') return client.cancel(parsed.id)
    const { id, channel, args } = parsed
    // Channels of the preload script take paths; a page has no business with them.
    const name = isInternal(channel) ? '' : channel
    client.call(id, name, args, (value) => send({ type: 'progress', id, value })).then((envelope) => send({ type: 'result', id, envelope }))
  })
  socket.on('close', () => client.close())

  send({ type: 'hello', channels: Object.keys(CONTRACT).filter((name) => !isInternal(name)), events: Object.keys(EVENTS) })
  return (event, value) => send({ type: 'event', event, value })
}

function isInternal(channel: string): boolean {
  const spec = Object.entries(CONTRACT).find(([name]) => name === channel)?.[1]
  return spec !== undefined && 'internal' in spec
}
