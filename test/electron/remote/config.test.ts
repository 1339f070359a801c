/** Targets, against what `ssh -G` makes of the same configuration. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { configuredHosts, resolveTarget } from '../../../electron/remote/index.ts'

const missing = spawnSync('ssh', ['-V']).error === undefined ? '' : ' (skipped: ssh is not installed)'
const folder = mkdtempSync(join(tmpdir(), 'shufflescope-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
function config(text: string): string {
  const file = join(folder, `config-${count++}`)
  writeFileSync(file, text)
  return file
}
const resolve = (name: string, text: string, more = {}) => resolveTarget(name, { configFiles: [config(text)], environment: {}, ...more })

function asked(file: string, host: string): Map<string, string[]> {
  const { stdout } = spawnSync('ssh', ['-G', '-F', file, host], { encoding: 'utf8' })
  const values = new Map<string, string[]>()
  for (const line of stdout.split('\n')) {
    const [key = '', ...rest] = line.split(' ')
    values.set(key, [...(values.get(key) ?? []), rest.join(' ')])
  }
  return values
}

const TEXT = `
# boards in the lab
Host pi
  HostName 192.168.1.20
  User pi
  Port 2022
  IdentityFile ~/.ssh/pi_%h_%r
  IdentityFile "~/.ssh/with space"
  UserKnownHostsFile ~/.ssh/known_pi /tmp/%n_hosts
host=jetson nano-*
  hostname=%h.lab.example
  USER = "nvidia"
  ProxyJump gate,inner:2200
Host !nano-7 nano-*
  Port 77
Host gate
  HostName gate.example
  User jump
Match host 10.0.0.9 user tester
  Port 99
Match exec "touch ${folder}/ran"
  Port 1
Host inc*
  Include ${folder}/more-*.conf
  IdentityFile ~/.ssh/inc
Host other
  Include ${folder}/more-*.conf
Host *
  User everybody
  Port 2222
`

describe.skipIf(missing !== '')(`the same as ssh -G${missing}`, () => {
  writeFileSync(join(folder, 'more-1.conf'), 'Host included\n  HostName in.example\n  Port 4444\n')
  writeFileSync(join(folder, 'more-2.conf'), 'Host included2\n  Port 5555\n')
  it.each(['pi', 'jetson', 'nano-3', 'nano-7', 'gate', 'included', 'included2', 'incomplete', 'other', 'elsewhere', 'PI'])('%s', async (host) => {
    const file = config(TEXT.replace(/Match exec.*\n.*\n/, ''))
    const target = await resolveTarget(host, { configFiles: [file] })
    const real = asked(file, host)
    const full = (paths: string[] = []) =>
      paths.flatMap((p) => p.split(' /').map((q, i) => (i === 0 ? q : `/${q}`))).map((p) => p.replace(/^~/, homedir()))
    expect([target.host, target.user, String(target.port)]).toEqual([real.get('hostname')?.[0], real.get('user')?.[0], real.get('port')?.[0]])
    expect(target.knownHostsFiles.slice(0, -1)).toEqual(full([...(real.get('userknownhostsfile') ?? [])].flatMap((f) => f.split(' '))))
    if (target.identities.some((i) => i.asked))
      expect(target.identities.map((i) => i.path)).toEqual(
        full(real.get('identityfile')).map((p) => p.replace('%h', target.host).replace('%r', target.user)),
      )
    expect(target.proxyJump.length > 0).toBe(real.has('proxyjump'))
  })
})

describe('targets', () => {
  it.each([
    ['me@board:2200', { user: 'me', host: 'board', port: 2200 }],
    ['board', { user: userInfo().username, host: 'board', port: 22 }],
    ['me@[fe80::1%eth0]:2200', { user: 'me', host: 'fe80::1%eth0', port: 2200 }],
    ['2001:db8::1', { host: '2001:db8::1', port: 22 }],
    ['[2001:db8::1]', { host: '2001:db8::1', port: 22 }],
    ['a@b@board', { user: 'a@b', host: 'board' }],
  ])('%s', async (name, expected) => {
    expect(await resolve(name, '')).toMatchObject(expected)
  })

  it.each([
    '',
    '@',
    'me@',
    'board:',
    'board:0',
    'board:65536',
    'board:x',
    '-oProxyCommand=id',
    'me@-x',
    'a b',
    'a;b',
    'a\nb',
    '$(id)',
    '[::1',
    'x'.repeat(300),
  ])('refuses %j', async (name) => {
    await expect(resolve(name, '')).rejects.toMatchObject({ code: 'bad-input' })
  })

  it('puts what is given before what is configured', async () => {
    const target = await resolve('you@pi:7', TEXT, { identity: 'k', knownHosts: 'kh' })
    expect(target).toMatchObject({ user: 'you', port: 7, host: '192.168.1.20', identitiesOnly: true })
    expect([target.identities[0]?.path, target.knownHostsFiles]).toEqual([join(process.cwd(), 'k'), [join(process.cwd(), 'kh')]])
    expect((await resolve('you@pi:7', TEXT, { port: 8, user: 'u' })).port).toBe(8)
  })

  it('resolves the hosts on the way', async () => {
    const { proxyJump } = await resolve('jetson', TEXT)
    expect(proxyJump.map(({ user, host, port }) => `${user}@${host}:${port}`)).toEqual(['jump@gate.example:2222', 'everybody@inner:2200'])
  })

  it('runs nothing that a configuration names', async () => {
    expect((await resolve('any', TEXT)).port).toBe(2222)
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  })

  it.each([
    ['a circle', 'Host a\n ProxyJump b\nHost b\n ProxyJump a\n', /circle/],
    ['itself', 'Host *\n ProxyJump a\n', /circle/],
    ['a command', 'Host a\n ProxyCommand nc %h %p\n', /ProxyCommand/],
    ['a port', 'Host a\n Port lots\n', /not a port/],
    ['a variable', 'Host a\n IdentityFile ${NOT_THERE}/k\n', /NOT_THERE is not set/],
    ['a token', 'Host a\n IdentityFile %Z\n', /%Z is not known/],
    ['a host name', 'Host a\n HostName -oX\n', /not a device/],
    ['an include of itself', `Include ${folder}/config-*\n`, /without end/],
  ])('says what is wrong: %s', async (_, text, words) => {
    await expect(resolve('a', text)).rejects.toThrow(words)
  })

  it('is not hurt by odd text', async () => {
    for (const text of [
      '\0\0\0',
      '"',
      'Host',
      'Host "a',
      'Match',
      `Host a\n  __proto__ x\n  constructor y\n`,
      'Host a\n User "x\n',
      '='.repeat(5000),
    ])
      await resolve('a', text).then(
        (target) => expect(target.host).toBe('a'),
        (thrown) => expect(thrown).toMatchObject({ code: 'bad-input' }),
      )
    mkdirSync(join(folder, 'directory'))
    await expect(resolveTarget('a', { configFiles: [join(folder, 'directory')] })).rejects.toMatchObject({ code: 'bad-input' })
    await expect(resolve('a', `Host a\n${' User x\n'.repeat(200_000)}`)).rejects.toThrow(/1 MiB/)
  })
})

describe('names to choose from', () => {
  it('are those that Host lines give in full, of included files too, each once', () => {
    writeFileSync(join(folder, 'more-boards.conf'), 'Host rock pi\nHostName 10.0.0.1\n')
    const file = config(
      `Include ${folder}/more-boards.conf\nHost pi jetson nano-* !bad "quo ted" "quoted"\n host=odroid\nMatch host x\nHostName host y\n# Host commented\nHost *\n`,
    )
    expect(configuredHosts({ configFiles: [file, join(folder, 'nowhere')], home: folder })).toEqual(['rock', 'pi', 'jetson', 'quoted', 'odroid'])
  })

  it('are bounded, and hold no control characters', () => {
    const many = Array.from({ length: 2000 }, (_, i) => `Host h${i}\n`).join('')
    const names = configuredHosts({ configFiles: [config(`Host a\x1b[2J b\x07 ${'x'.repeat(300)}\n${many}`)], home: folder })
    expect(names).toHaveLength(500)
    expect(names[0]).toBe('h0')
  })
})
