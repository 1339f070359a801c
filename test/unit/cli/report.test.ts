import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ReportResult } from '../../../electron/cli/report.ts'
import { traceSchema } from '../../../engine/index.ts'
import { cli, json, temporaryFolder } from './harness.ts'

const MODEL = 'shufflenet-v1-g3-0.25x'
const folder = temporaryFolder()
const trace = join(folder, 'trace.json')

beforeAll(async () => {
  await json(['bench', MODEL, '--runs', '5', '--warmup', '1', '--trace', trace])
})

describe('bench --trace', () => {
  it('writes a trace that the schema takes, of this host and this model', async () => {
    const { success, data } = traceSchema.safeParse(JSON.parse(await readFile(trace, 'utf8')))
    expect(success).toBe(true)
    expect(data).toMatchObject({ model: MODEL, threads: 1, precision: 'f32', modelHash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(data?.total.length).toBe(5)
    expect(data?.steps.length).toBeGreaterThan(40)
    expect(data?.host.runtime).toBe(`Node ${process.versions.node}`)
  })
})

describe('report', () => {
  it('writes one HTML file with the trace in it, and warns of nothing', async () => {
    const out = join(folder, 'a.html')
    const made = await json<ReportResult>(['report', MODEL, '--trace', trace, '--out', out])
    const html = await readFile(out)
    expect(made).toEqual({ model: MODEL, output: out, bytes: html.length, traces: [{ file: 'trace.json', warnings: [] }] })
    const text = html.toString('utf8')
    expect(text).toMatch(/^<!DOCTYPE html>\n<html lang="en">/)
    expect(text).toContain('1: trace.json')
    expect(text).toContain('ShuffleScope 1.2.3')
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('says on standard error and in the report that a trace is of another model', async () => {
    const out = join(folder, 'b.html')
    const { code, err, out: said } = await cli(['report', 'shufflenet-v1-g8-0.25x', '--trace', trace, trace, '--out', out])
    expect(code).toBe(0)
    expect(err).toMatch(/^warning: trace\.json: This trace is of another model \(“shufflenet-v1-g3-0\.25x”\)/)
    expect(
      err
        .trim()
        .split('\n')
        .filter((line) => line.includes('another model')).length,
    ).toBe(2)
    expect(said).toMatch(/b\.html: shufflenet-v1-g8-0\.25x, [\d.]+ KiB\n$/)
    expect((await readFile(out, 'utf8')).match(/class="warning"/g)?.length).toBeGreaterThanOrEqual(2)
  })

  it('takes the files of other engines, and says what is not known of them', async () => {
    const [ncnn, tflite, out] = [join(folder, 'ncnn.txt'), join(folder, 'ops.csv'), join(folder, 'others.html')]
    await writeFile(ncnn, 'loop_count = 8\nnum_threads = 4\n  shufflenet  min =    2.20  max =    2.62  avg =    2.46\n')
    await writeFile(
      tflite,
      'node type, first, avg_ms, %, cdf%, mem KB, times called, name\nCONV_2D, 3, 3, 75%, 75%, 0, 1, [stem.conv]:0\nADD, 1, 1, 25%, 100%, 0, 1, [x]:1\n',
    )
    const { code, out: printed } = await cli(['report', MODEL, '--trace', ncnn, tflite, '--out', out, '--json'])
    expect(code).toBe(0)
    const { traces } = JSON.parse(printed) as ReportResult
    expect(traces.map((t) => t.file)).toEqual(['ncnn.txt', 'ops.csv'])
    expect(traces[0]?.warnings.join(' ')).toMatch(
      /file of ncnn that times whole runs of what it calls “shufflenet”.* The file keeps no single runs: fastest 2\.20 ms, mean 2\.46 ms, slowest 2\.62 ms\.$/,
    )
    expect(traces[1]?.warnings.join(' ')).toMatch(
      /file of TensorFlow Lite, .* 1 of its 2 steps, 25 % of its time, belong to no layer of this model\.$/,
    )
    const html = await readFile(out, 'utf8')
    expect(html).toContain('ncnn (imported)')
    // What the files do not tell is not written down as if they did.
    expect(html).not.toContain('Precision')
    expect(html).not.toContain('Processor')
  })

  it.each([
    ['no text that is known', 'x', /neither a trace nor a profile that this program knows/],
    ['broken JSON', '{', /is not JSON/],
    ['JSON, but no trace', '{"schema":1}', /its "model" is not as a trace has it/],
    ['of a version to come', '{"schema":2}', /version 2 of the format/],
  ])('refuses a trace that is %s with exit code 3, and writes nothing', async (_, content, why) => {
    const [bad, out] = [join(folder, 'bad.json'), join(folder, 'never.html')]
    await writeFile(bad, content)
    const { code, err } = await cli(['report', MODEL, '--trace', bad, '--out', out])
    expect(code).toBe(3)
    expect(err).toMatch(/^error: Trace ".*bad\.json": .*\. \w.*\n$/)
    expect(err).toMatch(why)
    await expect(readFile(out)).rejects.toThrow(/ENOENT/)
  })

  it('refuses a trace that is not there, a folder for a trace, and a folder to write to', async () => {
    const out = join(folder, 'never.html')
    expect(await cli(['report', MODEL, '--trace', join(folder, 'none.json'), '--out', out])).toMatchObject({ code: 3 })
    expect(await cli(['report', MODEL, '--trace', folder, '--out', out])).toMatchObject({ code: 3, err: expect.stringContaining('it is a folder') })
    const taken = join(folder, 'taken.html')
    await mkdir(taken)
    expect(await cli(['report', MODEL, '--out', taken])).toMatchObject({
      code: 3,
      err: expect.stringMatching(/it is a folder\. Give the name of a file/),
    })
    expect(await readdir(taken)).toEqual([])
  })

  it('needs --out, and a model that there is', async () => {
    expect(await cli(['report', MODEL])).toMatchObject({ code: 2, err: expect.stringContaining('--out') })
    expect(await cli(['report', 'no-such-model', '--out', join(folder, 'x.html')])).toMatchObject({ code: 3 })
  })

  it('takes another input size', async () => {
    const out = join(folder, 'c.html')
    await json(['report', MODEL, '--input', '96x64', '--out', out])
    expect(await readFile(out, 'utf8')).toContain('3 × 96 × 64')
  })
})
