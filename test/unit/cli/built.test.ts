/** The built command line as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './harness.ts'

interface Process {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function start(args: readonly string[], onStart?: (child: ChildProcess) => void): Promise<Process> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'dist/node/cli.js'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (text) => {
      out += text
    })
    child.stderr.on('data', (text) => {
      err += text
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, err }))
    onStart?.(child)
  })
}

describe('the built command line', () => {
  it('prints one JSON document, nothing else, in full', async () => {
    const { code, out, err } = await start(['inspect', 'shufflenet-v1-g3-0.25x', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out).shuffles).toHaveLength(16)
  })

  it('uses the fastest kernels that this Node can have', async () => {
    const { out } = await start(['bench', 'shufflenet-v1-g3-0.25x', '--runs', '2', '--warmup', '0', '--threads', '2', '--json'])
    expect(JSON.parse(out)).toMatchObject({ backend: 'wasm-relaxed-simd', threads: 2 })
  })

  it.each([
    [['bogus'], 2],
    [['run', 'no-such-model', 'x.jpg'], 3],
  ])('%j ends with code %i and one line', async (args, expected) => {
    const { code, out, err } = await start(args)
    expect({ code, out }).toEqual({ code: expected, out: '' })
    expect(err).toMatch(/^error: [^\n]+: [^\n]+\. [^\n]+\n$/)
  })

  it.skipIf(process.platform !== 'linux')('ends cleanly on Ctrl-C (skipped where /proc does not tell how far it got)', async () => {
    const args = ['bench', 'shufflenet-v1-g3-0.25x', '--runs', '1000000', '--json']
    const { code, out, err } = await start(args, (child) => {
      const poll = setInterval(() => {
        if (child.exitCode !== null) clearInterval(poll)
        else if (processorSeconds(child.pid) > 2) {
          clearInterval(poll)
          child.kill('SIGINT')
        }
      }, 20)
    })
    expect({ code, out }).toEqual({ code: 130, out: '' })
    expect(err).toMatch(/^error: .*: it was cancelled\. [^\n]+\n$/)
  })
})

/** Seconds of processor time that a process has used; unlike time on the clock, they tell how far it got on a busy machine. */
function processorSeconds(pid: number | undefined): number {
  const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[11]
  return Number(ticks) / 100
}
