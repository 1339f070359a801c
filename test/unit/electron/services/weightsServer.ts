/** A local HTTP server that hands out weights and misbehaves on request. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'

export interface WeightsServer {
  url(path: string): string
  /** Range header of each request so far. */
  readonly ranges: (string | undefined)[]
  /** What is served from now on. */
  behave(change: Partial<Behaviour>): void
}

interface Behaviour {
  body: Uint8Array
  etag: string | null
  /** Bytes after which the server falls silent (`stall`) or cuts the connection (`cut`). */
  stall: number | null
  cut: number | null
  status: number
  /** Whether Range is honoured. */
  ranges: boolean
  /** Sends no Content-Length. */
  chunked: boolean
}

const GOOD: Behaviour = { body: new Uint8Array(0), etag: '"one"', stall: null, cut: null, status: 200, ranges: true, chunked: false }

export function weightsServer(): WeightsServer {
  let behaviour = GOOD
  const ranges: (string | undefined)[] = []
  const server = createServer((request, response) => {
    ranges.push(request.headers.range)
    serve(request, response, behaviour)
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    url: (path) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`,
    ranges,
    behave(change) {
      behaviour = { ...GOOD, ...change }
    },
  }
}

function serve(request: IncomingMessage, response: ServerResponse, { body, etag, stall, cut, status, ranges, chunked }: Behaviour): void {
  if (status !== 200) return void response.writeHead(status).end('no')
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const partial = ranges && from > 0 && request.headers['if-range'] === etag
  if (partial && from >= body.length) return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end()
  const rest = body.subarray(partial ? from : 0)
  response.writeHead(partial ? 206 : 200, {
    ...(etag === null ? {} : { etag }),
    ...(chunked ? {} : { 'content-length': rest.length }),
    ...(partial ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
  })
  if (stall !== null) return void response.write(rest.subarray(0, stall))
  if (cut !== null) return void response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 20))
  response.end(rest)
}
