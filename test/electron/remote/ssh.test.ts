/** Getting in: host keys, keys, passwords and everything that can be wrong on the way. */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConnectOptions, connect, type HostKeyQuestion, type Prompts, type SecretPrompt } from '../../../electron/remote/index.ts'
import { openTo, rejection } from './open.ts'
import { freePort, type Sshd, sshdMissing, startSshd } from './sshd.ts'

const ssh2 = createRequire(import.meta.url)('ssh2') as typeof import('ssh2')
const missing = sshdMissing()
const why = missing === undefined ? '' : ` (skipped: ${missing})`

function answering(secrets: readonly (string | undefined)[], trusts = true) {
  const asked: SecretPrompt[] = []
  const hosts: HostKeyQuestion[] = []
  const prompts: Prompts = {
    async hostKey(question) {
      hosts.push(question)
      return trusts
    },
    async secret(prompt) {
      asked.push(prompt)
      return secrets[asked.length - 1]
    },
  }
  return { prompts, asked, hosts }
}

describe.skipIf(missing !== undefined)(`OpenSSH's server${why}`, () => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd?.stop())
  const fresh = (text = '') => {
    const file = join(sshd.folder, `known-${Math.random()}`)
    writeFileSync(file, text)
    return file
  }
  const printed = (key: string) => spawnSync('ssh-keygen', ['-l', '-f', key], { encoding: 'utf8' }).stdout.split(' ')[1]

  it('lets the authorized key in, and says which host key it showed', async () => {
    const connection = await openTo(sshd)
    expect(sshd.hostKeys.map(printed)).toContain(connection.fingerprint)
    expect((await connection.exec(['echo', 'here'])).stdout).toBe('here\n')
    await connection.close()
    expect(await connection.closed).toBeUndefined()
    expect(await rejection(connection.exec(['true']))).toMatchObject({ code: 'cancelled' })
  })

  it('refuses a wrong key with words that say what was tried', async () => {
    const error = await rejection(openTo(sshd, { identity: sshd.wrongKey }))
    expect(error).toMatchObject({ code: 'device' })
    expect(error.message).toMatch(/did not let the user in \(tried key .*wrong; it takes publickey\)/)
  })

  it('says that a key cannot be read', async () => {
    expect((await rejection(openTo(sshd, { identity: '/not/there' }))).message).toContain('/not/there cannot be read')
    expect((await rejection(openTo(sshd, { identity: sshd.knownHosts }))).message).toMatch(/is no private key/)
  })

  it('opens a locked key with its passphrase, after wrong ones', async () => {
    const { prompts, asked } = answering(['no', 'secret words'])
    await (await openTo(sshd, { identity: sshd.lockedKey, prompts })).close()
    expect(asked.map((a) => [a.kind, a.echo, a.failed])).toEqual([
      ['passphrase', false, 0],
      ['passphrase', false, 1],
    ])
    const wrong = await rejection(openTo(sshd, { identity: sshd.lockedKey, prompts: answering(['a', 'b', 'c', 'd']).prompts }))
    expect(wrong.message).toMatch(/passphrase for .*locked was wrong/)
    expect(wrong.message).not.toMatch(/secret words/)
    expect((await rejection(openTo(sshd, { identity: sshd.lockedKey, prompts: answering([undefined]).prompts }))).message).toMatch(
      /no passphrase was given/,
    )
  })

  it('uses the keys of an agent', async () => {
    const socket = join(sshd.folder, 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    try {
      await new Promise((resolve) => setTimeout(resolve, 500))
      const environment = { SSH_AUTH_SOCK: socket }
      spawnSync('ssh-add', ['-q', sshd.key], { env: { ...process.env, ...environment } })
      const options: ConnectOptions = { knownHosts: sshd.knownHosts, configFiles: [], home: '/not/there', environment }
      await (await connect(`${sshd.user}@127.0.0.1:${sshd.port}`, options)).close()
      const without = await rejection(connect(`${sshd.user}@127.0.0.1:${sshd.port}`, { ...options, environment: { SSH_AUTH_SOCK: '/not/there' } }))
      expect(without).toMatchObject({ code: 'device' })
    } finally {
      agent.kill()
    }
  })

  it('refuses an unknown host where nobody can be asked, and writes nothing', async () => {
    const knownHosts = fresh()
    const error = await rejection(openTo(sshd, { knownHosts }))
    expect(error).toMatchObject({ code: 'device' })
    expect(error.message).toMatch(/host key is not known: ssh-ed25519 SHA256:/)
    expect(readFileSync(knownHosts, 'utf8')).toBe('')
  })

  it('asks about an unknown host once, and remembers it', async () => {
    const knownHosts = fresh('# mine')
    const no = answering([], false)
    expect((await rejection(openTo(sshd, { knownHosts, prompts: no.prompts }))).message).toMatch(/was not accepted/)
    expect(readFileSync(knownHosts, 'utf8')).toBe('# mine')
    const yes = answering([])
    await (await openTo(sshd, { knownHosts, prompts: yes.prompts })).close()
    expect(yes.hosts).toMatchObject([
      { host: `[127.0.0.1]:${sshd.port}`, type: 'ssh-ed25519', fingerprint: printed(sshd.hostKeys[0] ?? ''), file: knownHosts },
    ])
    await (await openTo(sshd, { knownHosts })).close()
    expect(readFileSync(knownHosts, 'utf8')).toMatch(/^# mine\n\[127\.0\.0\.1\]:\d+ ssh-ed25519 \S+\n$/)
  })

  it('remembers without a question when told so', async () => {
    const knownHosts = fresh()
    await (await openTo(sshd, { knownHosts, acceptNew: true })).close()
    expect(spawnSync('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', knownHosts]).status).toBe(0)
    await (await openTo(sshd, { knownHosts })).close()
  })

  it('refuses a changed key whatever it is told, with both fingerprints and the line', async () => {
    const other = readFileSync(`${sshd.wrongKey}.pub`, 'utf8')
    const knownHosts = fresh(`# first line\n[127.0.0.1]:${sshd.port} ${other}`)
    const { prompts, hosts } = answering([])
    const error = await rejection(openTo(sshd, { knownHosts, acceptNew: true, prompts }))
    expect(error).toMatchObject({ code: 'device' })
    for (const part of ['has changed', printed(sshd.hostKeys[0] ?? ''), printed(`${sshd.wrongKey}.pub`), `${knownHosts}, line 2`])
      expect(error.message).toContain(part)
    expect(hosts).toEqual([])
    expect(readFileSync(knownHosts, 'utf8')).toBe(`# first line\n[127.0.0.1]:${sshd.port} ${other}`)
  })

  it('asks for the type of key that is known, and refuses a revoked one', async () => {
    for (const key of sshd.hostKeys) {
      const line = readFileSync(key, 'utf8')
      const connection = await openTo(sshd, { knownHosts: fresh(`[127.0.0.1]:${sshd.port} ${line}`) })
      expect(connection.fingerprint).toBe(printed(key))
      await connection.close()
    }
    const line = readFileSync(sshd.hostKeys[0] ?? '', 'utf8')
    const revoked = await rejection(openTo(sshd, { knownHosts: fresh(`@revoked * ${line}`), acceptNew: true }))
    expect(revoked.message).toMatch(/marked as revoked/)
  })

  it('goes over another host, whose key is checked too', async () => {
    const inner = await startSshd({ like: sshd })
    try {
      const config = join(sshd.folder, 'config')
      const both = fresh(readFileSync(sshd.knownHosts, 'utf8') + readFileSync(inner.knownHosts, 'utf8'))
      const text = `Host gate\n HostName 127.0.0.1\n Port ${sshd.port}\nHost inner\n HostName 127.0.0.1\n Port ${inner.port}\n ProxyJump gate\nHost lost\n HostName 127.0.0.1\n Port ${await freePort()}\n ProxyJump gate\nHost *\n User ${sshd.user}\n IdentityFile ${sshd.key}\n IdentitiesOnly yes\n`
      writeFileSync(config, text)
      const options = { configFiles: [config], environment: {} }
      const connection = await connect('inner', { ...options, knownHosts: both })
      expect((await connection.exec(['sh', '-c', 'echo $SSH_CONNECTION'])).stdout.trim().endsWith(` ${inner.port}`)).toBe(true)
      await connection.close()
      expect((await rejection(connect('inner', { ...options, knownHosts: inner.knownHosts }))).message).toMatch(
        new RegExp(`:${sshd.port}: its host key is not known`),
      )
      expect((await rejection(connect('lost', { ...options, knownHosts: both }))).message).toMatch(/the host on the way could not reach it/)
    } finally {
      await inner.stop()
    }
  })

  it('is cancelled at any moment', async () => {
    for (let i = 0; i < 10; i++) {
      const error = await openTo(sshd, { signal: AbortSignal.timeout(Math.floor(Math.random() * 150)) }).then(
        (connection) => connection.close(),
        (thrown) => thrown,
      )
      if (error) expect(error).toMatchObject({ code: 'cancelled' })
    }
    expect(await rejection(openTo(sshd, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'cancelled' })
  })
})

describe('odd and hostile servers', () => {
  const servers: Server[] = []
  afterAll(() => {
    for (const server of servers) server.close()
  })
  async function serve(talk: (socket: Socket) => void): Promise<number> {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      talk(socket)
    })
    servers.push(server)
    server.on('close', () => undefined)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  }
  const open = (port: number, more: ConnectOptions = {}) =>
    connect(`me@127.0.0.1:${port}`, { configFiles: [], home: '/not/there', environment: {}, knownHosts: '/dev/null', acceptNew: true, ...more })

  it('nobody listens', async () => {
    expect(await rejection(open(await freePort()))).toMatchObject({ code: 'device', why: 'the connection was refused' })
  })

  it('the name is not known', async () => {
    const error = await rejection(connect('me@not-there.invalid', { configFiles: [], environment: {}, timeouts: { connectMs: 10_000 } }))
    expect(error).toMatchObject({ code: 'device' })
    expect(error.message).toMatch(/name (was not found|could not be looked up)/)
  })

  it('it says nothing', async () => {
    const error = await rejection(open(await serve(() => undefined), { timeouts: { handshakeMs: 300 } }))
    expect(error).toMatchObject({ code: 'device' })
    expect(error.message).toMatch(/handshake took more than/)
  })

  it.each([
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['noise', '\x1b[2J\0\x07'.repeat(200_000)],
    ['an SSH server that makes no sense', `SSH-2.0-x\r\n${'\xff'.repeat(100_000)}`],
  ])('%s', async (_, text) => {
    const port = await serve((socket) => socket.end(Buffer.from(text, 'latin1')))
    const error = await rejection(open(port, { timeouts: { handshakeMs: 5000 } }))
    expect(error).toMatchObject({ code: 'device' })
    expect(error.message).not.toMatch(/[\p{Cc}]/u)
    expect(error.message.length).toBeLessThan(600)
  })

  /** A server of ssh2 that lets `ask` decide. */
  async function login(ask: (context: import('ssh2').AuthContext) => void, banner?: string): Promise<number> {
    const { private: key } = ssh2.utils.generateKeyPairSync('ed25519')
    const server = new ssh2.Server({ hostKeys: [key], ...(banner === undefined ? {} : { banner }) }, (client) => {
      client.on('error', () => undefined)
      client.on('authentication', ask)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    servers.push(server as unknown as Server)
    return (server.address() as { port: number }).port
  }

  it('takes a password', async () => {
    const port = await login((c) => (c.method === 'password' && c.password === 'right' ? c.accept() : c.reject(['password'])))
    const knows = answering(['wrong', 'right'])
    await (await open(port, { prompts: knows.prompts })).close()
    expect(knows.asked.map((a) => [a.kind, a.failed])).toEqual([
      ['password', 0],
      ['password', 1],
    ])
    const error = await rejection(open(port, { prompts: answering(['hunter2', 'hunter2', 'hunter2']).prompts }))
    expect(error.message).toMatch(/tried password; it takes password/)
    expect(error.message).not.toContain('hunter2')
    expect((await rejection(open(port, { prompts: answering([undefined]).prompts }))).message).toMatch(/no password was given/)
    expect((await rejection(open(port))).message).toMatch(/there was nothing to try; it takes password/)
  })

  it('asks its own questions, which are escaped', async () => {
    const port = await login((c) => {
      if (c.method !== 'keyboard-interactive') return c.reject(['keyboard-interactive'])
      c.prompt(
        [
          { prompt: '\x1b[31mCode\u202e: ', echo: true },
          { prompt: 'Second: ', echo: false },
        ],
        (given) => (given.join() === '1,2' ? c.accept() : c.reject(['keyboard-interactive'])),
      )
    })
    const knows = answering(['1', '2'])
    await (await open(port, { prompts: knows.prompts })).close()
    expect(knows.asked.map((a) => [a.text.replace(/^.* asks: /, ''), a.echo])).toEqual([
      ['\\x1b[31mCode\\u{202e}:', true],
      ['Second:', false],
    ])
  })

  it('waits for a person without calling it a time-out, and can be cancelled meanwhile', async () => {
    const port = await login((c) => (c.method === 'password' ? c.accept() : c.reject(['password'])))
    const slow: Prompts = { hostKey: async () => true, secret: () => new Promise((resolve) => setTimeout(() => resolve('x'), 2500)) }
    await (await open(port, { prompts: slow, timeouts: { handshakeMs: 2000 } })).close()
    const never: Prompts = { hostKey: async () => true, secret: () => new Promise(() => undefined) }
    expect(await rejection(open(port, { prompts: never, signal: AbortSignal.timeout(300) }))).toMatchObject({ code: 'cancelled' })
  })

  it('greets with control characters, which go nowhere', async () => {
    const port = await login((c) => c.reject(['password']), '\x1b[2J\x07'.repeat(5000))
    expect((await rejection(open(port))).message).not.toMatch(/\p{Cc}/u)
  })
})
