/** `quantize` with --sensitivity and --keep-float, on the bundled model. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createContext } from '../../../electron/cli/context.ts'
import { runCli } from '../../../electron/cli/program.ts'
import type { QuantizeReport } from '../../../electron/cli/quantize.ts'
import { catalogue } from '../../../electron/services/catalogue.ts'
import { openModel } from '../../../engine/index.ts'
import { cli, json, ROOT, temporaryFolder } from './harness.ts'

const MODEL = 'shufflenet-v1-g3-0.5x-imagenette'
const SAMPLES = join(ROOT, 'assets/samples')
const BASE = ['quantize', MODEL, '--calibrate', SAMPLES]

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))

describe('quantize --sensitivity', () => {
  let report: QuantizeReport
  beforeAll(async () => {
    report = await json([...BASE, '--no-correct', '--sensitivity'])
  })

  it('measures every layer, and writes nothing without --out', () => {
    const { sensitivity = [], ...others } = report
    expect(others).toEqual({ model: `${MODEL}-int8`, output: null, bytes: null, photos: 7, range: 'mse', quantized: 55, layers: 55 })
    expect(new Set(sensitivity.map((l) => l.name)).size).toBe(55)
    expect(sensitivity.find((l) => l.name === 'stem.conv')).toMatchObject({ op: 'conv2d', weights: 324, photos: 7 })
    expect(sensitivity.find((l) => l.name === 'head.pool')).toMatchObject({ op: 'globalPool', weights: 0 })
    for (const { name, agreement, outputSnr, ownSnr } of sensitivity) {
      expect(agreement, name).toBeGreaterThanOrEqual(5)
      expect(Math.min(outputSnr, ownSnr), name).toBeGreaterThan(20)
      expect(Math.max(outputSnr, ownSnr), name).toBeLessThan(80)
    }
  })

  it.each(['stem.conv', 'stage3.unit4.depthwise.conv', 'fc'])('gives for %s what a model has that is 8-bit in it alone', async (name) => {
    const out = join(folder, 'one.safetensors')
    const layers = report.sensitivity ?? []
    const others = layers.map((l) => l.name).filter((n) => n !== name)
    const one = await json<QuantizeReport>([...BASE, '--no-correct', '--out', out, '--keep-float', '0', '--float', ...others])
    expect(one.quantized).toBe(1)
    const { agreement, photos, outputSnr } = layers.find((l) => l.name === name) ?? {}
    expect(one.fidelity).toMatchObject({ agreement, photos })
    // Plans that keep a layer's own output add floats up in another order.
    expect(Math.abs((one.fidelity?.outputSnr ?? 0) - (outputSnr ?? Number.NaN))).toBeLessThan(0.01)
  })

  it('prints them as a table, the most sensitive first', async () => {
    const { code, out, err } = await cli([...BASE, '--no-correct', '--sensitivity'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [head, , first] = out.split('\n')
    expect(head).toMatch(/^layer alone in 8 bits +op +weights +same top class +output, dB +own, dB$/)
    const most = [...(report.sensitivity ?? [])].sort((a, b) => a.outputSnr - b.outputSnr)[0]
    expect(first).toMatch(new RegExp(`^${most?.name} .*${most?.agreement} of 7 +${most?.outputSnr.toFixed(1)} `))
    expect(out).toContain('not written')
  })
})

describe('quantize --keep-float', () => {
  it('leaves as many layers in float, and says how near the model stays', async () => {
    const out = join(folder, 'mixed.safetensors')
    const made = await json<QuantizeReport>([...BASE, '--keep-float', '2', '--out', out])
    const { mixed, fidelity } = made
    expect(made).toMatchObject({ output: out, quantized: 53, layers: 55, bytes: readFileSync(out).length })
    expect(made).not.toHaveProperty('sensitivity')
    expect(mixed).toMatchObject({ reached: true, photos: 7 })
    expect(mixed?.float).toHaveLength(2)
    expect(mixed?.steps[0]?.float).toEqual([])
    const ratios = mixed?.steps.map((s) => s.outputSnr) ?? []
    expect(ratios).toEqual([...ratios].sort((a, b) => a - b))
    // Biases that were corrected by measurement leave less noise.
    expect(fidelity?.outputSnr).toBeGreaterThan(ratios.at(-1) ?? 0)
    const { graph } = await openModel({ name: 'x', bytes: new Uint8Array(readFileSync(out)) })
    const float = graph.nodes.filter((n) => /^(?:conv2d|pool2d|globalPool|linear)$/.test(n.op) && !n.attrs.quantized).map((n) => n.name)
    expect(float.sort()).toEqual([...(mixed?.float ?? [])].sort())
    expect(await cli(['run', out, join(SAMPLES, 'cat.jpg'), '--top', '1'])).toMatchObject({ code: 0 })
  })

  it('with "auto" stops as soon as enough photos agree, on the photos of --evaluate', async () => {
    const photo = join(SAMPLES, 'reims-cathedral.jpg')
    const made = await json<QuantizeReport>([...BASE, '--no-correct', '--keep-float', 'auto', '--evaluate', photo, '--sensitivity'])
    expect(made.mixed).toMatchObject({ float: [], photos: 1, agreement: 1, reached: true })
    expect(made.sensitivity?.every((l) => l.photos === 1)).toBe(true)
  })

  it('refuses what does not go together', async () => {
    const fails = async (args: string[], why: string) =>
      expect(await cli([...BASE, ...args]), args.join(' ')).toMatchObject({ code: 2, out: '', err: expect.stringContaining(why) })
    const out = join(folder, 'never.safetensors')
    await fails([], 'nothing to do')
    await fails(['--keep-float', '2'], 'nothing to do')
    await fails(['--out', out, '--agreement', '0.9'], '--agreement goes with --keep-float')
    await fails(['--out', out, '--evaluate', SAMPLES], '--evaluate goes with')
    await fails(['--out', out, '--keep-float', 'some'], 'whole number of layers')
    await fails(['--out', out, '--keep-float', '1', '--agreement', '2'], '0 to 1')
    expect(await cli([...BASE, '--sensitivity', '--evaluate', join(folder, 'nowhere')])).toMatchObject({ code: 3 })
    expect(existsSync(out)).toBe(false)
  })

  it.each(['sensitivity, run: 20 of', 'mixed precision, run: 9 of', 'comparison, run: 2 of'])(
    'leaves nothing behind when it is stopped at "%s"',
    async (place) => {
      const empty = temporaryFolder()
      const abort = new AbortController()
      let err = ''
      const context = createContext({
        root: ROOT,
        userData: join(empty, 'no-such-user'),
        catalogue,
        signal: abort.signal,
        write: () => undefined,
        writeError: (text) => {
          err += text
          if (text.includes(place)) abort.abort()
        },
        interactive: true,
      })
      const code = await runCli([...BASE, '--keep-float', '1', '--photos', '3', '--out', join(empty, 'x.safetensors')], context, '1.2.3')
      expect(code, err).toBe(130)
      expect(err).toContain('cancelled')
      expect(readdirSync(empty)).toEqual([])
      rmSync(empty, { recursive: true })
    },
  )
})
