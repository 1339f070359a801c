/** What a benchmark run writes: one JSON document per file, read back by the comparison. */
import { z } from 'zod'
import { machineSchema } from '../../engine/index.ts'

const samples = z.array(z.number().positive()).min(1)

/** One contender on one model. */
const contenderSchema = z.object({
  name: z.string(),
  /** Milliseconds of each timed run, from the call to the outputs, copies of input and output included. */
  ms: samples,
  /** Largest difference from our outputs, relative to their largest magnitude. */
  difference: z.number().min(0),
})

const layerSchema = z.object({
  name: z.string(),
  kernel: z.string(),
  ms: z.number().min(0),
  macs: z.number().min(0),
  bytes: z.number().min(0),
  gmacs: z.number().min(0),
  /** 0 to 100, of `roof.gmacs`. */
  percentOfPeak: z.number().min(0),
})

const rowSchema = z.object({
  model: z.string(),
  /** Width x height. */
  size: z.string(),
  threads: z.number().int().min(1),
  macs: z.number().positive(),
  /** Measured on the same threads between the rounds. */
  roof: machineSchema,
  contenders: z.array(contenderSchema).min(1),
  /** Ours, from a pass of its own. */
  layers: z.array(layerSchema),
  /** Median of the profiled pass over the median of the plain one, minus 1. */
  profileOverhead: z.number(),
  /** Of the same model at 224x224, on a row that compares sizes. */
  smallMacs: z.number().optional(),
})

const firstAnswerSchema = z.object({
  /** Milliseconds from opening the file to the first answer, one per fresh process or worker. */
  first: samples,
  /** The same from the start of the process or worker: its code and the photos' decoding are loaded too. */
  fromStart: samples,
  /** Milliseconds of the second photo's run, after the warm-up that the application does meanwhile, and of a run in the steady state. */
  second: samples,
  steady: samples,
})

export const resultSchema = z.object({
  schema: z.literal(1),
  mode: z.enum(['node', 'chromium']),
  machine: z.object({ cpu: z.string(), cores: z.number(), memoryGiB: z.number(), runtime: z.string() }),
  backend: z.string(),
  rows: z.array(rowSchema),
  firstAnswer: firstAnswerSchema.optional(),
})
export const resultsSchema = z.array(resultSchema)

export type Contender = z.infer<typeof contenderSchema>
export type LayerRow = z.infer<typeof layerSchema>
export type Row = z.infer<typeof rowSchema>
export type FirstAnswer = z.infer<typeof firstAnswerSchema>
export type Result = z.infer<typeof resultSchema>
