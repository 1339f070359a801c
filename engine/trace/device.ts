/** What a device is and how it was doing while a model ran on it, as far as it tells. */
import { z } from 'zod'

const words = z.string().max(300)
const hertz = z.number().min(0).max(1e12)

/** CPUs of one kind: big or little. */
export const clusterSchema = z.object({
  /** Numbers of its CPUs, as the kernel counts them. */
  cpus: z.array(z.number().int().min(0).max(4095)).min(1).max(4096),
  /** e.g. "Cortex-A76"; what the kernel says where the part is not known here. */
  core: words,
  /** Relative computing capacity, 1024 for the fastest; null where the kernel does not say. */
  capacity: z.number().min(0).max(1e6).nullable(),
  governor: words.nullable(),
  /** Hz. */
  minFrequency: hertz.nullable(),
  maxFrequency: hertz.nullable(),
})

export const deviceSchema = z.object({
  /** Board or machine in words; null where neither device tree nor DMI says. */
  board: words.nullable(),
  arch: words,
  clusters: z.array(clusterSchema).max(256),
  /** e.g. asimd, asimddp, i8mm. */
  features: z.array(z.string().max(40)).max(500),
  memoryBytes: z.number().min(0).max(1e15),
  kernel: words,
  distribution: words.nullable(),
  /** The CPU is not what the architecture says: times mean nothing. */
  emulated: z.boolean(),
  /** What has a thermal sensor, by name. */
  thermalZones: z.array(words).max(500),
  /** Whether the board reports throttling. */
  reportsThrottling: z.boolean(),
  /** Seconds since 1970 by its clock. */
  clock: z.number().min(0).max(1e12),
})

/** One look at the device, during or around the runs. */
export const conditionSchema = z.object({
  /** Milliseconds since the runs began; negative before. */
  at: z.number().min(-1e9).max(1e9),
  /** Degrees Celsius of the hottest zone. */
  temperature: z.number().min(-300).max(2000).nullable(),
  /** Hz now, of the slowest of the CPUs in use. */
  frequency: hertz.nullable(),
  /** Throttling or under-voltage at this moment, in words; empty where there is none. */
  throttled: z.array(z.string().max(60)).max(20),
  /** Processes that ran or waited over the last minute. */
  load: z.number().min(0).max(1e6).nullable(),
  /** Milliseconds of the run before; null where none has been. */
  ms: z.number().min(0).max(1e9).nullable(),
})

/** The device's output for a fixed photo beside the host's. */
export const checkSchema = z.object({
  /** Largest difference, relative to the largest magnitude of the host's output. */
  difference: z.number().min(0).max(1e30),
  tolerance: z.number().min(0).max(1),
  /** Index of the first class is the same. */
  sameTop: z.boolean(),
})

export type Cluster = z.infer<typeof clusterSchema>
export type Device = z.infer<typeof deviceSchema>
export type Condition = z.infer<typeof conditionSchema>
export type OutputCheck = z.infer<typeof checkSchema>
