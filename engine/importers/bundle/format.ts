/** The bundle: a graph as JSON in the metadata of a safetensors file, under one key; weights by tensor name. */
import { z } from 'zod'
import type { Attributes, AttributeValue } from '../../ir/graph.ts'
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
  /** Numbers that JSON cannot hold are written as {"$float": "Infinity"}. */
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

const floatSchema = z.object({ $float: z.enum(['NaN', 'Infinity', '-Infinity', '-0']) }).strict()
const MAX_DEPTH = 16

export function encodeAttributes(attrs: Attributes): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attrs).map(([key, value]) => [key, encode(value)]))
}

/** Throws RangeError where values nest deeper than any op's attributes. */
export function decodeAttributes(attrs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attrs).map(([key, value]) => [key, decode(value, 0)]))
}

function encode(value: AttributeValue | undefined): unknown {
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { $float: Object.is(value, -0) ? '-0' : String(value) }
  if (Array.isArray(value)) return value.map(encode)
  if (typeof value === 'object' && value !== null) return encodeAttributes(value as Attributes)
  return value
}

function decode(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new RangeError('attributes nest too deep')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => decode(item, depth + 1))
  const special = floatSchema.safeParse(value)
  if (special.success) return Number(special.data.$float)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item, depth + 1)]))
}
