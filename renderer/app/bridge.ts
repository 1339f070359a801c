/** The only reader of `window.api`: the back end over Electron where the preload script is, else over the local socket. */
import { apiFromPort, connectWebSocketApi } from '../../electron/ipc/client.ts'
import type { Api } from '../../electron/ipc/contract.ts'
import type { Port } from '../../electron/ipc/port.ts'

declare global {
  interface Window {
    readonly api?: Port
  }
}

/** Throws ScopeError `device` where nothing answers. */
export function connect(): Promise<Api> {
  if (window.api) return Promise.resolve(apiFromPort(window.api, 'electron'))
  return connectWebSocketApi(new URL('/socket', location.href))
}

export type { Api, AppInfo, ModelEntry, Recent, Sample, Settings } from '../../electron/ipc/contract.ts'
