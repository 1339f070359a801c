/**
 * Who may talk to the local server: whoever holds the one-time token of the printed URL, and afterwards the cookie it was exchanged for.
 * Host and Origin are checked so that neither DNS rebinding nor another site in the same browser gets in.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Cookies of 127.0.0.1 are shared by all ports, so two instances need two names. */
export const cookieName = (port: number): string => `shufflescope-${port}`

export type Refusal = { readonly status: 401 | 403; readonly why: string }

export interface Access {
  /** The token for the first URL; works once. */
  readonly token: string
  /** Set-Cookie value in exchange for the token; undefined for a wrong or used one. */
  redeem(token: string, port: number): string | undefined
  /** Why a request is refused; undefined where it may pass. `port` is the server's own. */
  refuse(request: IncomingMessage, port: number): Refusal | undefined
  /** Host and Origin alone, for the request that carries the token. */
  refuseOrigin(request: IncomingMessage, port: number, needOrigin?: boolean): Refusal | undefined
}

export function createAccess(): Access {
  const token = randomBytes(32).toString('hex')
  const session = randomBytes(32).toString('hex')
  let redeemed = false

  function refuseOrigin({ headers }: IncomingMessage, port: number, needOrigin = false): Refusal | undefined {
    const host = `127.0.0.1:${port}`
    if (headers.host !== host) return { status: 403, why: 'This address is not ShuffleScope' }
    const { origin } = headers
    if (origin === undefined ? needOrigin : origin !== `http://${host}`) return { status: 403, why: 'Another site may not use ShuffleScope' }
    // Browsers say where a request comes from even where they send no Origin; another site's link has no cookie and fails anyway.
    if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate')
      return { status: 403, why: 'Another site may not use ShuffleScope' }
    return undefined
  }

  return {
    token,
    redeem(given, port) {
      if (redeemed || !same(given, token)) return undefined
      redeemed = true
      return `${cookieName(port)}=${session}; HttpOnly; SameSite=Strict; Path=/`
    },
    refuseOrigin,
    refuse(request, port) {
      const refusal = refuseOrigin(request, port)
      if (refusal) return refusal
      const cookie = cookieOf(request.headers.cookie, cookieName(port))
      if (cookie !== undefined && same(cookie, session)) return undefined
      return { status: 401, why: 'This link was used already, or is incomplete. Start ShuffleScope again and open the address that it prints' }
    },
  }
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.byteLength === y.byteLength && timingSafeEqual(x, y)
}

function cookieOf(header: string | undefined, wanted: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [name, value] = part.trim().split('=', 2)
    if (name === wanted) return value
  }
  return undefined
}
