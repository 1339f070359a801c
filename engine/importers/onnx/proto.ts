/** The messages of an ONNX file that this engine reads. Source: onnx/onnx.proto3 of the ONNX specification. */
import { errorFrom, ScopeError } from '../../base/errors.ts'
import { bytesOf, damaged, eachField, endOf, int64Of, type Reader, readerOf, repeated, stringOf } from './wire.ts'

export interface OnnxTensor {
  name: string
  dims: number[]
  dataType: number
  /** Packed little-endian elements. */
  raw: Uint8Array | undefined
  /** Whether nobody else changes what `raw` views: values may then be views of it too. */
  kept: boolean
  /** Packed or single values, as they lie in the file. */
  readonly floats: Uint8Array[]
  readonly doubles: Uint8Array[]
  readonly varints: Uint8Array[]
  hasStrings: boolean
  /** Where its data lies when that is not in this file. */
  external: ExternalData | undefined
}

/** A range of bytes in a file beside the model; without a length, all from the offset on. */
export interface ExternalData {
  location: string
  offset: number
  length: number | undefined
}

export interface OnnxAttribute {
  name: string
  f: number | undefined
  i: number | undefined
  s: string | undefined
  t: OnnxTensor | undefined
  readonly floats: number[]
  readonly ints: number[]
}

export interface OnnxNode {
  name: string
  opType: string
  domain: string
  readonly inputs: string[]
  readonly outputs: string[]
  readonly attributes: Map<string, OnnxAttribute>
}

/** A dimension without a value (symbolic or absent) is undefined. */
export interface OnnxValue {
  name: string
  elementType: number
  shape: (number | undefined)[] | undefined
}

export interface OnnxGraph {
  name: string
  readonly nodes: OnnxNode[]
  readonly initializers: OnnxTensor[]
  readonly inputs: OnnxValue[]
  readonly outputs: OnnxValue[]
  sparse: boolean
}

export interface OnnxModel {
  irVersion: number
  producer: string
  /** Version of the default operator set. */
  opset: number
  graph: OnnxGraph | undefined
}

const MAX_NODES = 100_000
const MAX_LIST = 1 << 20
const MAX_NAMES = 4096
const MAX_DIMS = 16

/** Decodes a whole file. Throws ScopeError `bad-input` wherever the bytes are not what they claim to be. */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const reader = readerOf(bytes)
  try {
    return model(reader)
  } catch (thrown) {
    if (thrown instanceof ScopeError) throw thrown
    throw damaged(`its bytes cannot be read at ${reader.pos} (${errorFrom(thrown).why})`)
  }
}

/** Decodes a file that holds one tensor. Throws ScopeError `bad-input`. */
export function decodeTensor(bytes: Uint8Array): OnnxTensor {
  const reader = readerOf(bytes)
  return tensorFields(reader, reader.len)
}

function model(reader: Reader): OnnxModel {
  const result: OnnxModel = { irVersion: 0, producer: '', opset: 0, graph: undefined }
  eachField(reader, reader.len, (field, wire) => {
    if (field === 1 && wire === 0) result.irVersion = int64Of(reader)
    else if (field === 2 && wire === 2) result.producer = stringOf(reader)
    else if (field === 7 && wire === 2) result.graph = graph(reader)
    else if (field === 8 && wire === 2) {
      const set = operatorSet(reader)
      if (set.domain === '' || set.domain === 'ai.onnx') result.opset = set.version
    } else return false
  })
  return result
}

function operatorSet(reader: Reader): { domain: string; version: number } {
  const set = { domain: '', version: 0 }
  eachField(reader, endOf(reader), (field, wire) => {
    if (field === 1 && wire === 2) set.domain = stringOf(reader)
    else if (field === 2 && wire === 0) set.version = int64Of(reader)
    else return false
  })
  return set
}

function graph(reader: Reader): OnnxGraph {
  const result: OnnxGraph = { name: '', nodes: [], initializers: [], inputs: [], outputs: [], sparse: false }
  const add = <T>(list: T[], item: T): void => {
    if (list.length >= MAX_NODES) throw damaged(`it has more than ${MAX_NODES} nodes or tensors`)
    list.push(item)
  }
  eachField(reader, endOf(reader), (field, wire) => {
    if (wire !== 2) return false
    if (field === 1) add(result.nodes, node(reader))
    else if (field === 2) result.name = stringOf(reader)
    else if (field === 5) add(result.initializers, tensor(reader))
    else if (field === 11) add(result.inputs, value(reader))
    else if (field === 12) add(result.outputs, value(reader))
    else {
      if (field === 15) result.sparse = true
      return false
    }
  })
  return result
}

function node(reader: Reader): OnnxNode {
  const result: OnnxNode = { name: '', opType: '', domain: '', inputs: [], outputs: [], attributes: new Map() }
  eachField(reader, endOf(reader), (field, wire) => {
    if (wire !== 2) return false
    if (result.inputs.length + result.outputs.length + result.attributes.size > MAX_NAMES) throw damaged('a node has too many inputs', result.name)
    if (field === 1) result.inputs.push(stringOf(reader))
    else if (field === 2) result.outputs.push(stringOf(reader))
    else if (field === 3) result.name = stringOf(reader)
    else if (field === 4) result.opType = stringOf(reader)
    else if (field === 7) result.domain = stringOf(reader)
    else if (field === 5) {
      const a = attribute(reader)
      result.attributes.set(a.name, a)
    } else return false
  })
  return result
}

function attribute(reader: Reader): OnnxAttribute {
  const result: OnnxAttribute = { name: '', f: undefined, i: undefined, s: undefined, t: undefined, floats: [], ints: [] }
  eachField(reader, endOf(reader), (field, wire) => {
    if (field === 1 && wire === 2) result.name = stringOf(reader)
    else if (field === 2 && wire === 5) result.f = reader.float()
    else if (field === 3 && wire === 0) result.i = int64Of(reader)
    else if (field === 4 && wire === 2) result.s = stringOf(reader)
    else if (field === 5 && wire === 2) result.t = tensor(reader)
    else if (field === 7 && (wire === 5 || wire === 2)) repeated(reader, wire, (r) => r.float(), result.floats, MAX_LIST)
    else if (field === 8 && (wire === 0 || wire === 2)) repeated(reader, wire, int64Of, result.ints, MAX_LIST)
    else return false
  })
  return result
}

function tensor(reader: Reader): OnnxTensor {
  return tensorFields(reader, endOf(reader))
}

function tensorFields(reader: Reader, end: number): OnnxTensor {
  const result: OnnxTensor = {
    name: '',
    dims: [],
    dataType: 0,
    raw: undefined,
    kept: false,
    floats: [],
    doubles: [],
    varints: [],
    hasStrings: false,
    external: undefined,
  }
  const chunk = (wire: number, single: number): Uint8Array => {
    if (wire === 2) return bytesOf(reader)
    const start = reader.pos
    if (single > 0) reader.skip(single)
    else reader.skipType(0)
    return reader.buf.subarray(start, reader.pos)
  }
  eachField(reader, end, (field, wire) => {
    if (field === 1 && (wire === 0 || wire === 2)) repeated(reader, wire, int64Of, result.dims, MAX_DIMS + 1)
    else if (field === 2 && wire === 0) result.dataType = reader.int32()
    else if (field === 4 && (wire === 2 || wire === 5)) result.floats.push(chunk(wire, 4))
    else if (field === 10 && (wire === 2 || wire === 1)) result.doubles.push(chunk(wire, 8))
    else if ((field === 5 || field === 7 || field === 11) && (wire === 2 || wire === 0)) result.varints.push(chunk(wire, 0))
    else if (field === 8 && wire === 2) result.name = stringOf(reader)
    else if (field === 9 && wire === 2) result.raw = bytesOf(reader)
    else {
      if (field === 6) result.hasStrings = true
      const external = (): ExternalData => {
        result.external ??= { location: '', offset: 0, length: undefined }
        return result.external
      }
      if (field === 13 && wire === 2) externalEntry(reader, external())
      else if (field === 14 && wire === 0) {
        if (reader.int32() === 1) external()
      } else return false
    }
  })
  return result
}

function externalEntry(reader: Reader, into: ExternalData): void {
  let key = ''
  let text = ''
  eachField(reader, endOf(reader), (field, wire) => {
    if (field === 1 && wire === 2) key = stringOf(reader)
    else if (field === 2 && wire === 2) text = stringOf(reader)
    else return false
  })
  if (key === 'location') into.location = text
  else if (key === 'offset') into.offset = Number(text)
  else if (key === 'length') into.length = Number(text)
}

function value(reader: Reader): OnnxValue {
  const result: OnnxValue = { name: '', elementType: 0, shape: undefined }
  eachField(reader, endOf(reader), (field, wire) => {
    if (field === 1 && wire === 2) result.name = stringOf(reader)
    else if (field === 2 && wire === 2)
      eachField(reader, endOf(reader), (kind, kindWire) => {
        if (kind !== 1 || kindWire !== 2) return false
        tensorType(reader, result)
      })
    else return false
  })
  return result
}

function tensorType(reader: Reader, into: OnnxValue): void {
  eachField(reader, endOf(reader), (field, wire) => {
    if (field === 1 && wire === 0) into.elementType = reader.int32()
    else if (field === 2 && wire === 2) into.shape = shape(reader)
    else return false
  })
}

function shape(reader: Reader): (number | undefined)[] {
  const dims: (number | undefined)[] = []
  eachField(reader, endOf(reader), (field, wire) => {
    if (field !== 1 || wire !== 2) return false
    if (dims.length >= MAX_DIMS) throw damaged(`a tensor has more than ${MAX_DIMS} axes`)
    let extent: number | undefined
    eachField(reader, endOf(reader), (dimField, dimWire) => {
      if (dimField !== 1 || dimWire !== 0) return false
      extent = int64Of(reader)
    })
    // Exporters write -1 or 0 for an extent that is open.
    dims.push(extent !== undefined && extent > 0 ? extent : undefined)
  })
  return dims
}
