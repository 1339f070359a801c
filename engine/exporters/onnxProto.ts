/** Messages of an ONNX file as protobuf writes them. Source: onnx.proto3 of the ONNX project. */
import protobuf from 'protobufjs/minimal.js'
import type { DType, HostTensor } from '../ir/tensor.ts'

const OPSET = 13
const IR_VERSION = 8
/** TensorProto.DataType. */
export const ELEMENT: Readonly<Record<DType, number>> = { f32: 1, u8: 2, i8: 3, i32: 6, i64: 7, bool: 9 }
/** AttributeProto.type. */
const KIND = { float: 1, int: 2, string: 3, tensor: 4, ints: 7 } as const

export type OnnxAttributeValue = number | string | readonly number[] | { readonly float: number } | { readonly tensor: HostTensor }

export interface OutNode {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttributeValue>>
}

export interface OutTensor extends HostTensor {
  readonly name: string
}

export interface OutValue {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
}

export interface OutGraph {
  readonly name: string
  readonly nodes: readonly OutNode[]
  readonly initializers: readonly OutTensor[]
  readonly inputs: readonly OutValue[]
  readonly outputs: readonly OutValue[]
}

type Writer = InstanceType<typeof protobuf.Writer>

export function encodeModel(graph: OutGraph): Uint8Array {
  const w = protobuf.Writer.create()
  w.uint32(8).int64(IR_VERSION)
  w.uint32(18).string('ShuffleScope')
  w.uint32(58).fork()
  for (const node of graph.nodes) writeNode(w.uint32(10).fork(), node).ldelim()
  w.uint32(18).string(graph.name)
  for (const tensor of graph.initializers) writeTensor(w.uint32(42).fork(), tensor.name, tensor).ldelim()
  for (const value of graph.inputs) writeValue(w.uint32(90).fork(), value).ldelim()
  for (const value of graph.outputs) writeValue(w.uint32(98).fork(), value).ldelim()
  w.ldelim()
  w.uint32(66).fork().uint32(10).string('').uint32(16).int64(OPSET).ldelim()
  // In Node a Buffer, whose slice() does not copy.
  const made = w.finish()
  return new Uint8Array(made.buffer, made.byteOffset, made.byteLength)
}

function writeNode(w: Writer, node: OutNode): Writer {
  for (const name of node.inputs) w.uint32(10).string(name)
  for (const name of node.outputs) w.uint32(18).string(name)
  w.uint32(26).string(node.name)
  w.uint32(34).string(node.op)
  for (const [name, value] of Object.entries(node.attributes)) {
    w.uint32(42).fork().uint32(10).string(name)
    if (typeof value === 'number') w.uint32(24).int64(value).uint32(160).int32(KIND.int)
    else if (typeof value === 'string') w.uint32(34).string(value).uint32(160).int32(KIND.string)
    else if ('float' in value) w.uint32(21).float(value.float).uint32(160).int32(KIND.float)
    else if ('tensor' in value) writeTensor(w.uint32(42).fork(), '', value.tensor).ldelim().uint32(160).int32(KIND.tensor)
    else {
      for (const v of value) w.uint32(64).int64(v)
      w.uint32(160).int32(KIND.ints)
    }
    w.ldelim()
  }
  return w
}

function writeTensor(w: Writer, name: string, { dtype, shape, data }: HostTensor): Writer {
  for (const n of shape) w.uint32(8).int64(n)
  w.uint32(16).int32(ELEMENT[dtype]).uint32(66).string(name)
  // The engine holds integers of 64 bits as doubles.
  const held = dtype === 'i64' ? BigInt64Array.from(data, (v) => BigInt(Math.trunc(v))) : data
  return w.uint32(74).bytes(new Uint8Array(held.buffer, held.byteOffset, held.byteLength))
}

function writeValue(w: Writer, { name, dtype, shape }: OutValue): Writer {
  w.uint32(10).string(name).uint32(18).fork().uint32(10).fork().uint32(8).int32(ELEMENT[dtype]).uint32(18).fork()
  for (const n of shape) w.uint32(10).fork().uint32(8).int64(n).ldelim()
  return w.ldelim().ldelim().ldelim()
}
