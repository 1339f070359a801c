/** Whether a device's figures can be believed, and why not. */
import { medianInterval, variation } from './statistics.ts'
import { quantile, type Trace } from './trace.ts'

export type Doubt =
  | 'emulated'
  | 'output-differs'
  | 'governor'
  | 'frequency-fell'
  | 'throttled'
  | 'load'
  | 'variation'
  | 'interval'
  | 'few-runs'
  | 'no-check'

export interface Reason {
  readonly doubt: Doubt
  /** One clause, in English; what the interface says comes from the doubt and the number. */
  readonly words: string
}

export interface Verdict {
  /** `wrong`: the output is not the host's; `emulated`: times mean nothing; `suspect`: see the reasons. */
  readonly kind: 'valid' | 'suspect' | 'emulated' | 'wrong'
  readonly reasons: readonly Reason[]
}

const FEWEST_RUNS = 20
/** Half the width of the median's interval over the median would be 2.5 %. */
const WIDEST_INTERVAL = 0.05
const MOST_VARIATION = 0.1
/** Of the frequency at the start. */
const LEAST_FREQUENCY = 0.95
/** Other processes, beside our own threads. */
const MOST_LOAD = 0.5

/** Of a trace that a device made; a trace without a device is judged by its samples alone. */
export function verdictOf(trace: Trace): Verdict {
  const reasons: Reason[] = []
  const doubt = (kind: Doubt, words: string): void => void reasons.push({ doubt: kind, words })
  const { device, check, conditions = [], total, threads } = trace

  if (device?.emulated) doubt('emulated', 'the processor is emulated, so its times are those of another machine')
  if (check && (check.difference > check.tolerance || !check.sameTop))
    doubt('output-differs', `the output differs from the host's by ${check.difference.toExponential(1)} of its largest value`)
  if (device && !check) doubt('no-check', "the output was not compared with the host's")

  for (const { governor, core } of usedClusters(trace))
    if (governor !== null && governor !== 'performance') doubt('governor', `the governor of ${core} is "${governor}", not "performance"`)
  const frequencies = conditions.flatMap((c) => (c.frequency === null ? [] : [c.frequency]))
  const [first] = frequencies
  const least = Math.min(...frequencies)
  if (first !== undefined && least < LEAST_FREQUENCY * first)
    doubt('frequency-fell', `the frequency fell from ${megahertz(first)} to ${megahertz(least)} MHz while it ran`)
  const throttled = [...new Set(conditions.flatMap((c) => c.throttled))]
  if (throttled.length > 0) doubt('throttled', `the board reports ${throttled.join(', ')}`)
  const before = conditions.find((c) => c.at <= 0)?.load
  if (before !== undefined && before !== null && before > MOST_LOAD)
    doubt('load', `other programs kept ${before.toFixed(1)} processors busy before it ran`)

  if (total.length < FEWEST_RUNS) doubt('few-runs', `${total.length} runs are few; ${FEWEST_RUNS} or more tell something`)
  else {
    const spread = variation(total)
    if (spread > MOST_VARIATION) doubt('variation', `single runs vary by ${(100 * spread).toFixed(0)} %`)
    const { low, high } = medianInterval(total)
    const width = (high - low) / quantile(total, 0.5)
    if (width > WIDEST_INTERVAL)
      doubt('interval', `the median is known to ${(100 * width).toFixed(0)} % only, on ${threads} ${threads === 1 ? 'thread' : 'threads'}`)
  }

  const has = (kind: Doubt): boolean => reasons.some((r) => r.doubt === kind)
  const kind = has('output-differs') ? 'wrong' : has('emulated') ? 'emulated' : reasons.length > 0 ? 'suspect' : 'valid'
  return { kind, reasons }
}

function usedClusters({ device, pinned }: Trace) {
  if (!device) return []
  return pinned ? device.clusters.filter((c) => c.cpus.some((cpu) => pinned.includes(cpu))) : device.clusters
}

function megahertz(hertz: number): string {
  return (hertz / 1e6).toFixed(0)
}
