/** Writes a chain of large layers as an ONNX file of any size, piece by piece, for the bench of large files. */
import { open } from 'node:fs/promises'
import protobuf from 'protobufjs/minimal.js'

type Writer = InstanceType<typeof protobuf.Writer>

/** Of the convolutions; each has a kernel of 3x3 and 36 MiB of weights. */
const CHANNELS = 1024
const SIDE = 64
/** Width of the fully connected layers: 64 MiB each. */
const FEATURES = 4096
const CLASSES = 10
const MIB = 2 ** 20

interface Weight {
  readonly name: string
  readonly shape: readonly number[]
  /** One value everywhere; absent: small values made from their places. */
  readonly value?: number
}

/** Two fully connected layers, one as a Gemm and one as a MatMul with its bias added, and as many convolutions with batch norm as fit. */
function chain(size: number): { nodes: Uint8Array[]; weights: Weight[] } {
  const nodes: Uint8Array[] = []
  const weights: Weight[] = []
  const weight = (name: string, shape: readonly number[], value?: number): string => {
    weights.push({ name, shape, ...(value === undefined ? {} : { value }) })
    return name
  }
  const norm = (x: string, name: string, channels: number): string => {
    const parts = (['weight', 'bias', 'running_mean', 'running_var'] as const).map((part) =>
      weight(`${name}.${part}`, [channels], part === 'weight' || part === 'running_var' ? 1 : 0),
    )
    nodes.push(node('BatchNormalization', name, [x, ...parts], `${name}.out`))
    nodes.push(node('Relu', `${name}.relu`, [`${name}.out`], `${name}.relu.out`))
    return `${name}.relu.out`
  }
  nodes.push(node('Conv', 'stem', ['input', weight('stem.weight', [CHANNELS, 3, 3, 3])], 'stem.out', { strides: [8, 8], pads: [1, 1, 1, 1] }))
  let x = norm('stem.out', 'stem.bn', CHANNELS)
  const dense = 4 * FEATURES * (CHANNELS + FEATURES + CLASSES)
  const count = Math.max(1, Math.floor((size * MIB - dense) / (4 * 9 * CHANNELS * CHANNELS)))
  for (let i = 0; i < count; i++) {
    const name = `features.${i}`
    nodes.push(node('Conv', name, [x, weight(`${name}.weight`, [CHANNELS, CHANNELS, 3, 3])], `${name}.out`, { pads: [1, 1, 1, 1] }))
    x = norm(`${name}.out`, `${name}.bn`, CHANNELS)
  }
  nodes.push(node('GlobalAveragePool', 'pool', [x], 'pool.out'))
  nodes.push(node('Flatten', 'flatten', ['pool.out'], 'flatten.out'))
  nodes.push(
    node('Gemm', 'fc1', ['flatten.out', weight('fc1.weight', [FEATURES, CHANNELS]), weight('fc1.bias', [FEATURES], 0)], 'fc1.out', { transB: 1 }),
  )
  nodes.push(node('MatMul', 'fc2', ['fc1.out', weight('fc2.weight', [FEATURES, FEATURES])], 'fc2.product'))
  nodes.push(node('Add', 'fc2.add', ['fc2.product', weight('fc2.bias', [FEATURES], 0)], 'fc2.out'))
  nodes.push(node('Gemm', 'fc3', ['fc2.out', weight('fc3.weight', [CLASSES, FEATURES]), weight('fc3.bias', [CLASSES], 0)], 'output', { transB: 1 }))
  return { nodes, weights }
}

function node(
  op: string,
  name: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | number[]>> = {},
): Uint8Array {
  const w = protobuf.Writer.create()
  for (const input of inputs) w.uint32(10).string(input)
  w.uint32(18).string(output).uint32(26).string(name).uint32(34).string(op)
  for (const [key, value] of Object.entries(attributes)) {
    w.uint32(42).fork().uint32(10).string(key)
    if (typeof value === 'number') w.uint32(24).int64(value).uint32(160).int32(2)
    else {
      for (const v of value) w.uint32(64).int64(v)
      w.uint32(160).int32(7)
    }
    w.ldelim()
  }
  return w.finish()
}

const elements = ({ shape }: Weight): number => shape.reduce((a, b) => a * b, 1)

/** TensorProto up to its data, which follows as it is. */
function tensorHead(weight: Weight): Uint8Array {
  const w = protobuf.Writer.create()
  for (const n of weight.shape) w.uint32(8).int64(n)
  return w
    .uint32(16)
    .int32(1)
    .uint32(66)
    .string(weight.name)
    .uint32(74)
    .uint32(4 * elements(weight))
    .finish()
}

function tagged(field: number, length: number): Uint8Array {
  return protobuf.Writer.create()
    .uint32((field << 3) | 2)
    .uint32(length)
    .finish()
}

function valueInfo(w: Writer, field: number, name: string, shape: readonly number[]): Writer {
  w.uint32((field << 3) | 2)
    .fork()
    .uint32(10)
    .string(name)
    .uint32(18)
    .fork()
    .uint32(10)
    .fork()
    .uint32(8)
    .int32(1)
    .uint32(18)
    .fork()
  for (const n of shape) w.uint32(10).fork().uint32(8).int64(n).ldelim()
  return w.ldelim().ldelim().ldelim().ldelim()
}

async function write(path: string, { nodes, weights }: ReturnType<typeof chain>): Promise<{ bytes: number; tensors: number }> {
  const heads = weights.map((weight) => {
    const head = tensorHead(weight)
    return [tagged(5, head.length + 4 * elements(weight)), head] as const
  })
  const before = nodes.flatMap((n) => [tagged(1, n.length), n])
  const w = protobuf.Writer.create()
  valueInfo(w, 11, 'input', [1, 3, SIDE, SIDE])
  valueInfo(w, 12, 'output', [1, CLASSES])
  const after = w.uint32(18).string('chain').finish()
  const sum = (list: readonly Uint8Array[]): number => list.reduce((total, part) => total + part.length, 0)
  const data = weights.reduce((total, weight) => total + 4 * elements(weight), 0)
  const length = sum(before) + sum(heads.flat()) + data + after.length
  const file = await open(path, 'w')
  try {
    let bytes = 0
    const put = async (part: Uint8Array): Promise<void> => {
      bytes += part.length
      await file.writeFile(part)
    }
    // ir_version, opset_import, graph.
    await put(protobuf.Writer.create().uint32(8).int64(8).uint32(66).fork().uint32(10).string('').uint32(16).int64(13).ldelim().finish())
    await put(tagged(7, length))
    for (const part of before) await put(part)
    for (const [i, weight] of weights.entries()) {
      for (const part of heads[i] ?? []) await put(part)
      await put(values(weight))
    }
    await put(after)
    return { bytes, tensors: weights.length }
  } finally {
    await file.close()
  }
}

function values(weight: Weight): Uint8Array {
  const data = new Float32Array(elements(weight))
  const salt = weight.name.length
  if (weight.value !== undefined) data.fill(weight.value)
  else for (let i = 0; i < data.length; i++) data[i] = (((i * 7 + salt) % 1021) - 510) / 2 ** 15
  return new Uint8Array(data.buffer)
}

const [out, megabytes = '500'] = process.argv.slice(2)
if (!out) throw new Error('usage: largeOnnx.js OUT.onnx [MEGABYTES]')
console.log(JSON.stringify(await write(out, chain(Number(megabytes)))))
