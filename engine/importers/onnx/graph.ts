/** An ONNX graph becomes a graph of the engine, node by node, names kept. */
import { throwIfCancelled } from '../../base/cancel.ts'
import { badInput, ScopeError, unsupported } from '../../base/errors.ts'
import { GraphBuilder } from '../../ir/build.ts'
import { type Graph, NONE, type TensorId } from '../../ir/graph.ts'
import { OPS } from '../../ops/registry.ts'
import type { OpenOptions } from '../importer.ts'
import { ByteTensors } from './bytes.ts'
import { checkClaim, claimOf, operatorName } from './claims.ts'
import { NodeContext } from './context.ts'
import { converterOf } from './converters/index.ts'
import type { OnnxGraph, OnnxNode, OnnxValue } from './proto.ts'
import { elementType, tensorValue } from './tensor.ts'

/** Elements that nodes may make out of constants while the file is read; weights made by ConstantOfShape count. */
const MAX_MADE_ELEMENTS = 1 << 26

/** Operators whose converters take quantized data as it is. */
const READS_BYTES = /^(?:DequantizeLinear|QLinear.*|QGemm)$/

/** Operators whose results hold elements of their inputs, by the same scale. */
const MOVERS: ReadonlySet<string> = new Set([
  'Concat',
  'Flatten',
  'Identity',
  'MaxPool',
  'Reshape',
  'Slice',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
])

/** Throws ScopeError: unsupported operators named with a node each, misfits named with theirs. */
export function convertGraph(onnx: OnnxGraph, opset: number, options: OpenOptions): Graph {
  refuseUnsupported(onnx)
  const builder = new GraphBuilder(onnx.name || 'onnx', OPS)
  const bytes = new ByteTensors(builder)
  const ids = new Map<string, TensorId>()
  const define = (name: string, id: TensorId): void => {
    if (ids.has(name)) throw badInput(`Tensor "${name}"`, 'the model defines it twice', 'Export the model again', name)
    ids.set(name, id)
  }
  if (onnx.sparse) throw unsupported('ONNX model', 'it holds sparse weights', 'Export the model with dense weights')
  for (const tensor of onnx.initializers) {
    throwIfCancelled(options.signal, 'Reading the model')
    const value = tensorValue(tensor)
    define(tensor.name, builder.constant(tensor.name, value, value.shape.length === 4 ? 'OIHW' : undefined))
  }
  for (const input of onnx.inputs) {
    // Before IR version 4 every initializer is listed as an input too; it stays a constant.
    if (ids.has(input.name)) continue
    const { dtype } = elementType(input.elementType, input.name)
    define(input.name, builder.input(input.name, inputShape(input, options.inputSize), dtype))
  }
  const names = new Set<string>()
  let made = 0
  for (const node of onnx.nodes) {
    throwIfCancelled(options.signal, 'Reading the model')
    const outputs = convertNode(node, uniqueName(node, names), opset, builder, ids, bytes)
    outputs.forEach((id, i) => {
      const name = node.outputs[i]
      if (name) define(name, id)
      made += node.opType === 'Constant' ? 0 : (builder.valueOf(id)?.data.length ?? 0)
    })
    if (made > MAX_MADE_ELEMENTS)
      throw badInput(
        'ONNX model',
        `its nodes make more than ${MAX_MADE_ELEMENTS} constant elements`,
        'Export the model with its weights stored',
        node.name,
      )
  }
  const results = onnx.outputs.map((output) => bytes.asIntegers(found(ids, output.name, 'the output of the model'), ''))
  if (results.length === 0) throw badInput('ONNX model', 'it has no outputs', 'Export the model again')
  return builder.finish(results)
}

function convertNode(
  node: OnnxNode,
  name: string,
  opset: number,
  builder: GraphBuilder,
  ids: ReadonlyMap<string, TensorId>,
  bytes: ByteTensors,
): readonly TensorId[] {
  const claim = claimOf(node.domain, node.opType)
  const convert = converterOf(operatorName(node.domain, node.opType))
  if (!claim || !convert) throw unsupported(`Node "${name}"`, `its op "${node.opType}" is not supported`, 'Export the model without it', name)
  const scope = scopeOf(node.name)
  const read = node.inputs.map((input) => (input === '' ? NONE : found(ids, input, `an input of node "${name}"`)))
  const moved = MOVERS.has(node.opType) ? bytes.moved(read, scope) : undefined
  const inputs = moved?.inputs ?? (READS_BYTES.test(node.opType) ? read : read.map((id) => bytes.asIntegers(id, scope)))
  try {
    const context = new NodeContext(node, name, opset, builder, inputs, scope, bytes)
    checkClaim(context, claim)
    return moved ? convert(context).map(moved.again) : convert(context)
  } catch (thrown) {
    // An invariant broken by attributes of a hostile file is the file's fault; the node is known here.
    if (thrown instanceof ScopeError && thrown.code === 'internal')
      throw badInput(`Node "${name}" (${node.opType})`, thrown.why, 'The model does not fit together; check how it was exported', name)
    throw thrown
  }
}

function found(ids: ReadonlyMap<string, TensorId>, name: string, role: string): TensorId {
  const id = ids.get(name)
  if (id === undefined)
    throw badInput(`Tensor "${name}"`, `it is ${role}, and nothing before it makes it`, 'The file may be damaged; export the model again', name)
  return id
}

/** The node's own name, else that of its first output, made unique. */
function uniqueName(node: OnnxNode, names: Set<string>): string {
  const base = node.name || node.outputs[0] || node.opType
  let name = base
  for (let i = 2; names.has(name); i++) name = `${base}#${i}`
  names.add(name)
  return name
}

/** PyTorch names nodes by module path: "/stage2/unit0/conv/Conv" sits in "stage2/unit0/conv". */
function scopeOf(name: string): string {
  return name.startsWith('/') ? name.split('/').slice(1, -1).join('/') : ''
}

/** One error for all operators that are missing, each with the first node that needs it. */
function refuseUnsupported(onnx: OnnxGraph): void {
  const missing = new Map<string, string>()
  for (const node of onnx.nodes) {
    const op = operatorName(node.domain, node.opType)
    if (!claimOf(node.domain, node.opType) && !missing.has(op)) missing.set(op, node.name || node.outputs[0] || '')
  }
  const [first, ...more] = missing
  if (!first) return
  const hint = 'Export the model without it, or ask for it to be added'
  if (more.length === 0) throw unsupported(`Node "${first[1]}"`, `its op "${first[0]}" is not supported`, hint, first[1])
  const list = [...missing].slice(0, 20).map(([op, node]) => `"${op}" (node "${node}")`)
  throw unsupported(
    'ONNX model',
    `these ops are not supported: ${list.join(', ')}`,
    hint.replace('it,', 'them,').replace('for it', 'for them'),
    first[1],
  )
}

/** Open batch is 1; open height and width come from the caller. */
function inputShape(input: OnnxValue, size: readonly [number, number] | undefined): number[] {
  const where = `Input "${input.name}"`
  if (!input.shape) throw unsupported(where, 'the model does not say its shape', 'Export the model with a fixed input size', input.name)
  const rank = input.shape.length
  return input.shape.map((extent, axis) => {
    const wanted = rank === 4 && axis >= 2 ? size?.[axis - 2] : undefined
    if (extent === undefined) {
      if (axis === 0) return 1
      if (wanted !== undefined) return wanted
      if (rank === 4 && axis >= 2)
        throw badInput(where, 'its height and width are left open by the model', 'Give them, e.g. --input 224x224', input.name)
      throw unsupported(where, `its axis ${axis} is left open by the model`, 'Export the model with a fixed input size', input.name)
    }
    if (wanted !== undefined && wanted !== extent)
      throw new ScopeError({
        code: 'usage',
        what: where,
        why: `the model fixes its size to ${input.shape?.slice(2).join('x')}, not ${size?.join('x')}`,
        hint: 'Leave the input size out, or export the model with an open size',
        where: input.name,
      })
    return extent
  })
}
