/** Opens Caffe models: a .prototxt (text) with its .caffemodel (weights) beside it, or a .caffemodel alone, which holds layers too. */
import { throwIfCancelled } from '../../base/cancel.ts'
import { badInput, errorFrom, missingFile, type ScopeError, unsupported } from '../../base/errors.ts'
import type { Graph } from '../../ir/graph.ts'
import type { Model, Preprocess } from '../../model.ts'
import { type Classifier, classifierOf, resizeFor, slugOf } from '../classifier.ts'
import type { Importer, ModelFile, OpenOptions } from '../importer.ts'
import { parseBinary } from './binary.ts'
import { convertGraph } from './graph.ts'
import type { Message } from './message.ts'
import { type CaffeNet, DATA_TYPES, netOfText, netOfWeights, refuseOld } from './net.ts'
import { parseText } from './text.ts'

export const importer: Importer = { name: 'Caffe model', match, open }

type Part = 'text' | 'solver' | 'weights' | 'hdf5'

const HDF5 = '\x89HDF\r\n\x1a\n'
/** Fields of a network that a text may begin with, and those of the settings of a training. */
const FIRST_FIELD = /^(?:name\s*:\s*["']|(?:input|input_dim|force_backward|debug_info)\s*:|(?:layers?|input_shape|state)\s*:?\s*[{<])/
const SOLVER_FIELD = /^(?:net|train_net|test_net|test_iter|test_interval|base_lr)\s*:/
/** A text is told by so much of it after its comments, and those are no longer than that. */
const HEAD_BYTES = 200
const COMMENT_BYTES = 1 << 20

function partOf({ bytes, name }: ModelFile): Part | undefined {
  if (isWeights(bytes)) return 'weights'
  const start = firstField(bytes)
  const head = String.fromCharCode(...bytes.subarray(start, start + HEAD_BYTES))
  if (head.startsWith(HDF5)) return /caffemodel/i.test(name) ? 'hdf5' : undefined
  // What begins with a name alone may be a text of another kind.
  if (FIRST_FIELD.test(head)) return /^name/.test(head) && !/\b(?:layers?|input\w*)\b/.test(beginning(bytes)) ? undefined : 'text'
  return SOLVER_FIELD.test(head) ? 'solver' : undefined
}

function beginning(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 1 << 16))
}

/** Behind blanks, comments and a mark of byte order. */
function firstField(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const end = Math.min(bytes.length, COMMENT_BYTES)
  for (; at < end; at++) {
    const c = bytes[at] ?? 0
    if (c === 0x23) while (at < end && bytes[at] !== 0x0a) at++
    else if (c !== 0x20 && (c < 0x09 || c > 0x0d)) break
  }
  return at
}

/** Tags of what may follow a name: layers in the old form, and inputs; both are no characters of a text. */
const AFTER_NAME = new Set([0x12, 0x1a])
const NAME = 0x0a
const TYPE = 0x12
const LAYER = [0xa2, 0x06] as const

/** The name of the network in plain characters, if it has one, then another field of it; or a layer, which begins with its name or type. */
function isWeights(bytes: Uint8Array): boolean {
  const [tag, length = 0] = bytes
  const isLayer = (at: number): boolean => bytes[at] === LAYER[0] && bytes[at + 1] === LAYER[1]
  if (isLayer(0)) return [NAME, TYPE].some((first) => bytes.subarray(3, 8).includes(first))
  if (tag !== NAME || length >= 128) return false
  const end = 2 + length
  const plain = bytes.subarray(2, end).every((c) => c >= 0x20 && c !== 0x7f)
  return plain && (isLayer(end) || AFTER_NAME.has(bytes[end] ?? 0))
}

function match(file: ModelFile): boolean {
  return partOf(file) !== undefined
}

async function open(file: ModelFile, options: OpenOptions): Promise<Model> {
  throwIfCancelled(options.signal, `Opening "${file.name}"`)
  const part = partOf(file)
  if (part === 'hdf5') throw hdf5(file.name)
  if (part === 'solver')
    throw badInput(
      `File "${file.name}"`,
      'it has the settings of a training, not a network',
      'Open the file that its field "net" names, or the one for deployment',
    )
  if (part === 'weights') {
    const net = netOfWeights(parseBinary(file.bytes))
    return modelOf(file, net, convertGraph(net, file.owned === true, options))
  }
  const text = parseText(file.bytes)
  refuseOld(text)
  const net = netOfText(text, await weightsOf(file, text))
  return modelOf(file, net, convertGraph(net, true, options))
}

/** Types of layers that may have weights. */
const WEIGHTED = new Set([
  'Convolution',
  'ConvolutionDepthwise',
  'DepthwiseConvolution',
  'Deconvolution',
  'InnerProduct',
  'PReLU',
  'BatchNorm',
  'Scale',
  'Bias',
])

/** The weights of the same stem; a network that needs none is opened without. */
async function weightsOf({ name, beside }: ModelFile, text: Message): Promise<Message | undefined> {
  if (!text.messages('layer').some((layer) => WEIGHTED.has(layer.string('type') ?? ''))) return undefined
  const names = weightsNames(name)
  if (!beside)
    throw missingFile(`File "${name}"`, `its weights lie in another file, such as "${names.at(-1)}", which did not come with it`, names[0] ?? name)
  let missing: ScopeError | undefined
  for (const second of names) {
    const bytes = await beside(second).catch((thrown: unknown) => {
      const error = errorFrom(thrown)
      // Whoever opens it may still find it.
      if (error.code === 'missing-file') throw error
      missing ??= error
      return undefined
    })
    if (!bytes) continue
    if (String.fromCharCode(...bytes.subarray(0, HDF5.length)) === HDF5) throw hdf5(second)
    // A Node Buffer is a Uint8Array whose slice() does not copy.
    const weights = parseBinary(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    refuseOld(weights)
    return weights
  }
  throw badInput(
    `File "${name}"`,
    `its weights are not beside it: no file "${names.join('", and none "')}" can be read there${missing ? ` (${missing.why})` : ''}`,
    'Put the .caffemodel into the same folder under that name',
  )
}

/** "net.prototxt" has its weights in "net.caffemodel"; so has "net_deploy.prototxt", if there is none of its own name. */
function weightsNames(name: string): string[] {
  const stem = name.replace(/\.(prototxt|pbtxt|txt)$/i, '')
  const short = stem.replace(/[._-]?(deploy|train_val|trainval|test)$/i, '')
  return [...new Set([stem, short || stem])].map((s) => `${s}.caffemodel`)
}

function hdf5(name: string): ScopeError {
  return unsupported(
    `File "${name}"`,
    'it holds weights in HDF5',
    'Save them as protobuf: "net.save(\'net.caffemodel\')" in Caffe\'s Python, or "snapshot_format: BINARYPROTO" when training',
  )
}

function modelOf(file: ModelFile, net: CaffeNet, graph: Graph): Model {
  const title = file.name.replace(/\.(prototxt|caffemodel)$/i, '').slice(0, 200) || 'Caffe model'
  const classifier = classifierOf(graph)
  const { preprocess, words } = classifier ? preprocessOf(net, classifier) : { preprocess: null, words: '' }
  return {
    id: slugOf(title, 'caffe-model'),
    title,
    graph: { ...graph, name: title },
    format: 'caffe',
    preprocess,
    labels: null,
    labelSet: classifier?.classes === 1000 ? 'imagenet-1k' : null,
    provenance: `Caffe file "${file.name.slice(0, 200)}"${words}`,
    notice: null,
  }
}

/** Mean of ImageNet's photos, blue, green, red, in 0 to 255, as the models of Caffe have it. */
const MEAN = [103.94, 116.78, 123.68] as const

function preprocessOf(net: CaffeNet, { height, width }: Classifier): { readonly preprocess: Preprocess; readonly words: string } {
  const transform = net.layers.find(({ type }) => DATA_TYPES.has(type))?.message.message('transform_param')
  const given = transform?.numbers('mean_value') ?? []
  const factor = transform?.number('scale') ?? 1
  const scale = factor > 0 && factor < 1e6 ? factor : 1
  const [blue = MEAN[0], green = given[0] ?? MEAN[1], red = given[0] ?? MEAN[2]] = given
  const usable = [blue, green, red].every(Number.isFinite)
  const mean = usable ? ([blue, green, red] as const) : MEAN
  const said = given.length > 0 && usable
  return {
    preprocess: {
      resize: resizeFor(height, width),
      crop: [height, width],
      channelOrder: 'BGR',
      scale: 1,
      mean: [...mean],
      std: [1 / scale, 1 / scale, 1 / scale],
    },
    words: `. ${said ? 'Mean and scale are those of its data layer' : 'How photos are prepared is assumed (BGR in 0 to 255, less the mean of ImageNet); the file does not say'}; with 1000 classes, their names are assumed to be ImageNet's`,
  }
}
