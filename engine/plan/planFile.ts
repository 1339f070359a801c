/** A plan as bytes, so that it can be sent to a device: magic, length of the header, header as JSON, weights as they lie in memory. */
import { z } from 'zod'
import { badInput, unsupported } from '../base/errors.ts'
import { KERNELS } from '../ops/kernels.ts'
import type { Plan, PlanArg, PlanTensor } from './plan.ts'

const MAGIC = 'SSPLAN1\n'
/** Weights start at a multiple of this, counted from the start of the file. */
const ALIGN = 64
const MOST_HEADER = 64 * 2 ** 20
const HINT = 'Make the plan again with this version of ShuffleScope'

const size = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31)
const i32 = z
  .number()
  .int()
  .min(-(2 ** 31))
  .max(2 ** 31 - 1)
/** [i32], or what it is and its bits or offset: JSON knows neither infinities nor the bits of a NaN. */
const argSchema = z.union([i32, z.tuple([z.enum(['f32', 'arena', 'weights']), i32])])
const stepSchema = z.object({
  kernel: z.enum(KERNELS),
  units: z
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1),
  bands: size,
  follows: z.boolean(),
  args: z.array(argSchema).max(1000),
  node: z.number().int(),
  sources: z.array(z.string().max(1000)).max(10_000),
  macs: z.number().min(0),
  bytes: z.number().min(0),
})
const tensorSchema = z.object({
  id: z.number().int(),
  name: z.string().max(1000),
  shape: z
    .array(
      z
        .number()
        .int()
        .min(0)
        .max(2 ** 31),
    )
    .max(16),
  offset: size,
  dtype: z.literal('u8').optional(),
  pixelStride: size,
  positions: z
    .array(size)
    .max(2 ** 20)
    .optional(),
})
const headerSchema = z.object({
  name: z.string().max(1000),
  steps: z.array(stepSchema).max(100_000),
  arenaBytes: size,
  arenaLowerBound: size,
  weightBytes: size,
  inputs: z.array(tensorSchema).max(1000),
  outputs: z.array(tensorSchema).max(1000),
  kept: z.array(tensorSchema).max(10_000),
})

/** Throws ScopeError `unsupported` where an output of the plan is a constant. */
export function writePlan(plan: Plan): Uint8Array<ArrayBuffer> {
  const header: z.input<typeof headerSchema> = {
    name: plan.name,
    steps: plan.steps.map((s) => ({ ...s, args: s.args.map(packArg), sources: [...s.sources] })),
    arenaBytes: plan.arenaBytes,
    arenaLowerBound: plan.arenaLowerBound,
    weightBytes: plan.weights.length,
    inputs: plan.inputs.map((t) => packTensor(plan, t)),
    outputs: plan.outputs.map((t) => packTensor(plan, t)),
    kept: plan.kept.map((t) => packTensor(plan, t)),
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const start = Math.ceil((MAGIC.length + 4 + text.length) / ALIGN) * ALIGN
  const bytes = new Uint8Array(start + plan.weights.length)
  bytes.set(new TextEncoder().encode(MAGIC))
  new DataView(bytes.buffer).setUint32(MAGIC.length, text.length, true)
  bytes.set(text, MAGIC.length + 4)
  bytes.set(plan.weights, start)
  return bytes
}

/** Throws ScopeError `bad-input` where `bytes` are no plan, or their sizes do not agree. */
export function readPlan(bytes: Uint8Array): Plan {
  const refuse = (why: string) => badInput('Plan', why, HINT)
  const from = MAGIC.length + 4
  if (bytes.length < from || new TextDecoder('latin1').decode(bytes.subarray(0, MAGIC.length)) !== MAGIC)
    throw refuse('it does not begin as a plan does')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true)
  if (length > MOST_HEADER || from + length > bytes.length) throw refuse(`its header claims ${length} bytes, and the file has ${bytes.length}`)
  const header = parseHeader(bytes.subarray(from, from + length), refuse)
  const start = Math.ceil((from + length) / ALIGN) * ALIGN
  const { weightBytes, ...rest } = header
  if (bytes.length !== start + weightBytes) throw refuse(`its weights should end at byte ${start + weightBytes}, and the file has ${bytes.length}`)
  const args = (step: (typeof rest.steps)[number]): PlanArg[] => step.args.map((arg) => unpackArg(arg, rest.arenaBytes, weightBytes, refuse))
  const tensors = (list: readonly z.infer<typeof tensorSchema>[]): PlanTensor[] =>
    list.map(({ positions, ...tensor }) => {
      if (tensor.offset > rest.arenaBytes) throw refuse(`tensor "${tensor.name}" lies outside the arena`)
      return positions ? { ...tensor, positions } : tensor
    })
  return {
    ...rest,
    steps: rest.steps.map((step) => ({ ...step, args: args(step) })),
    weights: bytes.slice(start),
    inputs: tensors(rest.inputs),
    outputs: tensors(rest.outputs),
    kept: tensors(rest.kept),
  }
}

function parseHeader(bytes: Uint8Array, refuse: (why: string) => Error): z.infer<typeof headerSchema> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw refuse('its header is not JSON')
  }
  const { success, data, error } = headerSchema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  throw refuse(`"${issue?.path.join('.') ?? ''}" of its header is wrong (${issue?.message ?? 'unknown'})`)
}

const bits = new DataView(new ArrayBuffer(4))

function packArg(arg: PlanArg): z.infer<typeof argSchema> {
  if (typeof arg === 'number') return arg
  if (!('f32' in arg)) return [arg.region, arg.offset]
  bits.setFloat32(0, arg.f32, true)
  return ['f32', bits.getInt32(0, true)]
}

function unpackArg(arg: z.infer<typeof argSchema>, arenaBytes: number, weightBytes: number, refuse: (why: string) => Error): PlanArg {
  if (typeof arg === 'number') return arg
  const [kind, value] = arg
  if (kind === 'f32') {
    bits.setInt32(0, value, true)
    return { f32: bits.getFloat32(0, true) }
  }
  if (value < 0 || value > (kind === 'arena' ? arenaBytes : weightBytes)) throw refuse(`an address lies outside its ${kind}`)
  return { region: kind, offset: value }
}

function packTensor(plan: Plan, { value, positions, ...tensor }: PlanTensor): z.input<typeof tensorSchema> {
  if (value) throw unsupported(`Plan of "${plan.name}"`, `output "${tensor.name}" is a constant`, 'Leave that output out of the model', tensor.name)
  return { ...tensor, shape: [...tensor.shape], ...(positions ? { positions: [...positions] } : {}) }
}
