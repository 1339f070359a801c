import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { cli, temporaryFolder } from './harness.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))

/** The documented form: what, why, what to do; one line. */
const ONE_LINE = /^error: [^\n]+: [^\n]+\. [^\n]+\n$/

describe('a wrong command line', () => {
  it.each([
    [['nonsense'], /unknown command/],
    [['run'], /missing required argument 'model'/],
    [['inspect', 'shufflenet-v1-g3-0.25x', '--bogus'], /unknown option '--bogus'/],
    [['inspect', 'shufflenet-v1-g3-0.25x', '--convention', 'mine'], /Allowed choices are paper, conv, conv\+fc, all/],
    [['inspect', 'shufflenet-v1-g3-0.25x', '--input', '0x224'], /HEIGHTxWIDTH/],
    [['inspect', 'shufflenet-v1-g3-0.25x', '--input', '99999'], /HEIGHTxWIDTH/],
    [['inspect', 'a', 'b'], /too many arguments/],
    [['bench', 'shufflenet-v1-g3-0.25x', '--runs', '0'], /whole number from 1/],
    [['bench', 'shufflenet-v1-g3-0.25x', '--precision', 'f16'], /Allowed choices are f32/],
    [['run', 'shufflenet-v1-g3-0.25x'], /names no photo/],
    [['run', 'shufflenet-v1-g3-0.25x', '--tensor', 'a.npy'], /goes with --output/],
    [['run', 'shufflenet-v1-g3-0.25x', '--output', 'a.npy', 'a.jpg'], /goes with --tensor/],
    [['run', 'shufflenet-v1-g3-0.25x', 'a.jpg', '--tensor', 'a.npy', '--output', 'b.npy'], /both photos and a tensor/],
    [['convert', 'shufflenet-v1-g3-0.25x', 'out.pb'], /format that is not written/],
    [['convert', 'shufflenet-v1-g3-0.25x', 'out.onnx', '--title', 'Mine'], /--title is kept in bundles/],
  ])('%j ends with code 2 and one line', async (args, why) => {
    const { code, out, err } = await cli(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(ONE_LINE)
    expect(err).toMatch(why)
  })

  it('without a command shows help on standard error', async () => {
    const { code, out, err } = await cli([])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/Usage: shufflescope/)
  })
})

describe('help and version', () => {
  it('go to standard output with code 0', async () => {
    expect(await cli(['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' })
    const help = await cli(['--help'])
    expect({ code: help.code, err: help.err }).toEqual({ code: 0, err: '' })
    for (const command of ['models', 'inspect', 'run', 'bench', 'convert']) expect(help.out).toContain(`  ${command}`)
    expect((await cli(['run', '--help'])).out).toMatch(/--tensor <file.npy>/)
  })
})

describe('a bad input', () => {
  it.each(['models.txt', 'empty.onnx', 'folder.onnx', 'no-such-model'])('%s ends with code 3, one line that names it', async (name) => {
    writeFileSync(join(folder, 'models.txt'), 'hello')
    writeFileSync(join(folder, 'empty.onnx'), '')
    mkdirSync(join(folder, 'folder.onnx'), { recursive: true })
    const { code, out, err } = await cli(['inspect', join(folder, name), '--json'])
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toMatch(ONE_LINE)
    expect(err).toContain(name)
  })

  it('keeps control characters of file names off the terminal', async () => {
    const { code, err } = await cli(['inspect', 'a\u001b[31mb\nc'])
    expect(code).toBe(3)
    expect(err).toMatch(ONE_LINE)
    expect(err).not.toContain('\u001b')
  })

  it('shows where it comes from only with --debug', async () => {
    expect((await cli(['inspect', 'nothing'])).err).not.toMatch(/\n\s+at /)
    expect((await cli(['inspect', 'nothing', '--debug'])).err).toMatch(/\n\s+at .*load/)
    expect((await cli(['--debug', 'inspect', 'nothing'])).err).toMatch(/\n\s+at .*load/)
  })
})

describe('an interrupt', () => {
  it('ends a command with code 130', async () => {
    const { code, out, err } = await cli(['bench', 'shufflenet-v1-g1-0.25x', '--json'], { signal: AbortSignal.abort() })
    expect({ code, out }).toEqual({ code: 130, out: '' })
    expect(err).toMatch(/^error: .*: it was cancelled\. /)
  })
})
