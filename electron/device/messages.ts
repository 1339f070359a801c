/** What the host and its program on a device say to each other: one job in, events out, each a line of JSON. */
import { z } from 'zod'
import { conditionSchema, deviceSchema, machineSchema, stepSampleSchema } from '../../engine/index.ts'

/** Begins every line of ours, so that what a login shell or a library prints beside it does no harm. */
export const LINE_MARK = '@shufflescope1 '
/** Raw samples of many runs of a deep network; a longer line is refused. */
export const MOST_LINE = 32 * 2 ** 20

const path = z.string().min(1).max(4096)

export const jobSchema = z.object({
  schema: z.literal(1),
  /** `wasm`: our engine, `plan` is a plan; `ort`: onnxruntime-node of `module`, `plan` is an ONNX model. */
  backend: z.enum(['wasm', 'ort']),
  plan: path,
  /** f32, little-endian, NCHW: one photo made ready. */
  input: path,
  inputShape: z.array(z.number().int().min(1)).min(1).max(8),
  /** Folder of the kernels, or of onnxruntime-node. */
  module: path,
  /** One measurement after the other. */
  threads: z.array(z.number().int().min(1).max(256)).min(1).max(64),
  warmup: z.number().int().min(0).max(100_000),
  /** Timed runs, or as many as fit in `budgetMs` where that is set. */
  runs: z.number().int().min(1).max(100_000),
  budgetMs: z.number().min(0).max(7_200_000).nullable(),
  /** Runs of the pass that times each step; 0: none. */
  layerRuns: z.number().int().min(0).max(10_000),
  /** Runs follow each other for so long after the rest, with a look at the device every second; null: not. */
  sustainedMs: z.number().min(0).max(7_200_000).nullable(),
  /** CPUs that the process is kept on (by whoever started it); null: any. */
  pinned: z.array(z.number().int().min(0).max(4095)).min(1).max(4096).nullable(),
})
export type Job = z.infer<typeof jobSchema>

const phase = z.enum(['loading', 'warmup', 'runs', 'layers', 'sustained'])
export type Phase = z.infer<typeof phase>

export const eventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    node: z.string().max(100),
    v8: z.string().max(100),
    arch: z.string().max(100),
    relaxedSimd: z.boolean(),
    cores: z.number().int().min(1).max(4096),
    device: deviceSchema,
  }),
  z.object({ type: z.literal('progress'), phase, threads: z.number().int(), done: z.number().min(0), total: z.number().min(0) }),
  z.object({ type: z.literal('condition'), threads: z.number().int(), condition: conditionSchema }),
  /** f32, little-endian, base64: the first output of the first run. */
  z.object({ type: z.literal('output'), threads: z.number().int(), data: z.string().max(16 * 2 ** 20) }),
  z.object({
    type: z.literal('measured'),
    threads: z.number().int().min(1),
    backend: z.string().max(100),
    total: z.array(z.number().min(0).max(1e9)).min(1).max(1_000_000),
    steps: z.array(stepSampleSchema).max(100_000),
    machine: machineSchema.nullable(),
    arenaBytes: z.number().int().min(0),
    peakBytes: z.number().min(0).max(1e15),
    sustained: z.boolean(),
  }),
  z.object({ type: z.literal('failed'), what: z.string().max(500), why: z.string().max(2000), hint: z.string().max(500) }),
  z.object({ type: z.literal('end') }),
])
export type DeviceEvent = z.infer<typeof eventSchema>
