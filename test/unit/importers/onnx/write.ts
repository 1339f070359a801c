/** Writes small ONNX files field by field, right or wrong. Field numbers: onnx/onnx.proto3. */
import protobuf from 'protobufjs/minimal.js'

type Writer = InstanceType<typeof protobuf.Writer>
/** Number, wire type and value of a field. */
export type Field = [number, 'varint' | 'string' | 'bytes' | 'message' | 'float', number | string | Uint8Array | Field[]]

/** Protobuf bytes of a list of fields. */
export function message(fields: readonly Field[], writer: Writer = new protobuf.Writer()): Uint8Array {
  for (const [field, kind, value] of fields) {
    writer.uint32((field << 3) | (kind === 'varint' ? 0 : kind === 'float' ? 5 : 2))
    if (kind === 'varint') writer.int64(value as number)
    else if (kind === 'float') writer.float(value as number)
    else if (kind === 'string') writer.string(value as string)
    else writer.bytes(kind === 'bytes' ? (value as Uint8Array) : message(value as Field[]))
  }
  return writer.finish()
}

const dims = (list: (number | string)[]): Field[] => list.map((d) => [1, 'message', [typeof d === 'number' ? [1, 'varint', d] : [2, 'string', d]]])
export const value = (name: string, shape: (number | string)[], type = 1): Field[] => [
  [1, 'string', name],
  [
    2,
    'message',
    [
      [
        1,
        'message',
        [
          [1, 'varint', type],
          [2, 'message', dims(shape)],
        ],
      ],
    ],
  ],
]
export const node = (op: string, inputs: string[], outputs: string[], name = '', attributes: Field[] = [], domain = ''): Field => [
  1,
  'message',
  [
    ...inputs.map((x): Field => [1, 'string', x]),
    ...outputs.map((x): Field => [2, 'string', x]),
    [3, 'string', name],
    [4, 'string', op],
    [7, 'string', domain],
    ...attributes.map((a): Field => [5, 'message', a[2] as Field[]]),
  ],
]
export const ints = (name: string, list: number[]): Field => [
  5,
  'message',
  [[1, 'string', name], ...list.map((i): Field => [8, 'varint', i]), [20, 'varint', 7]],
]
export const tensor = (name: string, shape: number[], rest: Field[], type = 1): Field => [
  5,
  'message',
  [...shape.map((d): Field => [1, 'varint', d]), [2, 'varint', type], [8, 'string', name], ...rest],
]

export function model(graph: Field[], opset = 13): Uint8Array {
  return message([
    [1, 'varint', 8],
    [
      8,
      'message',
      [
        [1, 'string', ''],
        [2, 'varint', opset],
      ],
    ],
    [7, 'message', graph],
  ])
}

/** A tensor whose data lies in another file. */
export function externalTensor(name: string, shape: number[], entries: Readonly<Record<string, string>>): Field {
  const entry = ([key, text]: [string, string]): Field => [
    13,
    'message',
    [
      [1, 'string', key],
      [2, 'string', text],
    ],
  ]
  return tensor(name, shape, [...Object.entries(entries).map(entry), [14, 'varint', 1]])
}

export const int = (name: string, i: number): Field => [
  5,
  'message',
  [
    [1, 'string', name],
    [3, 'varint', i],
    [20, 'varint', 2],
  ],
]

export const float = (name: string, f: number): Field => [
  5,
  'message',
  [
    [1, 'string', name],
    [2, 'float', f],
    [20, 'varint', 1],
  ],
]

export const text = (name: string, s: string): Field => [
  5,
  'message',
  [
    [1, 'string', name],
    [4, 'string', s],
    [20, 'varint', 3],
  ],
]

export function raw(name: string, shape: number[], data: Float32Array | Int8Array | Uint8Array | Int32Array): Field {
  const type = data instanceof Float32Array ? 1 : data instanceof Uint8Array ? 2 : data instanceof Int8Array ? 3 : 6
  return tensor(name, shape, [[9, 'bytes', new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]], type)
}
