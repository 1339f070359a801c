/** The test in small of the shuffle: its data is that of the runs, its document has the same figures, and it says what they say. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openModel, parameterCount } from '../../../engine/index.ts'
import { CLAIM_MODELS, CLAIM_MODELS_RUN, type ClaimRow, type ClaimRuns, claimReadings, SHUFFLE_CLAIM } from '../../../engine/paper/shuffleClaim.ts'
import { meanDifference } from '../../../engine/paper/welch.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const RUNS = join(ROOT, 'training/runs')
const resultSchema = z.object({
  photos: z.number(),
  classes: z.array(z.string()),
  accuracy: z.record(z.string(), z.number()),
  parameters: z.number(),
})
const sets = readdirSync(RUNS).filter((name) => name.startsWith('shuffle-claim'))

interface Run {
  readonly seed: number
  readonly result: z.infer<typeof resultSchema>
}

/** The runs of a set as their folders hold them, by network. */
function networksOf(set: string): Map<string, Run[]> {
  const networks = new Map<string, Run[]>()
  for (const name of readdirSync(join(RUNS, set))) {
    const [, groups, seed, without] = /^g(\d)-seed(\d+)(-no-shuffle)?$/.exec(name) ?? []
    const result = resultSchema.parse(JSON.parse(readFileSync(join(RUNS, set, name, 'result.json'), 'utf8')))
    const key = `${groups} ${groups === '1' ? null : without === undefined}`
    networks.set(key, [...(networks.get(key) ?? []), { seed: Number(seed), result }])
  }
  for (const runs of networks.values()) runs.sort((a, b) => a.seed - b.seed)
  return networks
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const deviation = (values: readonly number[]) => Math.sqrt(values.reduce((s, v) => s + (v - mean(values)) ** 2, 0) / (values.length - 1))
const key = ({ groups, shuffle }: ClaimRow) => `${groups} ${shuffle}`

describe('the data of the test in small', () => {
  it('has every set of runs, fewest epochs first', () => {
    expect(SHUFFLE_CLAIM.map((s) => s.runs).sort()).toEqual(sets.sort())
    expect(SHUFFLE_CLAIM.map((s) => s.epochs)).toEqual(SHUFFLE_CLAIM.map((s) => s.epochs).sort((a, b) => a - b))
  })

  it.each(SHUFFLE_CLAIM)('$runs: is what its runs came to', ({ runs, rows, ...settings }) => {
    const networks = networksOf(runs)
    expect(rows.map(key).sort()).toEqual([...networks.keys()].sort())
    for (const row of rows) {
      const own = networks.get(key(row)) ?? []
      expect(row.seeds).toEqual(own.map((r) => r.seed))
      expect(own.every((r) => r.result.parameters === row.parameters && r.result.photos === settings.validationPhotos)).toBe(true)
      expect(own.every((r) => r.result.classes.length === settings.classes)).toBe(true)
      expect(Object.keys(row.accuracy)).toEqual(settings.sizes.map(String))
      for (const [size, accuracy] of Object.entries(row.accuracy)) {
        const values = own.map((r) => r.result.accuracy[size] ?? Number.NaN)
        expect(accuracy.values).toEqual(values)
        expect(accuracy.mean).toBeCloseTo(mean(values), 9)
        if (values.length === 1) expect(accuracy.deviation).toBeNull()
        else expect(accuracy.deviation).toBeCloseTo(deviation(values), 9)
      }
    }
  })

  it.each(SHUFFLE_CLAIM)('$runs: names the recipe of its logs', (set) => {
    for (const name of readdirSync(join(RUNS, set.runs))) {
      const log = readFileSync(join(RUNS, set.runs, name, 'train.log'), 'utf8')
      expect(log).toContain(`; ${set.trainingPhotos} training and ${set.validationPhotos} validation photos; `)
      for (const option of [`'epochs': ${set.epochs},`, `'scale': ${set.scale},`, `'sizes': '${set.trainingSizes}',`, `'evaluate': '${set.sizes}',`])
        expect(log).toContain(option)
      expect(log).toContain(`'no_shuffle': ${name.endsWith('-no-shuffle') ? 'True' : 'False'},`)
      expect(log).toContain(`epoch ${set.epochs}/${set.epochs} `)
    }
  })

  it('is in the document, row by row', () => {
    const lines = readFileSync(join(ROOT, 'docs/shuffle-claim.md'), 'utf8').split('\n')
    const cells = (line: string) =>
      line
        .split('|')
        .map((c) => c.trim())
        .slice(1, -1)
    for (const { epochs, runs, rows } of SHUFFLE_CLAIM) {
      const start = lines.findIndex((l) => l === `${epochs} epochs at 64 px (\`training/runs/${runs}\`):`)
      expect(start).toBeGreaterThan(0)
      const printed = rows.map(({ groups, shuffle, seeds, parameters, accuracy }) => [
        `${groups}`,
        shuffle === null ? 'none to make' : shuffle ? 'with' : 'without',
        `${seeds.length}`,
        parameters.toLocaleString('en-US'),
        ...Object.values(accuracy).map((a) => `${a.mean.toFixed(1)} %${a.deviation === null ? '' : ` ± ${a.deviation.toFixed(1)}`}`),
      ])
      expect(lines.slice(start + 4, start + 4 + rows.length).map(cells)).toEqual(printed)
      expect(lines[start + 4 + rows.length]).toBe('')
    }
  })

  it('has its two bundled networks, alike but for the shuffles, each with the figures of its run on its card', async () => {
    const { runs, groups, epochs, seed } = CLAIM_MODELS_RUN
    const set = SHUFFLE_CLAIM.find((s) => s.runs === runs)
    expect(set?.epochs).toBe(epochs)
    for (const [kind, id] of Object.entries(CLAIM_MODELS)) {
      const name = `${id}.safetensors`
      const { preprocess, labels, notice, graph } = await openModel({ name, bytes: new Uint8Array(readFileSync(join(ROOT, 'assets/models', name))) })
      const row = set?.rows.find((r) => r.groups === groups && r.shuffle === (kind === 'with'))
      expect(parameterCount(graph)).toBe(row?.parameters)
      expect(graph.nodes.filter((n) => n.op === 'channelShuffle')).toHaveLength(kind === 'with' ? 16 : 0)
      expect(preprocess).toMatchObject({ crop: [64, 64], resize: 64 })
      expect(labels).toHaveLength(10)
      expect(notice).toContain('ten classes only')
      const card = readFileSync(join(ROOT, 'assets/models', `${id}.md`), 'utf8')
      const top1 = row?.accuracy[64]?.values[row.seeds.indexOf(seed)] ?? 0
      const right = Math.round((top1 * (set?.validationPhotos ?? 0)) / 100).toLocaleString('en-US')
      expect(card).toContain(`| PyTorch 1.13, \`training/train.py\` | ${right} | ${top1.toFixed(2)} % |`)
      expect(card).toContain(`training/runs/${runs}/g${groups}-seed${seed}${kind === 'with' ? '' : '-no-shuffle'}/train.log`)
    }
  })
})

describe('a difference of means', () => {
  /** scipy.stats.ttest_ind(a, b, equal_var=False): degrees of freedom and confidence_interval(). */
  const cases = [
    { a: [1, 2, 3, 4], b: [2, 4, 6, 9, 11], freedom: 5.181755699189826, low: -8.361754244457291, high: 0.5617542444572914 },
    { a: [10.1, 10.2, 10.3], b: [8.9, 9.6, 9.1], freedom: 2.3058823529411803, low: 0.1792298420897136, high: 1.8207701579102828 },
    {
      a: [68.86624203821655, 70.08917197452229, 70.52229299363057],
      b: [69.4267515923567, 70.08917197452229, 72.15286624203821],
      freedom: 3.2880130838304034,
      low: -3.6365886559129628,
      high: 2.175866787547765,
    },
  ]
  it.each(cases)('has the degrees of freedom of scipy, and an interval no narrower: $freedom', ({ a, b, freedom, low, high }) => {
    const made = meanDifference(a, b)
    expect(made?.freedom).toBeCloseTo(freedom, 9)
    expect(made?.difference).toBeCloseTo((low + high) / 2, 9)
    expect(made?.low).toBeLessThanOrEqual(low)
    expect(made?.high).toBeGreaterThanOrEqual(high)
    // Wider by the rounding of the degrees alone.
    expect(((made?.high ?? 0) - (made?.low ?? 0)) / (high - low)).toBeLessThan(1.2)
  })

  it('is the interval of Student where spreads are equal and degrees whole', () => {
    // scipy: ttest_ind([1, 2, 3], [11, 12, 13], equal_var=False).confidence_interval()
    const made = meanDifference([1, 2, 3], [11, 12, 13])
    expect(made).toMatchObject({ difference: -10, freedom: expect.closeTo(4, 9) })
    expect(made?.low).toBeCloseTo(-12.266957, 3)
    expect(made?.high).toBeCloseTo(-7.733043, 3)
  })

  it('is not known from one sample, and is exact without any spread', () => {
    expect(meanDifference([1], [2, 3])).toBeNull()
    expect(meanDifference([2, 3], [])).toBeNull()
    expect(meanDifference([2, 2], [1, 1, 1])).toMatchObject({ difference: 1, low: 1, high: 1 })
  })
})

describe('what can be read from a pair', () => {
  const row = (groups: number, shuffle: boolean | null, ...values: number[]): ClaimRow => ({
    groups,
    shuffle,
    parameters: 1,
    seeds: values.map((_, i) => i),
    accuracy: {
      64: { mean: mean(values), deviation: values.length > 1 ? deviation(values) : null, values },
      96: { mean: 0, deviation: null, values },
    },
  })
  const readings = (...rows: ClaimRow[]) => claimReadings({ trainingSizes: [96, 64], sizes: [64, 96], rows } as unknown as ClaimRuns)
  const verdict = (having: number[], without: number[]) => readings(row(8, true, ...having), row(8, false, ...without))[0]?.verdict

  it('is a difference only beyond the spread of the seeds', () => {
    expect(verdict([70, 71, 72], [60, 61, 62])).toBe('with')
    expect(verdict([60, 61, 62], [70, 71, 72])).toBe('without')
    expect(verdict([70, 71, 72], [69, 71, 73])).toBe('neither')
    // The same means, more spread.
    expect(verdict([61, 71, 81], [51, 61, 71])).toBe('neither')
    expect(verdict([70], [60])).toBe('unknown')
    expect(verdict([70, 71, 72], [60])).toBe('unknown')
  })

  it('is of networks that were trained both ways, at the size trained at last', () => {
    expect(readings(row(1, null, 1), row(3, true, 1), row(4, false, 1))).toEqual([])
    expect(readings(row(3, true, 71, 73), row(3, false, 70))).toEqual([
      { groups: 3, size: 64, seeds: { with: 2, without: 1 }, difference: 2, interval: null, verdict: 'unknown' },
    ])
  })
})
