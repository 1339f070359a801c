/** The one result type of a run, wherever it ran. JSON; validated on read. */
import { z } from 'zod'
import { checkSchema, conditionSchema, deviceSchema } from './device.ts'
import { importedSchema } from './imported.ts'

const ms = z.number().min(0).max(1e9)

export const hostSchema = z.object({
  /** CPU model in words. */
  cpu: z.string().max(200),
  cores: z.number().int().min(1).max(4096),
  /** e.g. "Node 20.20.2", "Chromium 156". */
  runtime: z.string().max(200),
  platform: z.string().max(200),
})

export const stepSampleSchema = z.object({
  /** Index of the step in the plan. */
  step: z.number().int().min(0),
  kernel: z.string().max(100),
  /** Names of the nodes of the loaded graph that the step computes. */
  nodes: z.array(z.string().max(500)).max(10_000),
  /** Milliseconds, one per profiled run. */
  samples: z.array(ms).max(100_000),
  macs: z.number().min(0),
  /** Bytes read and written, inputs, weights and outputs once each. */
  bytes: z.number().min(0),
})

/** What the machine can do at most, measured on the threads of the run by kernels of its own. */
export const machineSchema = z.object({
  /** 1e9 multiply-accumulates per second, from registers. */
  gmacs: z.number().positive().max(1e9),
  /** 1e9 bytes per second, read from memory beyond the caches. */
  gbs: z.number().positive().max(1e9),
})

export const traceSchema = z.object({
  schema: z.literal(1),
  /** Id of the model, and its hash (`hashModel`); empty where the host did not know it. */
  model: z.string().max(200),
  modelHash: z.string().max(128),
  host: hostSchema,
  machine: machineSchema.optional(),
  /** e.g. "wasm-relaxed-simd", "wasm-simd", "scalar". */
  backend: z.string().max(100),
  threads: z.number().int().min(1).max(1024),
  precision: z.string().max(20),
  /** Total milliseconds of each timed run. */
  total: z.array(ms).max(1_000_000),
  /** From a separate pass, so that profiling does not disturb the totals. */
  steps: z.array(stepSampleSchema).max(100_000),
  /** Bytes of the arena. */
  arenaBytes: z.number().int().min(0),
  /** Of a run on a device: what it is, and how it was doing. */
  device: deviceSchema.optional(),
  conditions: z.array(conditionSchema).max(100_000).optional(),
  /** CPUs that the run was kept on. */
  pinned: z.array(z.number().int().min(0).max(4095)).max(4096).optional(),
  /** Its output beside the host's. */
  check: checkSchema.optional(),
  /** Largest resident memory of the process, bytes. */
  peakBytes: z.number().min(0).max(1e15).optional(),
  /** When it was taken by the host's clock, ISO 8601. */
  taken: z.string().max(40).optional(),
  /** A run over minutes: the time of each look is in `conditions`. */
  sustained: z.boolean().optional(),
  /** Of a run that another engine measured. */
  imported: importedSchema.optional(),
})

export type Trace = z.infer<typeof traceSchema>
export type HostFingerprint = z.infer<typeof hostSchema>
export type Machine = z.infer<typeof machineSchema>
export type StepSample = z.infer<typeof stepSampleSchema>

/** Value at quantile q (0..1) of unsorted samples, linear between ranks; NaN for none. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const position = (sorted.length - 1) * q
  const low = sorted[Math.floor(position)]
  const high = sorted[Math.ceil(position)]
  if (low === undefined || high === undefined) return Number.NaN
  return low + (high - low) * (position - Math.floor(position))
}

/**
 * Milliseconds of each step: its mean over the middle half of the profiled runs, ordered by their sums. Medians of steps
 * would not add up to the run: what disturbs a run hits one step or another.
 */
export function stepTimes(steps: readonly StepSample[]): number[] {
  const runs = Math.min(...steps.map((s) => s.samples.length))
  if (!Number.isFinite(runs) || runs === 0) return steps.map(() => Number.NaN)
  const sums = Array.from({ length: runs }, (_, run) => ({ run, sum: steps.reduce((total, s) => total + (s.samples[run] ?? 0), 0) }))
  const quarter = Math.floor(runs / 4)
  const middle = sums.sort((a, b) => a.sum - b.sum).slice(quarter, runs - quarter)
  return steps.map((s) => middle.reduce((total, { run }) => total + (s.samples[run] ?? 0), 0) / middle.length)
}
