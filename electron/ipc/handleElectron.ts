/** Serves the contract over Electron's IPC; the only file that names ipcMain. */
import { badInput } from '../../engine/index.ts'
import { CONTRACT, type EventName, type EventOf } from './contract.ts'
import { type Client, createClient, type Handlers } from './dispatch.ts'
import { CANCEL, type Envelope, EVENT, PROGRESS } from './port.ts'

/** The parts of Electron that are used, so that this file is typed without the running program. */
export interface Sender {
  readonly id: number
  isDestroyed(): boolean
  send(channel: string, ...args: unknown[]): void
  once(event: 'destroyed', listener: () => void): unknown
  on(event: 'did-start-navigation', listener: (details: { isMainFrame: boolean; isSameDocument: boolean }) => void): unknown
}

export interface IpcEvent {
  readonly sender: Sender
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null
}

export interface IpcMainLike {
  handle(channel: string, listener: (event: IpcEvent, ...args: unknown[]) => Promise<Envelope>): void
  on(channel: string, listener: (event: IpcEvent, ...args: unknown[]) => void): unknown
}

/** `trusted` decides by URL whether a frame is the application's own page. */
export function handleElectron(ipcMain: IpcMainLike, handlers: Handlers, trusted: (url: string) => boolean): void {
  const clients = new Map<number, Client>()

  const clientOf = (sender: Sender): Client => {
    const known = clients.get(sender.id)
    if (known) return known
    const client = createClient(handlers)
    clients.set(sender.id, client)
    sender.once('destroyed', () => {
      client.close()
      clients.delete(sender.id)
    })
    // A reload forgets the page's promises, so the work behind them is of no use any more.
    sender.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) client.close()
    })
    return client
  }

  const isTrusted = (event: IpcEvent): boolean => {
    const frame = event.senderFrame
    return frame !== null && frame.parent === null && trusted(frame.url)
  }

  for (const channel of Object.keys(CONTRACT))
    ipcMain.handle(channel, async (event, id, args) => {
      if (!isTrusted(event)) return { ok: false, error: badInput(channel, 'the sender is not the application', 'Close that window').toFields() }
      const { sender } = event
      return clientOf(sender).call(String(id), channel, args, (value) => {
        if (!sender.isDestroyed()) sender.send(PROGRESS, id, value)
      })
    })

  ipcMain.on(CANCEL, (event, id) => {
    if (isTrusted(event)) clientOf(event.sender).cancel(String(id))
  })
}

export function sendEvent<E extends EventName>(target: Pick<Sender, 'isDestroyed' | 'send'>, event: E, value: EventOf<E>): void {
  if (!target.isDestroyed()) target.send(EVENT, event, value)
}
