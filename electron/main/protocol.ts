/** Serves the page on `app://shufflescope`. */
import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'
import { findPageFile, PAGE_HEADERS } from '../services/pageFiles.ts'
import { isOwn, SCHEME } from './origin.ts'

/** Must run before the app is ready. A standard, secure scheme may be cross-origin isolated and has an origin of its own. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
  ])
}

export function setupProtocol(page: string): void {
  protocol.handle(SCHEME, async (request) => {
    if (!isOwn(request.url) || (request.method !== 'GET' && request.method !== 'HEAD')) return refusal(403, 'Not here')
    const file = await findPageFile(page, new URL(request.url).pathname)
    if (!file) return refusal(404, 'Not found')
    const headers = { ...PAGE_HEADERS, 'content-type': file.type, 'content-length': String(file.size) }
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(await readFile(file.path)), { headers })
  })
}

function refusal(status: number, text: string): Response {
  return new Response(text, { status, headers: { ...PAGE_HEADERS, 'content-type': 'text/plain; charset=utf-8' } })
}
