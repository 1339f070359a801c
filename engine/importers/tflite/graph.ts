/** The main graph of a TensorFlow Lite file becomes a graph of the engine, operator by operator, names kept. */
import { throwIfCancelled } from '../../base/cancel.ts'
import { badInput, ScopeError, unsupported } from '../../base/errors.ts'
import { GraphBuilder } from '../../ir/build.ts'
import type { Graph } from '../../ir/graph.ts'
import { OPS } from '../../ops/registry.ts'
import type { OpenOptions } from '../importer.ts'
import { checkClaim, claimOf } from './claims.ts'
import { type Made, NodeContext } from './context.ts'
import { converterOf } from './converters/index.ts'
import { TO_MAP, Values } from './layout.ts'
import type { TfliteModel, TfliteOperator, TfliteTensor } from './model.ts'
import { dtypeOf, placeOf } from './tensor.ts'

/** Elements that operators may make out of constants while the file is read. */
const MAX_MADE_ELEMENTS = 1 << 26

/** Inputs and outputs of rank 4 are [N, C, H, W]. Throws ScopeError: unsupported operators named with a node each, misfits named with theirs. */
export function convertGraph(model: TfliteModel, options: OpenOptions): Graph {
  refuseUnsupported(model)
  const builder = new GraphBuilder(model.name || 'tflite', OPS)
  const names = new Set<string>()
  const unique = (base: string): string => uniqueName(base, names)
  const values = new Values(model.file, model.tensors, builder, unique)
  let open = false
  for (const index of model.inputs) {
    const tensor = values.tensor(index)
    const shape = inputShape(tensor, options.inputSize)
    open ||= tensor.signature !== undefined
    const isMap = shape.length === 4
    values.define(index, builder.input(tensor.name, isMap ? TO_MAP.map((axis) => shape[axis] ?? 1) : shape, dtypeOf(tensor)), isMap ? 'map' : 'plain')
  }
  let made = 0
  for (const operator of model.operators) {
    throwIfCancelled(options.signal, 'Reading the model')
    const first = operator.outputs[0]
    const node = new NodeContext(
      operator,
      unique(nodeName(first === undefined ? operator.op : values.tensor(first).name)),
      values,
      builder,
      scopeOf(operator, values),
    )
    const outputs = convertNode(node)
    outputs.forEach(({ id, order }, i) => {
      const index = operator.outputs[i]
      if (index === undefined) return
      values.define(index, id, order)
      made += builder.valueOf(id)?.data.length ?? 0
      if (!open) checkShape(node, values.tensor(index), values.shape(index))
    })
    if (made > MAX_MADE_ELEMENTS)
      throw badInput('TensorFlow Lite model', `its operators make more than ${MAX_MADE_ELEMENTS} constant elements`, 'Convert it again', node.where)
  }
  if (model.outputs.length === 0) throw badInput('TensorFlow Lite model', 'it has no outputs', 'Convert the model again', 'outputs')
  return builder.finish(model.outputs.map((index) => resultOf(values, index)))
}

function resultOf(values: Values, index: number): number {
  const isMap = values.shape(index).length === 4
  return isMap ? values.map(index, values.tensor(index).name) : values.plain(index, values.tensor(index).name)
}

function convertNode(node: NodeContext): readonly Made[] {
  const { op, custom } = node.operator
  const claim = claimOf(custom, op)
  const convert = converterOf(op)
  if (!claim || !convert) throw unsupported(node.what, `its op "${op}" is not supported`, 'Convert the model without it', node.where)
  try {
    checkClaim(node, claim)
    return folded(node) ?? convert(node)
  } catch (thrown) {
    // An invariant broken by options of a hostile file is the file's fault; the node is known here, and its place in the file.
    if (thrown instanceof ScopeError && thrown.code === 'internal') throw node.misuse(thrown.why)
    if (thrown instanceof ScopeError && thrown.where?.startsWith(node.name))
      throw new ScopeError({ ...thrown.toFields(), what: node.what, where: node.where })
    throw thrown
  }
}

/** Weights stored in half precision or in 8 bits pass through an operator of their own: its result is a constant as well. */
function folded(node: NodeContext): readonly Made[] | undefined {
  if (node.operator.op !== 'DEQUANTIZE') return undefined
  const value = node.values.constant(node.index(0))
  return value && [{ id: node.builder.constant(node.output().name, value), order: 'plain' }]
}

/** What the file says of an output is what the engine makes of it, or one of the two has the operator wrong. */
function checkShape(node: NodeContext, tensor: TfliteTensor, shape: readonly number[]): void {
  // [] also stands for a shape that the converter did not know.
  if (tensor.shape.length === 0 || tensor.signature || tensor.shape.join() === shape.join()) return
  throw node.misuse(`its output is [${shape.join(', ')}] where the file says [${tensor.shape.join(', ')}]`)
}

/** Joined operators have the names of all of them, the last one's first. */
function nodeName(name: string): string {
  return name.split(';')[0] || name
}

function uniqueName(base: string, names: Set<string>): string {
  let name = base
  for (let i = 2; names.has(name); i++) name = `${base}#${i}`
  names.add(name)
  return name
}

/** TensorFlow names tensors by scope: "model/stage2/unit0/conv/Conv2D" sits in "model/stage2/unit0/conv". */
function scopeOf(operator: TfliteOperator, values: Values): string {
  const first = operator.outputs[0]
  return first === undefined ? '' : nodeName(values.tensor(first).name).split('/').slice(0, -1).join('/')
}

/** One error for all operators that are missing, each with the first node that needs it. */
function refuseUnsupported({ operators, tensors }: TfliteModel): void {
  const missing = new Map<string, TfliteOperator>()
  for (const operator of operators) {
    const op = operator.custom ? `custom operator ${operator.op || 'without a name'}` : operator.op
    if (!claimOf(operator.custom, operator.op) && !missing.has(op)) missing.set(op, operator)
  }
  const [first] = missing
  if (!first) return
  const where = `node ${first[1].index}, byte ${first[1].at}`
  const list = [...missing]
    .slice(0, 20)
    .map(([op, { index, outputs }]) => `"${op}" (node ${index} "${nodeName(tensors[outputs[0] ?? -1]?.name ?? op)}")`)
  const [why, hint] =
    missing.size === 1
      ? [`its op ${list[0]} is not supported`, 'Convert the model without it, or ask for it to be added']
      : [`these ops are not supported: ${list.join(', ')}`, 'Convert the model without them, or ask for them to be added']
  throw unsupported('TensorFlow Lite model', why, hint, where)
}

/** In the file's order. Open batch is 1; open height and width come from the caller. */
function inputShape(tensor: TfliteTensor, size: readonly [number, number] | undefined): number[] {
  const { what, where } = placeOf(tensor)
  const rank = tensor.shape.length
  return (tensor.signature ?? tensor.shape).map((extent, axis) => {
    const wanted = rank === 4 && (axis === 1 || axis === 2) ? size?.[axis - 1] : undefined
    if (extent >= 0) {
      if (wanted !== undefined && wanted !== extent)
        throw new ScopeError({
          code: 'usage',
          what,
          why: `the model fixes its size to ${tensor.shape.slice(1, 3).join('x')}, not ${size?.join('x')}`,
          hint: 'Leave the input size out, or convert the model with an open size',
          where,
        })
      return extent
    }
    if (axis === 0) return 1
    if (wanted !== undefined) return wanted
    if (rank === 4 && axis < 3) throw badInput(what, 'its height and width are left open by the model', 'Give them, e.g. --input 224x224', where)
    throw unsupported(what, `its axis ${axis} is left open by the model`, 'Convert the model with a fixed input size', where)
  })
}
