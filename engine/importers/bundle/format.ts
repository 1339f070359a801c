/** The bundle: a graph as JSON in the metadata of a safetensors file, under one key; weights by tensor name. */
import { z } from 'zod'
import { modelInfoSchema } from '../../model.ts'

export const METADATA_KEY = 'shufflescope'
export const SCHEMA_VERSION = 1

const id = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31)
const name = z.string().max(4096)

const tensorSchema = z.object({
  id,
  name,
  dtype: z.enum(['f32', 'i32', 'i64', 'u8', 'i8', 'bool']),
  shape: z
    .array(
      z
        .number()
        .int()
        .min(0)
        .max(2 ** 31),
    )
    .max(8),
  layout: z.enum(['NCHW', 'OIHW', 'NC', 'C', 'any']),
  /** Key of its elements in the container; absent where it is computed. */
  data: z.string().max(4200).optional(),
})

const nodeSchema = z.object({
  id,
  op: z.string().max(100),
  name,
  /** Ops' schemas admit only finite numbers, so JSON holds them; they are parsed again on reading. */
  attrs: z.record(z.string(), z.unknown()),
  inputs: z
    .array(
      z
        .number()
        .int()
        .min(-1)
        .max(2 ** 31),
    )
    .max(10_000),
  outputs: z.array(id).max(10_000),
  sources: z.array(name).max(10_000),
  scope: name,
})

export const bundleSchema = z.object({
  schema: z.literal(SCHEMA_VERSION),
  info: modelInfoSchema,
  graph: z.object({
    name,
    stage: z.enum(['loaded', 'recognised', 'fused']),
    tensors: z.array(tensorSchema).max(200_000),
    nodes: z.array(nodeSchema).max(100_000),
    inputs: z.array(id).max(100),
    outputs: z.array(id).max(100),
  }),
})
export type BundleDocument = z.infer<typeof bundleSchema>

/** Element types of the engine by the container's names. */
export const CONTAINER_TYPES = { f32: 'F32', i32: 'I32', i64: 'I64', u8: 'U8', i8: 'I8', bool: 'BOOL' } as const
