/** Commands on a device: bounded, cancelled at any moment, and never left behind. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, connect as dial, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../../electron/remote/index.ts'
import { openTo, rejection, until } from './open.ts'
import { running, type Sshd, sshdMissing, startSshd } from './sshd.ts'

const missing = sshdMissing()

describe.skipIf(missing !== undefined)(`commands${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd
  let connection: Connection
  const servers: Sshd[] = []
  beforeAll(async () => {
    sshd = await startSshd()
    servers.push(sshd)
    connection = await openTo(sshd)
  })
  afterAll(async () => {
    await connection?.close()
    for (const server of servers) await server.stop()
  })
  /** A duration that no other process sleeps for, to find it by. */
  const nap = () => `9${Math.floor(Math.random() * 1e9)}.${Math.floor(Math.random() * 1e9)}`
  const gone = (text: string) => until(() => running(text).length === 0)

  it.each([[['a b', "it's", '"', '\n', '--', '-n', '', 'é🦊', '$HOME', '*', '\\', '`id`']]])('arguments arrive as they are', async (argv) => {
    const { stdout, code } = await connection.exec(['printf', '%s|', ...argv])
    expect([code, stdout]).toEqual([0, argv.map((a) => `${a}|`).join('')])
  })

  it('returns code, output and errors apart', async () => {
    expect(await connection.exec(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' })
    expect(await connection.exec(['sh', '-c', 'echo out; exit 7'], { dieWithChannel: false })).toEqual({ code: 7, stdout: 'out\n', stderr: '' })
    expect((await connection.exec(['sh', '-c', 'kill -KILL $$'])).code).toBe(137)
    expect((await connection.exec(['not-a-program'])).code).toBe(127)
  })

  it('passes input and variables', async () => {
    const input = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 256))
    const { stdout } = await connection.exec(['sh', '-c', 'wc -c; printf %s "$A_B"'], { stdin: input, env: { A_B: "x 'y'\n" } })
    expect(stdout).toBe("300000\nx 'y'\n")
    expect(await rejection(connection.exec(['true'], { env: { 'A;B': 'x' } }))).toMatchObject({ code: 'bad-input' })
  })

  it('hands out lines as they come, the last one also without an end', async () => {
    const lines: string[] = []
    const { stdout } = await connection.exec(['printf', 'a\\n\\nb c\\nd'], { onStdoutLine: (line) => lines.push(line) })
    expect([lines, stdout]).toEqual([['a', '', 'b c', 'd'], ''])
  })

  it('stops 100 MB of noise after its limit', async () => {
    const word = randomUUID()
    const before = process.memoryUsage().arrayBuffers
    const noise = ['sh', '-c', `head -c 100000000 /dev/zero | tr '\\0' '\\033'; : ${word}`]
    expect(await rejection(connection.exec(noise))).toMatchObject({ code: 'device', why: expect.stringMatching(/more than 1 MiB and was stopped/) })
    expect(await rejection(connection.exec(noise, { onStdoutLine: () => undefined, maxOutputBytes: 1 << 30 }))).toMatchObject({
      why: expect.stringMatching(/a line of more than/),
    })
    expect(await rejection(connection.exec(['sh', '-c', `yes >&2; : ${word}`]))).toMatchObject({ code: 'device' })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6)
    expect(await gone(word)).toBe(true)
    expect((await connection.exec(['echo', 'still here'])).stdout).toBe('still here\n')
  })

  it('passes over what start-up files print, and is not fooled by it', async () => {
    writeFileSync(join(sshd.home, '.bashrc'), `echo 'Welcome!'; printf '\\033[2J'; echo oops >&2\n`)
    try {
      expect(await connection.exec(['echo', 'x'])).toEqual({ code: 0, stdout: 'x\n', stderr: '' })
      writeFileSync(join(sshd.home, '.bashrc'), 'yes noise\n')
      const error = await rejection(connection.exec(['echo', 'x']))
      expect(error).toMatchObject({ code: 'device', why: expect.stringMatching(/printed more than/) })
      writeFileSync(join(sshd.home, '.bashrc'), `printf 'no \\033[31mservice'; exit 3\n`)
      expect((await rejection(connection.exec(['echo', 'x']))).message).toContain('did not run it and said "no \\x1b[31mservice"')
    } finally {
      writeFileSync(join(sshd.home, '.bashrc'), '')
    }
  })

  it('ends a command after its time', async () => {
    const time = nap()
    expect(await rejection(connection.exec(['sleep', time], { timeoutMs: 1500 }))).toMatchObject({
      code: 'device',
      why: expect.stringMatching(/did not finish within/),
    })
    expect(await gone(time)).toBe(true)
  })

  it('leaves nothing running when cancelled at 20 random moments, not even what does not want to end', async () => {
    const times: string[] = []
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const time = nap()
        times.push(time)
        await new Promise((resolve) => setTimeout(resolve, i * 40))
        const signal = AbortSignal.timeout(Math.floor(Math.random() * 1200))
        const stubborn = i % 2 === 0 ? ['sleep', time] : ['sh', '-c', `trap "" TERM HUP; sleep ${time} & while :; do sleep ${time}; done`]
        expect(await rejection(connection.exec(stubborn, { signal }))).toMatchObject({ code: 'cancelled' })
      }),
    )
    for (const time of times) expect([time, await gone(time)]).toEqual([time, true])
  })

  it('takes what a command left in the background with it', async () => {
    const time = nap()
    expect((await connection.exec(['sh', '-c', `sleep ${time} >/dev/null 2>&1 & echo started`])).stdout).toBe('started\n')
    expect(await gone(time)).toBe(true)
  })

  it('fails in words when the link drops, and the command dies with it', async () => {
    const time = nap()
    const dropped = await openTo(sshd)
    const failed = rejection(dropped.exec(['sleep', time]))
    expect(await until(() => running(time).length > 0)).toBe(true)
    sshd.kill()
    expect(await failed).toMatchObject({ code: 'device', why: 'the link dropped' })
    expect(await dropped.closed).toMatchObject({ code: 'device' })
    expect(await gone(time)).toBe(true)
    expect(await rejection(dropped.exec(['true']))).toMatchObject({ code: 'device' })
    await dropped.close()
    const again = await startSshd({ like: sshd, port: sshd.port })
    servers.push(again)
    connection = await openTo(again)
    sshd = { ...again, folder: sshd.folder, home: again.home }
  })

  it('a link that falls silent is noticed on both sides', async () => {
    let silent = false
    const pairs: Socket[] = []
    const proxy = createServer((near) => {
      const far = dial(sshd.port, '127.0.0.1')
      pairs.push(near, far)
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on('data', (bytes) => !silent && to.write(bytes))
        from.on('error', () => undefined)
      }
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as { port: number }
    const time = nap()
    const through = await openTo({ ...sshd, port }, { acceptNew: true, timeouts: { keepAliveMs: 1000, beatMs: 500, silenceMs: 3000 } })
    try {
      const failed = rejection(through.exec(['sleep', time]))
      expect(await until(() => running(time).length > 0)).toBe(true)
      // Beats keep it alive for longer than the silence that ends it.
      await new Promise((resolve) => setTimeout(resolve, 5000))
      expect(running(time).length).toBeGreaterThan(0)
      silent = true
      expect(await failed).toMatchObject({ code: 'device', why: expect.stringMatching(/link dropped/) })
      // The device has heard no end: it counts the silence itself.
      expect(await gone(time)).toBe(true)
    } finally {
      await through.close()
      for (const socket of pairs) socket.destroy()
      proxy.close()
    }
  })
})
