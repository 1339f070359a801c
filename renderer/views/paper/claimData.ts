/** The test in small of the shuffle as the page shows it: rows, a sentence for every pair, and all of it as data. */
import type { ClaimAccuracy, ClaimReading, ClaimRow, ClaimRuns } from '../../../engine/index.ts'
import type { Translate } from '../../app/strings/index.ts'
import { fixed } from '../../charts/kit/format.ts'
import type { SeedRow } from '../../charts/seeds/layout.ts'
import type { FigureTable } from '../../export/figures.ts'

/** Pixels that the networks of a set were trained at last, at which they are read. */
export function readSize({ trainingSizes }: ClaimRuns): number {
  return trainingSizes.at(-1) ?? 0
}

export function rowKey({ runs }: ClaimRuns, { groups, shuffle }: ClaimRow): string {
  return `${runs} ${groups} ${shuffle}`
}

/** Every seed of every network, at the size that its set is read at. */
export function seedRows(sets: readonly ClaimRuns[]): SeedRow[] {
  return sets.flatMap((set) =>
    set.rows.flatMap((row): SeedRow[] => {
      const accuracy = row.accuracy[readSize(set)]
      return accuracy ? [{ key: rowKey(set, row), ...accuracy }] : []
    }),
  )
}

export function shuffleText(t: Translate, { shuffle }: ClaimRow): string {
  return t(shuffle === null ? 'claim.shuffle.none' : shuffle ? 'claim.shuffle.with' : 'claim.shuffle.without')
}

/** "69.8 ± 0.9"; the mean alone of one seed. */
export function accuracyText({ mean, deviation }: ClaimAccuracy): string {
  return deviation === null ? fixed(mean, 1) : `${fixed(mean, 1)} ± ${fixed(deviation, 1)}`
}

/** What may be read from a pair, and no more: first the verdict, then what it rests on. */
export function readingText(t: Translate, { groups, size, seeds, difference, interval, verdict }: ClaimReading): string {
  const read = t(`claim.read.${verdict}`, { groups })
  const found = t('claim.found', { size, difference: points(difference) })
  const sure = interval ? t('claim.interval', { low: points(interval.low), high: points(interval.high) }) : ''
  return `${read} ${found}${sure}${t('claim.counts', { a: seeds.with, b: seeds.without })}`
}

/** Percentage points with their sign; what rounds to nothing has none. */
function points(value: number): string {
  const text = fixed(Math.abs(value), 1)
  return `${Number(text) === 0 ? '' : value > 0 ? '+' : '−'}${text}`
}

/** A row for each network and seed, numbers in full. */
export function claimTable(t: Translate, sets: readonly ClaimRuns[]): FigureTable {
  const sizes = [...new Set(sets.flatMap((set) => set.sizes))]
  return {
    columns: [
      { key: 'epochs', label: t('claim.epochs.head') },
      { key: 'groups', label: t('claim.groups') },
      { key: 'shuffle', label: t('claim.shuffle') },
      { key: 'seed', label: t('claim.seed') },
      { key: 'params', label: t('costs.params') },
      ...sizes.map((size) => ({ key: `top1At${size}`, label: t('claim.top1.at', { size }), unit: '%' })),
    ],
    rows: sets.flatMap((set) =>
      set.rows.flatMap((row) =>
        row.seeds.map((seed, i) => [
          set.epochs,
          row.groups,
          shuffleText(t, row),
          seed,
          row.parameters,
          ...sizes.map((size) => row.accuracy[size]?.values[i] ?? null),
        ]),
      ),
    ),
  }
}
