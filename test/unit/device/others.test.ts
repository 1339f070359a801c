/** Other runs on a device: those of /proc as text, and a real one that was left. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { realFiles } from '../../../electron/device/files.ts'
import { endLeftRuns, otherRuns } from '../../../electron/device/others.ts'

const proc = (processes: Readonly<Record<number, readonly [parent: number, comm: string, ...argv: string[]]>>) => ({
  list: (path: string) => (path === '/proc' ? [...Object.keys(processes), 'self', 'net', '0x12'] : []),
  text(path: string) {
    const [, pid, what] = /^\/proc\/(\d+)\/(\w+)$/.exec(path) ?? []
    const [parent, comm, ...argv] = processes[Number(pid)] ?? []
    if (comm === undefined) return undefined
    if (what === 'comm') return `${comm}\n`
    return what === 'stat' ? `${pid} (${comm}) S ${parent} 1 1 0` : argv.map((a) => `${a}\0`).join('')
  },
})
const RUNNER = '/home/pi/.cache/shufflescope/runner-0123456789abcdef/runner.mjs'

describe('other runs', () => {
  it('are programs, not the shells that name them; left ones have been taken in by an init', () => {
    const files = proc({
      1: [0, 'systemd', '/sbin/init'],
      700: [1, 'systemd', '/lib/systemd/systemd', '--user'],
      900: [1, 'sshd', 'sshd: pi@notty'],
      901: [900, 'sh', 'sh', '-c', 'exec "$@"', 'token', '/usr/bin/node', RUNNER, 'run'],
      902: [901, 'node) S 1 (', '/usr/bin/node', RUNNER, 'run'],
      903: [901, 'node', '/usr/bin/node', RUNNER, 'run'],
      904: [1, 'node', '/usr/bin/node', RUNNER, 'run'],
      905: [700, 'qemu', '/usr/bin/qemu-aarch64-static', '/usr/bin/node', '--flag', RUNNER, 'run'],
      906: [1, 'node', '/usr/bin/node', RUNNER, 'probe'],
      907: [1, 'vi', 'vi', RUNNER],
      908: [1, 'node', '/usr/bin/node', '/srv/runner.mjs.old', 'run'],
    })
    expect(otherRuns(files, 903)).toEqual([
      { pid: 902, left: false },
      { pid: 904, left: true },
      { pid: 905, left: true },
    ])
  })

  it('at work are named, and nothing is ended then', async () => {
    const ended: number[] = []
    const files = proc({ 5: [1, 'node', 'node', RUNNER, 'run'], 6: [44, 'node', 'node', RUNNER, 'run'] })
    await expect(endLeftRuns(files, 1, (pid) => ended.push(pid))).rejects.toMatchObject({ code: 'device', why: expect.stringContaining('process 6') })
    expect(ended).toEqual([])
  })

  it('that cannot be ended are named', { timeout: 30_000 }, async () => {
    const files = proc({ 5: [1, 'node', 'node', RUNNER, 'run'] })
    const refuse = () => {
      throw new Error('EPERM')
    }
    await expect(endLeftRuns(files, 1, refuse)).rejects.toMatchObject({ code: 'device', why: expect.stringContaining('process 5') })
  })

  it.skipIf(process.platform !== 'linux')('that were left are ended: a real one (skipped where there is no /proc)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shufflescope-left-'))
    const program = join(folder, 'runner.mjs')
    writeFileSync(program, 'setInterval(() => undefined, 1000)')
    // Its parent ends at once, so that it is taken in.
    const parent: ChildProcess = spawn('sh', ['-c', '"$0" "$1" run >/dev/null 2>&1 & echo $!', process.execPath, program], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const pid = Number(await new Promise<string>((resolve) => parent.stdout?.on('data', (data: Buffer) => resolve(data.toString()))))
    const mine = () => otherRuns(realFiles, process.pid).find((run) => run.pid === pid)
    await expect.poll(mine, { timeout: 20_000 }).toEqual({ pid, left: true })
    // Only that one: other tests may be at work on this machine.
    const files = { ...realFiles, list: () => [String(pid)] }
    await endLeftRuns(files, process.pid, (found) => process.kill(found, 'SIGKILL'))
    expect(mine()).toBeUndefined()
    rmSync(folder, { recursive: true })
  })
})
