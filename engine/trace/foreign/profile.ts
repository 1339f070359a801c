/** What the file of another engine says of a run, before its steps are held against a graph; and the bounds of all such files. */
import { badInput, type ScopeError } from '../../base/errors.ts'
import type { Imported } from '../imported.ts'

/** One thing that the engine timed: an operator of its own graph. */
export interface ForeignStep {
  /** As the engine calls it; escaped only where it is shown. */
  readonly name: string
  /** Its kind in the engine's words, e.g. "FusedConv", "CONV_2D", "ShuffleChannel". */
  readonly type: string
  /** Milliseconds: one for each run, or one mean. */
  readonly samples: readonly number[]
}

export interface ForeignProfile {
  readonly engine: Imported['engine']
  /** What the file calls the network; empty where it does not. */
  readonly model: string
  /** Version or place where the file tells them. */
  readonly runtime: string
  /** Null where the file does not tell. */
  readonly threads: number | null
  /** Milliseconds of each run; empty where the file only sums them up. */
  readonly total: readonly number[]
  readonly summary: Imported['summary']
  readonly steps: readonly ForeignStep[]
  /** Each step has one sample, which is a mean over the runs. */
  readonly stepMeans: boolean
}

const MOST_STEPS = 100_000
const MOST_RUNS = 100_000
/** Samples of all steps together; a file of 64 MiB holds fewer. */
const MOST_SAMPLES = 2_000_000
/** Milliseconds: more than eleven days is no time of a run. */
const LONGEST = 1e9

/** `file`: what an error is about, e.g. `Trace "x.csv"`. */
export function refused(file: string, why: string, hint: string): ScopeError {
  return badInput(file, why, hint)
}

/** Throws ScopeError `bad-input` where `value` is no duration in milliseconds that a run can take. */
export function duration(file: string, value: number, of: string): number {
  if (value >= 0 && value <= LONGEST) return value
  throw refused(file, `it says that ${shown(of, 60)} took ${value} ms`, 'Check that the file is as the engine wrote it')
}

/** Throws ScopeError `bad-input` before anything is allocated for steps and runs that no profile has. */
export function checkCounts(file: string, steps: number, runs: number): void {
  if (steps <= MOST_STEPS && runs <= MOST_RUNS && steps * runs <= MOST_SAMPLES) return
  throw refused(file, `${steps} steps in ${runs} runs are more than this program reads`, 'Profile fewer runs')
}

/** Threads from 1 to 1024, else null. */
export function threadCount(value: number): number | null {
  return Number.isInteger(value) && value >= 1 && value <= 1024 ? value : null
}

/** Text of a file for people: control and direction characters written as their code, no longer than `most`. */
export function shown(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text
  const plain = cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain
}

/** A decimal number as the engines print it, or NaN. */
export function decimal(text: string): number {
  return /^\d{1,15}(\.\d{1,15})?(e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : Number.NaN
}
