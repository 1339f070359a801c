/** What is particular to a run that another engine measured, and whose own file was read. */
import { z } from 'zod'

const ms = z.number().min(0).max(1e9)

export const importedSchema = z.object({
  engine: z.enum(['onnxruntime', 'tflite', 'ncnn']),
  /** False: the file does not tell the number of threads, and the trace holds 1 in its place. */
  threadsKnown: z.boolean(),
  /** The file sums its runs up and keeps none of them, so `total` is empty. Milliseconds. */
  summary: z
    .object({
      min: ms,
      mean: ms,
      max: ms,
      /** Null where the file does not tell. */
      runs: z.number().int().min(1).max(1e9).nullable(),
      /** Of whole runs, or of the sum of a run's steps. */
      of: z.enum(['runs', 'steps']),
    })
    .optional(),
  /** Each step has one sample, which is the mean over the runs. */
  stepMeans: z.boolean(),
})

export type Imported = z.infer<typeof importedSchema>
export type Engine = Imported['engine']

/** As their makers write them. */
export const ENGINE_NAMES: Readonly<Record<Engine, string>> = { onnxruntime: 'onnxruntime', tflite: 'TensorFlow Lite', ncnn: 'ncnn' }
