/** Runs before the preload script in its isolated world: `require('electron')` of a sandboxed preload, over the double's channel. */
import { fromText, toText } from '../codec.ts'
import { createBridge } from './bridge.ts'

declare const DOUBLE_SECRET: string
/** Added by the main process to this world alone. */
declare const doubleSend: (text: string) => void

type Listener = (event: object, ...args: unknown[]) => void
interface ChosenFile {
  readonly name: string
  readonly size: number
  readonly lastModified: number
  readonly path: string
}
type Incoming =
  | { kind: 'reply'; id: number; ok: boolean; value: string }
  | { kind: 'event'; channel: string; args: string }
  | { kind: 'file'; file: ChosenFile }

const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
const listeners = new Map<string, Listener[]>()
const files: ChosenFile[] = []
let count = 0

function receive(message: Incoming): void {
  if (message.kind === 'file') files.push(message.file)
  else if (message.kind === 'event') {
    const args = fromText(message.args) as unknown[]
    for (const listener of [...(listeners.get(message.channel) ?? [])]) listener({ sender: ipcRenderer }, ...args)
  } else {
    const call = pending.get(message.id)
    pending.delete(message.id)
    const value = fromText(message.value)
    if (message.ok) call?.resolve(value)
    else call?.reject(new Error(String(value)))
  }
}

const ipcRenderer = {
  invoke: (channel: string, ...args: unknown[]) =>
    new Promise((resolve, reject) => {
      const id = ++count
      const text = toText(args)
      pending.set(id, { resolve, reject })
      doubleSend(JSON.stringify({ kind: 'invoke', id, channel, args: text }))
    }),
  send: (channel: string, ...args: unknown[]) => doubleSend(JSON.stringify({ kind: 'send', channel, args: toText(args) })),
  on(channel: string, listener: Listener) {
    listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
    return ipcRenderer
  },
  removeListener(channel: string, listener: Listener) {
    listeners.set(
      channel,
      (listeners.get(channel) ?? []).filter((known) => known !== listener),
    )
    return ipcRenderer
  },
}

const bridge = createBridge(`${DOUBLE_SECRET}-to-isolated`, `${DOUBLE_SECRET}-to-main`, () => undefined)

const electron = {
  ipcRenderer,
  contextBridge: { exposeInMainWorld: (key: string, value: unknown) => bridge.expose(key, value) },
  webUtils: {
    getPathForFile(file: unknown): string {
      if (!(file instanceof File)) throw new TypeError('getPathForFile expected to receive a File object but one was not provided')
      // Only files that really came from disk have a path; the main process said which those are.
      return files.find((known) => known.name === file.name && known.size === file.size && known.lastModified === file.lastModified)?.path ?? ''
    },
  },
}

/** What a sandboxed preload may require. */
function requireElectron(name: string): unknown {
  if (name === 'electron') return electron
  throw new Error(`module not found: ${name}`)
}

Object.assign(globalThis, { doubleReceive: receive, doubleRequire: requireElectron })
