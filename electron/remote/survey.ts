/** What a device offers before anything of ours is on it: home, architecture, a Node of its own, tools. Plain sh, one call. */
import { ScopeError } from '../../engine/index.ts'
import { LINE_MARK } from '../device/messages.ts'
import type { Connection } from './connection.ts'
import { printable } from './printable.ts'

export interface Survey {
  /** Absolute. */
  readonly home: string
  /** As uname -m says: aarch64, armv7l, x86_64. */
  readonly arch: string
  /** Path and major version of a Node that is there; null where there is none. */
  readonly node: { readonly path: string; readonly major: number } | null
  readonly hasTaskset: boolean
}

/** A login shell may print what it likes; our lines are marked. */
const SCRIPT = `
say() { printf '%s%s=%s\\n' '${LINE_MARK}' "$1" "$2"; }
say home "$HOME"
say arch "$(uname -m)"
say bits "$(getconf LONG_BIT 2>/dev/null)"
for n in node nodejs /usr/local/bin/node /opt/node/bin/node "$HOME/.local/bin/node"; do
  p=$(command -v "$n" 2>/dev/null) || continue
  v=$("$p" --version 2>/dev/null) || continue
  say node "$v $p"
done
command -v taskset >/dev/null 2>&1 && say taskset yes
say end yes
`

const TIMEOUT = 30_000

/** Throws ScopeError `device` where it does not answer as a POSIX system does. */
export async function survey(connection: Connection, signal?: AbortSignal): Promise<Survey> {
  const facts = new Map<string, string[]>()
  const onStdoutLine = (line: string): void => {
    const fact = line.startsWith(LINE_MARK) ? /^([a-z]{1,20})=(.*)$/.exec(line.slice(LINE_MARK.length)) : null
    if (fact?.[1] !== undefined) facts.set(fact[1], [...(facts.get(fact[1]) ?? []), fact[2] ?? ''])
  }
  const { code, stderr } = await connection.exec(['sh', '-c', SCRIPT], { ...(signal && { signal }), timeoutMs: TIMEOUT, onStdoutLine })
  const one = (key: string): string => facts.get(key)?.[0] ?? ''
  const refuse = (why: string): ScopeError =>
    new ScopeError({ code: 'device', what: `Device ${connection.label}`, why, hint: 'A device must run Linux with a POSIX shell' })
  if (!facts.has('end')) throw refuse(`its shell did not answer (exit code ${code}${stderr ? `, "${printable(stderr.trim(), 200)}"` : ''})`)
  if (!one('home').startsWith('/')) throw refuse(`it says that the home folder is "${printable(one('home'), 100)}"`)
  const nodes = (facts.get('node') ?? []).flatMap((text) => {
    const found = /^v(\d{1,4})\.\S* (\/.*)$/.exec(text)
    return found ? [{ major: Number(found[1]), path: found[2] ?? '' }] : []
  })
  const [best] = nodes.sort((a, b) => b.major - a.major)
  // Some boards run a 32-bit system on a 64-bit kernel, and uname tells of the kernel.
  const arch = one('arch') === 'aarch64' && one('bits') === '32' ? 'armv7l' : one('arch')
  return { home: one('home'), arch, node: best ?? null, hasTaskset: one('taskset') === 'yes' }
}
