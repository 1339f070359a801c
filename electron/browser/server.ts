/** The browser shell: page and back end on 127.0.0.1, for machines without Electron. */
import { createReadStream } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { WebSocketServer } from 'ws'
import { ScopeError } from '../../engine/index.ts'
import { MAX_FILE_BYTES } from '../ipc/contract.ts'
import { handleSocket } from '../ipc/handleSocket.ts'
import type { Services } from '../services/index.ts'
import { findPageFile, PAGE_HEADERS } from '../services/pageFiles.ts'
import { type Access, createAccess } from './access.ts'

export interface BrowserShell {
  /** Address with the one-time token. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

export interface BrowserShellOptions {
  /** Folder of the built page. */
  readonly page: string
  readonly services: Services
  /** 0 takes a free one. */
  readonly port: number
}

export const SOCKET_PATH = '/socket'

/** Throws ScopeError `device` where the port cannot be had. */
export async function startBrowserShell({ page, services, port: wanted }: BrowserShellOptions): Promise<BrowserShell> {
  const access = createAccess()
  let port = wanted
  const server = createServer((request, response) => {
    answer(request, response, page, access, port).catch(() => response.destroy())
  })
  const sockets = acceptSockets(server, services, access, () => port)
  port = await listen(server, wanted)
  return {
    url: `http://127.0.0.1:${port}/?token=${access.token}`,
    port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, page: string, access: Access, port: number): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET')
  // Not through URL, which would resolve the dots that are to be refused.
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2)
  const token = new URLSearchParams(query).get('token')
  if (token !== null) {
    const refusal = access.refuseOrigin(request, port)
    if (refusal) return refuse(response, refusal.status, refusal.why)
    const cookie = access.redeem(token, port)
    // The redirect takes the token out of the address bar and the history.
    if (cookie !== undefined) return void response.writeHead(303, { ...PAGE_HEADERS, 'set-cookie': cookie, location: '/' }).end()
  }
  const refusal = access.refuse(request, port)
  if (refusal) return refuse(response, refusal.status, refusal.why)
  if (token !== null) return void response.writeHead(303, { ...PAGE_HEADERS, location: '/' }).end()
  const file = await findPageFile(page, path)
  if (!file) return refuse(response, 404, 'Not found')
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': file.type, 'content-length': file.size })
  if (request.method === 'HEAD') return void response.end()
  await pipeline(createReadStream(file.path), response)
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...PAGE_HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`)
}

function acceptSockets(server: Server, services: Services, access: Access, port: () => number): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FILE_BYTES + (1 << 20), perMessageDeflate: false })
  const senders = new Set<(event: string, value: unknown) => void>()
  services.settings.onChange((settings) => {
    for (const send of senders) send('settings.changed', settings)
  })
  server.on('upgrade', (request, socket: Socket, head) => {
    const refusal = access.refuseOrigin(request, port(), true) ?? access.refuse(request, port())
    if (refusal || request.url !== SOCKET_PATH) {
      socket.end(`HTTP/1.1 ${refusal?.status ?? 404} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      const send = handleSocket(connection, services.handlers)
      senders.add(send)
      connection.on('close', () => senders.delete(send))
      // ws closes a faulty connection itself; an error without a listener would end the process.
      connection.on('error', () => undefined)
    })
  })
  return sockets
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? `port ${port} is in use` : `port ${port} cannot be opened (${error.code ?? error.message})`
      reject(new ScopeError({ code: 'device', what: 'Local server', why, hint: 'Choose another with --port, or leave the choice to ShuffleScope' }))
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}
