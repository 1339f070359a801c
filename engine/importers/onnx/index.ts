/** Opens ONNX files: operator sets 7 to 21, weights in the file or in others beside it. */
import { throwIfCancelled } from '../../base/cancel.ts'
import { badInput, unsupported } from '../../base/errors.ts'
import type { Graph } from '../../ir/graph.ts'
import { tensorOf } from '../../ir/graph.ts'
import { sizeOf } from '../../ir/tensor.ts'
import type { Model, Preprocess } from '../../model.ts'
import { type DetectionHead, detectionHead } from '../../vision/detect/head.ts'
import type { Importer, ModelFile, OpenOptions } from '../importer.ts'
import { NEWEST_OPSET, OLDEST_OPSET } from './claims.ts'
import { withExternalData } from './external.ts'
import { convertGraph } from './graph.ts'
import { keepTensors } from './keep.ts'
import { decodeModel, type OnnxGraph, type OnnxModel } from './proto.ts'

/** Fields of ModelProto that may come first or second in a file. */
const MODEL_FIELDS = new Set([1, 2, 3, 4, 5, 6, 7, 8, 14])

export const importer: Importer = { name: 'ONNX model', match, open }

/** ModelProto begins with ir_version, a small varint, followed by another field of ModelProto. */
function match({ bytes }: ModelFile): boolean {
  const [tag, version = 0, next = 0] = bytes
  return tag === 0x08 && version >= 1 && version < 64 && MODEL_FIELDS.has(next >>> 3) && [0, 2].includes(next & 7)
}

function open(file: ModelFile, options: OpenOptions): Model | Promise<Model> {
  throwIfCancelled(options.signal, `Opening "${file.name}"`)
  const onnx = decodeModel(file.bytes)
  if (!onnx.graph) throw badInput('ONNX model', 'it has no graph', 'The file may be damaged or cut short; fetch or export it again')
  if (onnx.opset < OLDEST_OPSET || onnx.opset > NEWEST_OPSET)
    throw unsupported(
      'ONNX model',
      `it uses operator set ${onnx.opset}, and ${OLDEST_OPSET} to ${NEWEST_OPSET} are supported`,
      `Export the model with an operator set in that range`,
    )
  const { graph } = onnx
  if (file.owned) keepTensors(graph)
  if (!graph.initializers.some((t) => t.external)) return modelOf(file, onnx, graph, options)
  return withExternalData(graph, file, options.signal).then((whole) => modelOf(file, onnx, whole, options))
}

function modelOf(file: ModelFile, onnx: OnnxModel, source: OnnxGraph, options: OpenOptions): Model {
  const graph = convertGraph(source, onnx.opset, options)
  const head = detectionHead(graph)
  const preprocess = head ? head.preprocess : assumedPreprocess(graph)
  const title = file.name.replace(/\.onnx$/i, '').slice(0, 200) || 'ONNX model'
  const producer = onnx.producer ? `, produced by ${onnx.producer.slice(0, 100)}` : ''
  const assumed = head
    ? assumedOfDetector(head)
    : preprocess
      ? '. How photos are prepared is assumed (RGB, mean and deviation of ImageNet; with 1000 classes, its class names too); the file does not say'
      : ''
  return {
    id: slug(title),
    title,
    graph: { ...graph, name: title },
    format: 'onnx',
    preprocess,
    labels: null,
    labelSet: head ? (head.classes === 80 ? 'coco' : null) : classesOf(graph) === 1000 && preprocess ? 'imagenet-1k' : null,
    provenance: `ONNX file "${file.name.slice(0, 200)}" (operator set ${onnx.opset}${producer})${assumed}`,
    notice: null,
  }
}

/** What the file leaves open and the head suggests. */
function assumedOfDetector({ title, classes, preprocess }: DetectionHead): string {
  const fit = preprocess.fit === 'stretch' ? 'resized without keeping the aspect' : 'resized to lie inside the input, on black'
  const names = classes === 80 ? '; class names are those of COCO' : ''
  return `. Its outputs are those of a ${title} head; photos are prepared as its author does (${preprocess.channelOrder}, ${fit})${names}. The file does not say`
}

function slug(title: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'onnx-model'
  )
}

function classesOf(graph: Graph): number {
  return graph.outputs[0] === undefined ? 0 : (tensorOf(graph, graph.outputs[0]).fact.shape[1] ?? 0)
}

/** For classifiers of colour images only: one input [1, 3, H, W], one output [1, K] or [1, K, 1, 1]. */
function assumedPreprocess(graph: Graph): Preprocess | null {
  const [input, ...moreInputs] = graph.inputs
  const [output, ...moreOutputs] = graph.outputs
  if (input === undefined || output === undefined || moreInputs.length > 0 || moreOutputs.length > 0) return null
  const [n, channels, height = 0, width = 0] = tensorOf(graph, input).fact.shape
  const result = tensorOf(graph, output).fact.shape
  const classes = classesOf(graph)
  const isImage = tensorOf(graph, input).fact.shape.length === 4 && n === 1 && channels === 3 && height > 0 && width > 0
  if (!isImage || result.length < 2 || result[0] !== 1 || classes < 2 || sizeOf(result) !== classes) return null
  if (height > 14336 || width > 14336) return null
  return {
    resize: Math.round(Math.min(height, width) / 0.875),
    crop: [height, width],
    channelOrder: 'RGB',
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  }
}
