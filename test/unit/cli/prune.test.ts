import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { PruneReport } from '../../../electron/cli/prune.ts'
import { openModel } from '../../../engine/index.ts'
import { cli, json, ROOT, temporaryFolder } from './harness.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))
const ZOO = 'shufflenet-v1-g3-0.25x'
const BUNDLED = 'shufflenet-v1-g3-0.5x-imagenette'
const SAMPLES = join(ROOT, 'assets/samples')
const out = (name: string) => join(folder, `${name}.safetensors`)

/** A folder of classes: the truck and the cathedrals where the bundled model has them, a cat and a cup elsewhere. */
function sorted(name: string, classes: number): string {
  const at = join(folder, name)
  const photos: Record<number, string[]> = {
    4: ['berlin-cathedral.jpg', 'reims-cathedral.jpg'],
    6: ['garbage-truck.jpg'],
    0: ['cat.jpg'],
    1: ['coffee.jpg'],
  }
  for (let c = 0; c < classes; c++) {
    mkdirSync(join(at, `class${c}`), { recursive: true })
    for (const photo of photos[c] ?? []) copyFileSync(join(SAMPLES, photo), join(at, `class${c}`, photo))
  }
  return at
}

describe('prune', () => {
  it('writes a model with fewer multiply-accumulates that opens like any other', async () => {
    const made = await json<PruneReport>(['prune', ZOO, '--out', out('narrow'), '--amount', '0.3', '--scope', 'layer'])
    expect(made).toMatchObject({
      model: `${ZOO}-pruned-30`,
      method: 'structured',
      measure: null,
      photos: 0,
      bytes: readFileSync(out('narrow')).length,
    })
    const [step] = made.steps
    expect(Math.abs((step?.macs ?? 0) / made.before.macs - 0.7)).toBeLessThan(0.02)
    expect(made.layers).toHaveLength(16)
    const totals = async (model: string) =>
      (await json<{ totals: { macs: number }; params: number }>(['inspect', model, '--convention', 'conv+fc'])).totals.macs
    expect(await totals(ZOO)).toBe(made.before.macs)
    expect(await totals(out('narrow'))).toBe(step?.macs)
    expect((await cli(['bench', out('narrow'), '--runs', '2', '--warmup', '0'])).code).toBe(0)
    const model = await openModel({ name: 'x', bytes: new Uint8Array(readFileSync(out('narrow'))) })
    expect(model.provenance).toMatch(/30 % of its multiply-accumulates removed by ShuffleScope \(structured, layer\), not trained after$/)
  })

  it('counts right answers after each step, with a subfolder for each class', async () => {
    const photos = sorted('ten', 10)
    const made = await json<PruneReport>(['prune', BUNDLED, '--out', out('steps'), '--steps', '2', '--amount', '0.2', '--photos', photos])
    expect(made).toMatchObject({ measure: 'accuracy', photos: 5 })
    // The truck and the cathedrals; nothing is right for a cat and a cup.
    expect(made.before.right).toBe(3)
    expect(made.steps.map((s) => s.amount)).toEqual([0.1, 0.2])
    for (const { macs, right, amount } of made.steps) {
      expect(Math.abs(macs / made.before.macs - (1 - amount))).toBeLessThan(0.02)
      expect(right).toBeLessThanOrEqual(5)
    }
    const { out: text } = await cli(['prune', BUNDLED, '--out', out('steps'), '--photos', photos, '--limit', '2'])
    expect(text).toMatch(/, 2 photos\n/)
    expect(text).toMatch(/top-1 accuracy/)
  })

  it('counts where it agrees with the model before, on photos that are not sorted into its classes', async () => {
    const flat = await json<PruneReport>(['prune', BUNDLED, '--out', out('flat'), '--amount', '0.05', '--photos', SAMPLES])
    expect(flat).toMatchObject({ measure: 'agreement', photos: 7, before: { right: 7 } })
    expect(flat.steps[0]?.right).toBeGreaterThan(3)
    const { code, err, out: text } = await cli(['prune', BUNDLED, '--out', out('three'), '--photos', sorted('seven', 7)])
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringMatching(/has 7 subfolders and the model 10 classes/) })
    expect(text).toMatch(/top-1 agreement/)
  })

  it('makes single weights zero, and says what that saves packed', async () => {
    const made = await json<PruneReport>(['prune', ZOO, '--out', out('sparse'), '--unstructured', '--amount', '0.5'])
    const [step] = made.steps
    expect(step?.macs).toBe(made.before.macs)
    expect((step?.nonzero ?? 0) / (step?.weights ?? 1)).toBeCloseTo(0.5, 4)
    expect(step?.denseBytes).toBe(made.before.denseBytes)
    expect(step?.bitmapBytes).toBeLessThan(0.56 * made.before.denseBytes)
    const { out: text } = await cli(['prune', ZOO, '--out', out('sparse'), '--unstructured'])
    expect(text).toMatch(/bitmap \+ values/)
  })

  it.each([
    [['--out', 'x.onnx'], 2, /format that is not written/],
    [['--out', 'x.safetensors', '--amount', '0'], 2, /a share between 0 and 1/],
    [['--out', 'x.safetensors', '--amount', '1'], 2, /a share between 0 and 1/],
    [['--out', 'x.safetensors', '--amount', '30'], 2, /a number from 0 to 1/],
    [['--out', 'x.safetensors', '--structured', '--unstructured'], 2, /cannot be used with option '--unstructured'/],
    [['--out', 'x.safetensors', '--unstructured', '--norm', 'l1'], 2, /cannot be used with option '--unstructured'/],
    [['--out', 'x.safetensors', '--unstructured', '--no-compensate'], 2, /cannot be used with option '--unstructured'/],
    [['--out', 'x.safetensors', '--scope', 'some'], 2, /Allowed choices are layer, global/],
    [[], 2, /--out <file.safetensors>' not specified/],
    [['--out', 'x.safetensors', '--amount', '0.95'], 3, /at most \d\d\.\d % of the multiply-accumulates can be removed/],
    [['--out', 'x.safetensors', '--photos', join(folder, 'nowhere')], 3, /^error: Photo ".*nowhere": it is not there/],
    [['--out', 'x.safetensors', '--photos', join(ROOT, 'package.json')], 3, /it is not a folder/],
    [['--out', 'x.safetensors', '--photos', join(ROOT, 'electron/cli')], 3, /there is none/],
  ])('refuses %j', async (flags, code, err) => {
    expect(await cli(['prune', ZOO, ...flags])).toMatchObject({ code, out: '', err: expect.stringMatching(err) })
    expect(existsSync('x.safetensors')).toBe(false)
  })

  it('refuses a model in 8 bits', async () => {
    const photo = join(SAMPLES, 'cat.jpg')
    expect((await cli(['quantize', BUNDLED, '--calibrate', photo, '--out', out('bytes')])).code).toBe(0)
    expect(await cli(['prune', out('bytes'), '--out', out('never')])).toMatchObject({ code: 3, err: expect.stringMatching(/it is in 8 bits/) })
  })

  it('stops when told to, and leaves nothing behind', async () => {
    const abort = new AbortController()
    const running = cli(['prune', BUNDLED, '--out', out('never'), '--photos', SAMPLES], { signal: abort.signal })
    abort.abort()
    const { code, err } = await running
    expect(code).not.toBe(0)
    expect(err).toMatch(/cancelled/)
    expect(existsSync(out('never'))).toBe(false)
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})
