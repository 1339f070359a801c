/** The difference of two means, and how sure it is, from samples of two spreads. */

export interface MeanDifference {
  /** Mean of `a` less mean of `b`. */
  readonly difference: number
  /** Ends of its 95 % confidence interval. */
  readonly low: number
  readonly high: number
  /** Degrees of freedom, not rounded. */
  readonly freedom: number
}

/** Student's t that 97.5 % lie below, for 1 to 30 degrees of freedom. Source: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08,
  2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const

/**
 * Welch's interval (Biometrika 34, 1947): the samples need not have one spread. Degrees of freedom are rounded down, and
 * thirty stand for more, so that the interval is never too narrow. Null where a side has fewer than two samples: then
 * nothing is known of its spread.
 */
export function meanDifference(a: readonly number[], b: readonly number[]): MeanDifference | null {
  if (a.length < 2 || b.length < 2) return null
  const [x, y] = [errorOfMean(a), errorOfMean(b)]
  const square = x.square + y.square
  const difference = x.mean - y.mean
  // Samples without any spread.
  if (square === 0) return { difference, low: difference, high: difference, freedom: a.length + b.length - 2 }
  const freedom = square ** 2 / (x.square ** 2 / (a.length - 1) + y.square ** 2 / (b.length - 1))
  // Equal spreads give whole degrees, from which rounding may take a bit.
  const whole = Math.floor(freedom + 1e-9)
  const reach = (STUDENT[Math.min(whole, STUDENT.length) - 1] ?? STUDENT[0]) * Math.sqrt(square)
  return { difference, low: difference - reach, high: difference + reach, freedom }
}

/** Mean, and the square of its standard error. */
function errorOfMean(samples: readonly number[]): { readonly mean: number; readonly square: number } {
  const n = samples.length
  const mean = samples.reduce((sum, v) => sum + v, 0) / n
  return { mean, square: samples.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1) / n }
}
