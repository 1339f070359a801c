/** The page's half over Electron's IPC: builds `window.api` by looping over the contract. Runs in the preload script. */
import { CONTRACT, EVENTS } from './contract.ts'
import { CANCEL, type Envelope, EVENT, type Port, PROGRESS } from './port.ts'

export interface IpcRendererLike {
  invoke(channel: string, ...args: unknown[]): Promise<Envelope>
  send(channel: string, ...args: unknown[]): void
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown
  removeListener(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown
}

export function electronPort(ipcRenderer: IpcRendererLike, pathOf: (file: File) => string): Port {
  const calls: Record<string, Port['calls'][string]> = {}
  for (const [channel, spec] of Object.entries(CONTRACT))
    if (!('internal' in spec)) calls[channel] = (id, args) => ipcRenderer.invoke(channel, id, args)

  const listen = (channel: string, listener: (name: string, value: unknown) => void): (() => void) => {
    const wrapped = (_event: unknown, name: unknown, value: unknown) => listener(String(name), value)
    ipcRenderer.on(channel, wrapped)
    return () => {
      ipcRenderer.removeListener(channel, wrapped)
    }
  }

  let adopted = 0
  return {
    calls,
    cancel: (id) => ipcRenderer.send(CANCEL, id),
    onProgress: (listener) => listen(PROGRESS, listener),
    onEvent: (listener) => listen(EVENT, (event, value) => Object.hasOwn(EVENTS, event) && listener(event, value)),
    async tokenForFile(file) {
      // The path stays on this side of the bridge; the page gets a token. A pasted or made-up file has no path.
      const path = pathOf(file)
      return path === '' ? { ok: true, value: null } : ipcRenderer.invoke('files.adopt', `adopt-${++adopted}`, [path])
    },
  }
}
