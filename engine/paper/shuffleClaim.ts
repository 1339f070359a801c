/** What the paper claims of the shuffle (section 4.1.2, table 3), tested in small: results of training/runs, and what can be read from them. */
import results from '../../assets/paper/shuffle-claim.json'
import { meanDifference } from './welch.ts'

/** The table of the paper that is tested. */
export const CLAIM_TABLE = 3

/** Bundled networks of the test, which differ in their shuffles alone. */
export const CLAIM_MODELS = {
  with: 'shufflenet-v1-g8-0.5x-imagenette',
  without: 'shufflenet-v1-g8-0.5x-imagenette-no-shuffle',
} as const
/** Which of the runs they are. */
export const CLAIM_MODELS_RUN = { runs: 'shuffle-claim-40', groups: 8, epochs: 40, seed: 0 } as const

/** Networks of one recipe that differ in groups, shuffle and seed alone. */
export interface ClaimRuns {
  /** Their folder in training/runs. */
  readonly runs: string
  readonly epochs: number
  /** Of the widths. */
  readonly scale: number
  readonly classes: number
  readonly trainingPhotos: number
  readonly validationPhotos: number
  /** Pixels, in the order of training. */
  readonly trainingSizes: readonly number[]
  /** Pixels, at which accuracy is measured. */
  readonly sizes: readonly number[]
  readonly rows: readonly ClaimRow[]
}

/** One network, all its seeds. */
export interface ClaimRow {
  readonly groups: number
  /** Null where there is none to make: one group. */
  readonly shuffle: boolean | null
  readonly parameters: number
  readonly seeds: readonly number[]
  /** By size in pixels. */
  readonly accuracy: Readonly<Record<string, ClaimAccuracy>>
}

/** Top-1 on the validation photos, in percent. */
export interface ClaimAccuracy {
  readonly mean: number
  /** Standard deviation over seeds, of a sample (n - 1); null of one seed. */
  readonly deviation: number | null
  /** In the order of the seeds. */
  readonly values: readonly number[]
}

/** Fewest epochs first. */
export const SHUFFLE_CLAIM: readonly ClaimRuns[] = (results as { readonly sets: readonly ClaimRuns[] }).sets

/**
 * What a pair says of the shuffle. `with`, `without`: the one that is better, beyond the spread of the seeds. `neither`: the
 * difference is within it. `unknown`: a side has fewer than two seeds, so that there is no spread to hold it against.
 */
export type ClaimVerdict = 'with' | 'without' | 'neither' | 'unknown'

/** The same network with and without its shuffles, at the size that it was trained at last. */
export interface ClaimReading {
  readonly groups: number
  /** Pixels. */
  readonly size: number
  /** Number of networks of either kind. */
  readonly seeds: { readonly with: number; readonly without: number }
  /** Mean top-1 with the shuffle less that without, in percentage points. */
  readonly difference: number
  /** 95 % confidence interval of the difference (Welch); null where a spread is not known. */
  readonly interval: { readonly low: number; readonly high: number } | null
  readonly verdict: ClaimVerdict
}

/**
 * One size alone is read, and it is chosen by the recipe and not by its outcome: of several that are looked at, one would
 * differ sooner or later by chance. Groups that were not trained both ways have no reading.
 */
export function claimReadings({ rows, trainingSizes }: ClaimRuns): ClaimReading[] {
  const size = trainingSizes.at(-1) ?? 0
  return rows.flatMap((row): ClaimReading[] => {
    const other = rows.find((r) => r.groups === row.groups && r.shuffle === false)
    const [a, b] = [row.accuracy[size], other?.accuracy[size]]
    if (row.shuffle !== true || !a || !b) return []
    const interval = meanDifference(a.values, b.values)
    return [
      {
        groups: row.groups,
        size,
        seeds: { with: a.values.length, without: b.values.length },
        difference: a.mean - b.mean,
        interval: interval && { low: interval.low, high: interval.high },
        verdict: verdictOf(interval),
      },
    ]
  })
}

function verdictOf(interval: ClaimReading['interval']): ClaimVerdict {
  if (!interval) return 'unknown'
  if (interval.low > 0) return 'with'
  return interval.high < 0 ? 'without' : 'neither'
}
