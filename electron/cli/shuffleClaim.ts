/** The test in small of the paper's table 3, in plain words: apart from the paper's own numbers. */
import {
  type ClaimAccuracy,
  type ClaimReading,
  type ClaimRow,
  type ClaimRuns,
  type ClaimVerdict,
  claimReadings,
  SHUFFLE_CLAIM,
} from '../../engine/index.ts'
import { table } from './text.ts'

export interface ShuffleClaimReport {
  /** Fewest epochs first. */
  readonly sets: readonly (ClaimRuns & { readonly readings: readonly ClaimReading[] })[]
}

export function shuffleClaim(): ShuffleClaimReport {
  return { sets: SHUFFLE_CLAIM.map((runs) => ({ ...runs, readings: claimReadings(runs) })) }
}

export function shuffleClaimText({ sets }: ShuffleClaimReport): string {
  return [
    "Tested here in small: not the paper's networks, photos or classes, so the figures of both are not comparable",
    'Top-1 accuracy in percent, mean ± standard deviation over seeds; docs/shuffle-claim.md says more',
    ...sets.flatMap((set) => ['', setText(set), '', rowsText(set), '', ...set.readings.map((r) => `- ${readingText(r)}`)]),
  ].join('\n')
}

function setText({ scale, classes, epochs, trainingPhotos, trainingSizes, validationPhotos }: ClaimRuns): string {
  const photos = (n: number) => n.toLocaleString('en-US')
  const sizes = trainingSizes.join(', ')
  return `ShuffleNet v1 ${scale}x, ${classes} classes, ${epochs} epochs of ${photos(trainingPhotos)} photos at ${sizes} px, measured on ${photos(validationPhotos)} others`
}

function rowsText({ sizes, rows }: ClaimRuns): string {
  const shuffle = ({ shuffle: on }: ClaimRow) => (on === null ? 'none to make' : on ? 'with' : 'without')
  return table(
    ['groups', 'shuffle', 'seeds', 'params', ...sizes.map((size) => `${size} px`)],
    rows.map((row) => [row.groups, shuffle(row), row.seeds.length, row.parameters, ...sizes.map((size) => accuracyText(row.accuracy[size]))]),
  )
}

function accuracyText(accuracy: ClaimAccuracy | undefined): string | null {
  if (!accuracy) return null
  const { mean, deviation } = accuracy
  return deviation === null ? mean.toFixed(1) : `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`
}

/** What may be read from a pair, and no more: first the verdict, then what it rests on. */
function readingText({ groups, size, seeds, difference, interval, verdict }: ClaimReading): string {
  const found = `With the shuffle ${points(difference)} points at ${size} px`
  const sure = interval ? `, 95 % interval ${points(interval.low)} to ${points(interval.high)}` : ''
  return `g=${groups}: ${VERDICT_WORDS[verdict]}. ${found}${sure}; seeds: ${seeds.with} with, ${seeds.without} without`
}

const VERDICT_WORDS: Readonly<Record<ClaimVerdict, string>> = {
  unknown: 'nothing can be read, since a side has fewer than two seeds and no spread is known',
  neither: 'no difference beyond the spread of the seeds',
  with: 'better with the shuffle, beyond the spread of the seeds',
  without: 'better without the shuffle, beyond the spread of the seeds',
}

/** Percentage points with their sign; what rounds to nothing has none. */
function points(value: number): string {
  const text = Math.abs(value).toFixed(1)
  return `${Number(text) === 0 ? '' : value > 0 ? '+' : '-'}${text}`
}
