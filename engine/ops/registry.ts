/** The ops of the engine: one line each. */
import { unsupported } from '../base/errors.ts'
import type { OpCatalogue } from '../ir/catalogue.ts'
import type { Attributes } from '../ir/graph.ts'
import { activation } from './activation/op.ts'
import { batchNorm } from './batchNorm/op.ts'
import { binary } from './binary/op.ts'
import { boxDecode } from './boxDecode/op.ts'
import { cast } from './cast/op.ts'
import { channelShuffle } from './channelShuffle/op.ts'
import { concat } from './concat/op.ts'
import { constantOfShape } from './constantOfShape/op.ts'
import { conv2d } from './conv2d/op.ts'
import { convTranspose2d } from './convTranspose2d/op.ts'
import { dequantize } from './dequantize/op.ts'
import { flatten } from './flatten/op.ts'
import { gather } from './gather/op.ts'
import { globalPool } from './globalPool/op.ts'
import { identity } from './identity/op.ts'
import { interpolate } from './interpolate/op.ts'
import { linear } from './linear/op.ts'
import { lrn } from './lrn/op.ts'
import { matmul } from './matmul/op.ts'
import { maxRoiPool } from './maxRoiPool/op.ts'
import { nonMaxSuppression } from './nonMaxSuppression/op.ts'
import type { OpDefinition } from './op.ts'
import { pad } from './pad/op.ts'
import { pool2d } from './pool2d/op.ts'
import { quantize } from './quantize/op.ts'
import { reduce } from './reduce/op.ts'
import { reshape } from './reshape/op.ts'
import { resize } from './resize/op.ts'
import { shape } from './shape/op.ts'
import { misfit } from './shared.ts'
import { slice } from './slice/op.ts'
import { softmax } from './softmax/op.ts'
import { split } from './split/op.ts'
import { squeeze } from './squeeze/op.ts'
import { tile } from './tile/op.ts'
import { transpose } from './transpose/op.ts'
import { unary } from './unary/op.ts'
import { unsqueeze } from './unsqueeze/op.ts'

/** The registry does not know an op's attribute type; `parse` has made sure of it before any other call. */
const erase = <A extends object>(definition: OpDefinition<A>): OpDefinition => definition as unknown as OpDefinition

const DEFINITIONS: ReadonlyMap<string, OpDefinition> = new Map(
  [
    erase(conv2d),
    erase(batchNorm),
    erase(activation),
    erase(pool2d),
    erase(globalPool),
    erase(channelShuffle),
    erase(concat),
    erase(slice),
    erase(split),
    erase(binary),
    erase(linear),
    erase(matmul),
    erase(softmax),
    erase(lrn),
    erase(reshape),
    erase(transpose),
    erase(flatten),
    erase(pad),
    erase(resize),
    erase(interpolate),
    erase(tile),
    erase(convTranspose2d),
    erase(squeeze),
    erase(unsqueeze),
    erase(reduce),
    erase(shape),
    erase(gather),
    erase(cast),
    erase(constantOfShape),
    erase(unary),
    erase(identity),
    erase(quantize),
    erase(dequantize),
    erase(boxDecode),
    erase(nonMaxSuppression),
    erase(maxRoiPool),
  ].map((d) => [d.kind, d]),
)

/** The definition behind a node's op. Throws ScopeError `unsupported`. */
export function opOf(kind: string): OpDefinition {
  const definition = DEFINITIONS.get(kind)
  if (!definition) throw unsupported(`Op "${kind}"`, 'this engine does not know it', 'See the list of supported ops in the documentation')
  return definition
}

export const OP_KINDS: readonly string[] = [...DEFINITIONS.keys()]

/** The ops as the IR sees them. */
export const OPS: OpCatalogue = {
  has: (op) => DEFINITIONS.has(op),
  parse(op, attrs, where) {
    const result = opOf(op).attributes.safeParse(attrs)
    if (result.success) return result.data as Attributes
    const issue = result.error.issues[0]
    throw misfit(where, `its attribute "${issue?.path.join('.') ?? ''}" is wrong (${issue?.message ?? 'unknown'})`)
  },
  infer: (op, attrs, inputs, where) => opOf(op).infer(attrs, inputs, where),
  evaluate: (op, attrs, inputs) => opOf(op).evaluate(attrs, inputs),
  foldsEarly: (op) => opOf(op).foldsEarly === true,
}
