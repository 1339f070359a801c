/**
 * `protocol`: Chromium outside Electron cannot load custom schemes, so `scheme://host/path` lives at
 * `http://host.scheme.localhost:port/path`: also a secure, standard origin of its own, and headers count the same.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { app } from './app.ts'

interface CustomScheme {
  readonly scheme: string
  readonly privileges?: { readonly standard?: boolean; readonly secure?: boolean; readonly supportFetchAPI?: boolean }
}
type Handler = (request: Request) => Response | Promise<Response>

const schemes = new Map<string, CustomScheme>()
const handlers = new Map<string, Handler>()
let port = 0
/** Answers the double's own synchronous questions. */
let decideOpen: (url: string) => string = () => 'deny'

export const protocol = {
  registerSchemesAsPrivileged(list: readonly CustomScheme[]): void {
    if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    for (const entry of list) schemes.set(entry.scheme, entry)
  },
  handle(scheme: string, handler: Handler): void {
    if (!app.isReady()) throw new Error('protocol.handle can only be called once app is ready')
    if (handlers.has(scheme)) throw new Error(`The scheme ${scheme} is already handled`)
    handlers.set(scheme, handler)
  },
  unhandle(scheme: string): void {
    handlers.delete(scheme)
  },
  isProtocolHandled: (scheme: string): boolean => handlers.has(scheme),
}

/** Address at which Chromium loads this URL. Throws where Electron would not load it as a secure page. */
export function toChromium(url: string): string {
  const { protocol: scheme, host, pathname, search, hash } = new URL(url)
  const name = scheme.slice(0, -1)
  if (!handlers.has(name)) return url
  const privileges = schemes.get(name)?.privileges
  if (!privileges?.standard || !privileges.secure) throw new Error(`ERR_ABORTED: the scheme ${name} is not registered as standard and secure`)
  // URL leaves the dots of an unknown scheme's path as they are, as Electron does for standard ones only after normalising them.
  return `http://${host}.${name}.localhost:${port}${pathname}${search}${hash}`
}

/** Inverse of `toChromium`. */
export function fromChromium(url: string): string {
  const match = /^http:\/\/(.+)\.([\w+-]+)\.localhost:(\d+)(\/.*)?$/.exec(url)
  return match && Number(match[3]) === port ? `${match[2]}://${match[1]}${match[4] ?? '/'}` : url
}

export const OPEN_PATH = '/.electron-double/open'

export async function startProtocolServer(onOpen: (url: string) => string): Promise<() => void> {
  decideOpen = onOpen
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      process.stderr.write(`protocol handler failed: ${String(error)}\n`)
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  return () => {
    server.close()
    server.closeAllConnections()
  }
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = fromChromium(`http://${request.headers.host ?? ''}${request.url ?? '/'}`)
  if (request.url?.startsWith(OPEN_PATH)) {
    response.end(decideOpen(new URLSearchParams(request.url.split('?')[1]).get('url') ?? ''))
    return
  }
  const handler = handlers.get(url.slice(0, url.indexOf(':')))
  if (!handler) {
    response.destroy()
    return
  }
  const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && !name.startsWith('sec-') ? [[name, value]] : [],
  )
  const answer = await handler(new Request(url, { method: request.method ?? 'GET', headers }))
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.end(new Uint8Array(await answer.arrayBuffer()))
}
