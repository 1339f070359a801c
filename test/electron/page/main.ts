/** The smallest page that uses the back end as the application's does: over `window.api`, or over the socket. */
import { apiFromPort, connectWebSocketApi } from '../../../electron/ipc/client.ts'
import type { Api } from '../../../electron/ipc/contract.ts'
import type { Port } from '../../../electron/ipc/port.ts'

declare global {
  interface Window {
    readonly api?: Port
    /** Set once the back end answers. */
    backend?: Api
    /** Events that arrived, for the tests. */
    seen: unknown[]
  }
}

window.seen = []
const { api } = window
const backend = api ? apiFromPort(api, 'electron') : await connectWebSocketApi(new URL('/socket', location.href))
for (const event of ['menu.command', 'files.opened', 'settings.changed'] as const) backend.on(event, (value) => window.seen.push({ event, value }))
window.backend = backend
