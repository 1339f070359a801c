/** The page's files for both shells: path normalisation, content types, and the headers that every response carries. */
import { realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/**
 * COOP and COEP make the page cross-origin isolated, which SharedArrayBuffer needs; workers need COEP on their own script.
 * Charts set positions through style attributes, hence 'unsafe-inline' for styles alone.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.txt': 'text/plain; charset=utf-8',
}

export interface PageFile {
  readonly path: string
  readonly type: string
  readonly size: number
}

/**
 * The file under `root` that a URL's path (still percent-encoded, without query) names; undefined where there is none,
 * where the path is malformed, or where it would lead out of `root`, by dots, encoded dots or a symbolic link.
 */
export async function findPageFile(root: string, urlPath: string): Promise<PageFile | undefined> {
  let path: string
  try {
    path = decodeURIComponent(urlPath)
  } catch {
    return undefined
  }
  // Backslash and colon are separators and streams on Windows; a NUL ends paths for the system but not for us.
  if (!path.startsWith('/') || /[\0\\:]/.test(path)) return undefined
  if (path.split('/').some((part) => part === '..' || part === '.')) return undefined
  const wanted = join(root, path === '/' ? 'index.html' : path)
  try {
    const [base, real] = await Promise.all([realpath(root), realpath(wanted)])
    if (!real.startsWith(base + sep)) return undefined
    const facts = await stat(real)
    if (!facts.isFile()) return undefined
    return { path: real, type: TYPES[extname(real).toLowerCase()] ?? 'application/octet-stream', size: facts.size }
  } catch {
    return undefined
  }
}
