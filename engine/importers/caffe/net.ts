/** The layers that run of a network: those of the test phase, without what only training needs; weights of a second file joined to them by name. */
import { unsupported } from '../../base/errors.ts'
import type { Blob } from './blob.ts'
import { damaged, Message } from './message.ts'

export interface CaffeLayer {
  readonly name: string
  readonly type: string
  readonly bottoms: readonly string[]
  readonly tops: readonly string[]
  readonly message: Message
  readonly blobs: readonly Blob[]
  /** In the file: "line 3" or "byte 17". */
  readonly where: string
}

export interface CaffeNet {
  readonly layers: readonly CaffeLayer[]
  /** Whether the layers come from a file of weights: a network as it was trained, its phase already chosen. */
  readonly trained: boolean
}

/** Layers that bring photos from a database or a list. */
export const DATA_TYPES: ReadonlySet<string> = new Set(['Data', 'ImageData', 'HDF5Data', 'MemoryData', 'WindowData', 'AnnotatedData'])

/** Throws ScopeError `unsupported` for the form of layers before 2014. */
export function refuseOld(net: Message): void {
  const [first] = net.messages('layers')
  if (!first) return
  const binary = first.where.startsWith('byte')
  throw unsupported(
    'Caffe model',
    'its layers are written in the old form ("layers", V1LayerParameter)',
    `Convert it with Caffe's own tool: "upgrade_net_proto_${binary ? 'binary old.caffemodel new.caffemodel' : 'text old.prototxt new.prototxt'}"`,
    first.where,
  )
}

/** Layers of a text, with the blobs that `weights` has under their names. */
export function netOfText(net: Message, weights: Message | undefined): CaffeNet {
  refuseOld(net)
  const blobs = new Map<string, readonly Blob[]>()
  for (const layer of weights?.messages('layer') ?? []) {
    const own = layer.blobs('blobs')
    if (own.length > 0) blobs.set(layer.string('name') ?? '', own)
  }
  const all = [...inputsOf(net), ...net.messages('layer')].map((layer) => layerOf(layer, blobs.get(layer.string('name') ?? '') ?? []))
  const layers = all.filter((layer) => inPhase(layer, 'TEST'))
  const made = new Set(layers.flatMap((layer) => layer.tops))
  // Of a network written for training alone, the data is that of training.
  const data = all.filter((layer) => DATA_TYPES.has(layer.type) && !layers.includes(layer) && !made.has(layer.tops[0] ?? ''))
  return { layers: [...data.slice(0, 1), ...layers], trained: false }
}

/** A file of weights holds the layers of the network that it was saved from. */
export function netOfWeights(net: Message): CaffeNet {
  refuseOld(net)
  return { layers: [...inputsOf(net), ...net.messages('layer')].map((layer) => layerOf(layer, layer.blobs('blobs'))), trained: true }
}

function layerOf(message: Message, blobs: readonly Blob[]): CaffeLayer {
  return {
    name: message.string('name') ?? '',
    type: message.string('type') ?? '',
    bottoms: message.strings('bottom'),
    tops: message.strings('top'),
    message,
    blobs,
    where: message.where,
  }
}

/** Source: Net::StateMeetsRule of Caffe, for a state of level 0 and without stages. */
function inPhase({ message }: CaffeLayer, phase: string): boolean {
  const meets = (rule: Message): boolean =>
    (rule.string('phase') ?? phase) === phase && (rule.number('min_level') ?? 0) <= 0 && (rule.number('max_level') ?? 0) >= 0 && !rule.has('stage')
  const [include, exclude] = [message.messages('include'), message.messages('exclude')]
  return include.length > 0 ? include.some(meets) : !exclude.some(meets)
}

/** Inputs that a network declares outside its layers, as Input layers. */
function inputsOf(net: Message): Message[] {
  const [names, shapes, dims] = [net.strings('input'), net.messages('input_shape'), net.numbers('input_dim')]
  if (shapes.length > 0 && shapes.length !== names.length && shapes.length !== 1)
    throw damaged(`it has ${names.length} inputs and ${shapes.length} shapes for them`, net.where)
  if (shapes.length === 0 && dims.length !== 0 && dims.length !== 4 * names.length)
    throw damaged(`it has ${names.length} inputs and ${dims.length} extents where four for each are needed`, net.where)
  return names.map((name, i) => {
    const layer = new Message(net.where)
    layer.add('name', name)
    layer.add('type', 'Input')
    layer.add('top', name)
    const declared = shapes[i] ?? shapes[0]
    const extents = declared ? declared.numbers('dim') : dims.slice(4 * i, 4 * i + 4)
    if (extents.length === 0) return layer
    const [parameter, shape] = [new Message(net.where), new Message(net.where)]
    for (const extent of extents) shape.add('dim', extent)
    parameter.add('shape', shape)
    layer.add('input_param', parameter)
    return layer
  })
}
