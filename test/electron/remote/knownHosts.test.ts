/** known_hosts, against what ssh-keygen makes of the same files. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fingerprintOf, globMatches, KnownHosts, keyType, remember } from '../../../electron/remote/knownHosts.ts'

const missing = spawnSync('ssh-keygen', ['-?']).error === undefined ? '' : ' (skipped: ssh-keygen is not installed)'
const folder = mkdtempSync(join(tmpdir(), 'shufflescope-known-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Key {
  readonly file: string
  readonly line: string
  readonly blob: Buffer
}

function newKey(name: string, type = 'ed25519'): Key {
  const file = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file])
  const [kind = '', base64 = ''] = readFileSync(`${file}.pub`, 'utf8').split(' ')
  return { file, line: `${kind} ${base64}`, blob: Buffer.from(base64, 'base64') }
}

/** Whether ssh-keygen finds the host in the file. */
function found(file: string, host: string): boolean {
  return spawnSync('ssh-keygen', ['-F', host, '-f', file]).status === 0
}

describe.skipIf(missing !== '')(`known_hosts${missing}`, () => {
  const a = missing === '' ? newKey('a') : undefined
  const b = missing === '' ? newKey('b', 'ecdsa') : undefined
  if (!a || !b) return
  const file = join(folder, 'known_hosts')
  const lines = [
    '# a comment',
    '',
    `plain ${a.line} with a comment`,
    `[ported]:2222 ${a.line}`,
    `one,two,192.168.1.7 ${a.line}`,
    `*.lab.example,!bad.lab.example ${a.line}`,
    `board-? ${a.line}`,
    `[::1]:2200,2001:db8::7 ${a.line}`,
    `Mixed.Case ${a.line}`,
  ]
  const hosts: [string, number][] = [
    ['plain', 22],
    ['plain', 2222],
    ['ported', 2222],
    ['ported', 22],
    ['one', 22],
    ['two', 22],
    ['three', 22],
    ['192.168.1.7', 22],
    ['x.lab.example', 22],
    ['bad.lab.example', 22],
    ['lab.example', 22],
    ['board-7', 22],
    ['board-77', 22],
    ['::1', 2200],
    ['2001:db8::7', 22],
    ['mixed.case', 22],
  ]
  const asked = ([host, port]: [string, number]) => (port === 22 ? host : `[${host}]:${port}`)

  it.each(hosts)('agrees with ssh-keygen -F about %s, port %i', async (host, port) => {
    writeFileSync(file, `${lines.join('\n')}\n`)
    const known = await KnownHosts.read([file])
    expect(known.check(host, port, a.blob).kind).toBe(found(file, asked([host, port])) ? 'known' : 'unknown')
  })

  it('agrees about the same hosts when ssh-keygen -H has hashed them', async () => {
    const hashed = join(folder, 'hashed')
    writeFileSync(hashed, `${lines.join('\n')}\n`)
    execFileSync('ssh-keygen', ['-H', '-f', hashed], { stdio: 'ignore' })
    expect(readFileSync(hashed, 'utf8')).toContain('|1|')
    const known = await KnownHosts.read([hashed])
    for (const [host, port] of hosts)
      expect([host, known.check(host, port, a.blob).kind === 'known']).toEqual([host, found(hashed, asked([host, port]))])
  })

  it('says which key is known, and where, when another is shown', async () => {
    writeFileSync(file, `${lines.join('\n')}\n`)
    const known = await KnownHosts.read([file])
    expect(known.check('one', 22, newKey('a2').blob)).toMatchObject({ kind: 'changed', known: { file, line: 5, type: 'ssh-ed25519', key: a.blob } })
    // A key of another type is no way around the one that is known.
    expect(known.check('one', 22, b.blob).kind).toBe('changed')
    expect(known.typesOf('one', 22)).toEqual(['ssh-ed25519'])
  })

  it('refuses a revoked key, also where it is known', async () => {
    writeFileSync(file, `plain ${a.line}\n@revoked * ${a.line}\n`)
    expect((await KnownHosts.read([file])).check('plain', 22, a.blob)).toMatchObject({ kind: 'revoked', known: { line: 2 } })
    expect((await KnownHosts.read([file])).check('plain', 22, b.blob).kind).toBe('changed')
  })

  it('passes over authorities and damaged lines, with words', async () => {
    writeFileSync(
      file,
      `@cert-authority *.x ${a.line}\n@odd h ${a.line}\nh ssh-ed25519\nh ssh-rsa ${a.line.split(' ')[1]}\n|1|x ${a.line}\nplain ${a.line}`,
    )
    const known = await KnownHosts.read([file])
    expect(known.warnings).toHaveLength(4)
    expect(known.check('plain', 22, a.blob).kind).toBe('known')
    expect(known.check('h.x', 22, a.blob).kind).toBe('unknown')
  })

  it('prints fingerprints as ssh-keygen -l does', () => {
    for (const key of [a, b])
      expect(execFileSync('ssh-keygen', ['-l', '-f', `${key.file}.pub`], { encoding: 'utf8' })).toContain(` ${fingerprintOf(key.blob)} `)
    expect(keyType(a.blob)).toBe('ssh-ed25519')
  })

  it.each([false, true])('remembers a key where ssh-keygen finds it, and leaves the rest alone; hashed: %s', async (hashed) => {
    const target = join(folder, `new-${hashed}`, 'known_hosts')
    await remember(target, 'First', 22, a.blob, hashed)
    expect(statSync(target).mode & 0o777).toBe(0o600)
    writeFileSync(target, `${readFileSync(target, 'utf8')}# without an end`)
    const before = readFileSync(target, 'utf8')
    await Promise.all(Array.from({ length: 20 }, (_, i) => remember(target, `host${i}`, 2200 + i, b.blob, hashed)))
    expect(readFileSync(target, 'utf8').startsWith(before)).toBe(true)
    expect(found(target, 'first')).toBe(true)
    for (let i = 0; i < 20; i++) expect(found(target, `[host${i}]:${2200 + i}`)).toBe(true)
    expect(readFileSync(target, 'utf8').includes('host7')).toBe(!hashed)
    const known = await KnownHosts.read([target])
    expect(known.check('host7', 2207, b.blob).kind).toBe('known')
  })

  it('does not write what would mean other hosts too', async () => {
    for (const host of ['a,b', '*', 'a b', '!a', '|1|a', '#a'])
      await expect(remember(join(folder, 'never'), host, 22, a.blob)).rejects.toThrow(/cannot be written/)
  })
})

describe('patterns', () => {
  it('match as in OpenSSH, in bounded time', () => {
    expect(globMatches('a*b?c', 'axxbyc')).toBe(true)
    expect(globMatches('*', '')).toBe(true)
    expect(globMatches('?', '')).toBe(false)
    expect(globMatches('[host]:22', 'h:22')).toBe(false)
    const start = performance.now()
    expect(globMatches(`${'*a'.repeat(500)}b`, 'a'.repeat(5000))).toBe(false)
    expect(performance.now() - start).toBeLessThan(5000)
  })
})
