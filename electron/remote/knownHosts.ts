/** known_hosts as OpenSSH has it (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): whose key is known, changed or revoked. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, open, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { badInput } from '../../engine/index.ts'
import { printable } from './printable.ts'

/** A file of more is not read: 16 MiB is some 100 000 hosts. */
const MOST_BYTES = 16 * 1024 * 1024

export interface KnownEntry {
  readonly file: string
  readonly line: number
  readonly type: string
  /** Wire form of the public key (RFC 4253, 6.6). */
  readonly key: Buffer
}

export type HostKeyState =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /** Another key is known for the host; the one of the same type comes first. */
  | { readonly kind: 'changed'; readonly known: KnownEntry }
  | { readonly kind: 'revoked'; readonly known: KnownEntry }

interface Line extends KnownEntry {
  readonly marker: '' | '@revoked' | '@cert-authority'
  readonly patterns: string
}

export class KnownHosts {
  readonly #lines: readonly Line[]
  /** Lines that could not be read, in words; they count as absent. */
  readonly warnings: readonly string[]

  private constructor(lines: readonly Line[], warnings: readonly string[]) {
    this.#lines = lines
    this.warnings = warnings
  }

  /** A file that is not there counts as empty. Throws ScopeError for one that cannot be read. */
  static async read(files: readonly string[]): Promise<KnownHosts> {
    const lines: Line[] = []
    const warnings: string[] = []
    for (const file of files) parseKnownHosts(await textOf(file), file, lines, warnings)
    return new KnownHosts(lines, warnings)
  }

  /** Types of the keys that are known for `host`, to be asked for first. */
  typesOf(host: string, port: number): string[] {
    const names = namesOf(host, port)
    return [...new Set(this.#lines.filter((l) => l.marker === '' && matches(l.patterns, names)).map((l) => l.type))]
  }

  check(host: string, port: number, key: Buffer): HostKeyState {
    const names = namesOf(host, port)
    const known: Line[] = []
    for (const line of this.#lines) {
      if (line.marker === '@cert-authority' || !matches(line.patterns, names)) continue
      if (line.marker === '@revoked') {
        if (line.key.equals(key)) return { kind: 'revoked', known: line }
      } else known.push(line)
    }
    if (known.some((line) => line.key.equals(key))) return { kind: 'known' }
    const type = keyType(key)
    const other = known.find((line) => line.type === type) ?? known[0]
    return other ? { kind: 'changed', known: other } : { kind: 'unknown' }
  }
}

function parseKnownHosts(text: string, file: string, lines: Line[], warnings: string[]): void {
  for (const [index, raw] of text.split('\n').entries()) {
    const trimmed = raw.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const words = trimmed.split(/[ \t]+/)
    const marker = words[0]?.startsWith('@') ? words.shift() : ''
    const [patterns, type, base64] = words
    const where = `${printable(file)}, line ${index + 1}`
    if (marker !== '' && marker !== '@revoked' && marker !== '@cert-authority') {
      warnings.push(`${where}: the marker "${printable(marker ?? '', 40)}" is not known`)
      continue
    }
    if (marker === '@cert-authority') warnings.push(`${where}: host certificates are not used; the line is passed over`)
    const key = Buffer.from(base64 ?? '', 'base64')
    if (patterns === undefined || type === undefined || keyType(key) !== type) {
      warnings.push(`${where}: it holds no host key`)
      continue
    }
    lines.push({ file, line: index + 1, marker, patterns, type, key })
  }
}

/** What `host` is called there: a port other than 22 makes it `[host]:port`. */
function namesOf(host: string, port: number): string {
  const lower = host.toLowerCase()
  return port === 22 ? lower : `[${lower}]:${port}`
}

function matches(patterns: string, name: string): boolean {
  if (patterns.startsWith('|1|')) return hashMatches(patterns, name)
  let found = false
  for (const part of patterns.split(',')) {
    const negated = part.startsWith('!')
    if (!globMatches((negated ? part.slice(1) : part).toLowerCase(), name)) continue
    if (negated) return false
    found = true
  }
  return found
}

function hashMatches(pattern: string, name: string): boolean {
  const [salt, digest] = pattern.slice(3).split('|')
  const expected = Buffer.from(digest ?? '', 'base64')
  const actual = createHmac('sha1', Buffer.from(salt ?? '', 'base64'))
    .update(name)
    .digest()
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

/** `*` and `?` only, in time linear in both per star; the brackets of `[host]:port` are letters here. */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** Name of a key's algorithm, or undefined where the bytes are no key. */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 4) return undefined
  const length = key.readUInt32BE(0)
  if (length === 0 || length > 64 || 4 + length >= key.length) return undefined
  const type = key.toString('latin1', 4, 4 + length)
  return /^[a-z0-9@.-]+$/.test(type) ? type : undefined
}

/** As `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** Host and port as a person reads them. */
export function hostLabel(host: string, port: number): string {
  if (port !== 22) return `[${host}]:${port}`
  return host
}

/**
 * Adds one line and leaves the rest of the file alone, whoever else adds to it at the same time.
 * `hashed`: the line does not tell the host's name, as with HashKnownHosts. Throws ScopeError `bad-input`.
 */
export async function remember(file: string, host: string, port: number, key: Buffer, hashed = false): Promise<void> {
  const type = keyType(key)
  const name = namesOf(host, port)
  if (type === undefined || /[\s,*?!|#]/.test(name))
    throw badInput(printable(name), 'it cannot be written to known_hosts', 'Check the name of the host')
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const handle = await open(file, 'a+', 0o600)
    try {
      const facts = await handle.stat()
      const { size } = facts
      const last = Buffer.alloc(1)
      if (size > 0) await handle.read(last, 0, 1, size - 1)
      const fresh = size === 0 || last[0] === 0x0a
      // One write in append mode: lines of others come before or after it, not into it.
      await handle.write(`${fresh ? '' : '\n'}${hashed ? hashName(name) : name} ${type} ${key.toString('base64')}\n`)
      // /dev/null, for those who want to forget, cannot be synced.
      if (facts.isFile()) await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (thrown) {
    throw fileError(thrown, file, 'written')
  }
}

function hashName(name: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

async function textOf(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > MOST_BYTES) throw badInput(printable(file), 'it has more than 16 MiB', 'Choose another file of known hosts')
    return await readFile(file, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return ''
    throw fileError(thrown, file, 'read')
  }
}

function fileError(thrown: unknown, file: string, what: string): unknown {
  if (!(thrown instanceof Error) || !('code' in thrown) || thrown.name === 'ScopeError') return thrown
  return badInput(
    printable(file),
    `it cannot be ${what} (${printable(String(thrown.code))})`,
    'Check its permissions, or choose another file of known hosts',
  )
}
