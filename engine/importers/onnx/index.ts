/** Opens ONNX files: operator sets 7 to 21, weights in the file or in others beside it. */
import { throwIfCancelled } from '../../base/cancel.ts'
import { badInput, unsupported } from '../../base/errors.ts'
import type { Model } from '../../model.ts'
import { type DetectionHead, detectionHead } from '../../vision/detect/head.ts'
import { classifierOf, IMAGENET_WORDS, imagenetPreprocess, slugOf } from '../classifier.ts'
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
  const classifier = head ? undefined : classifierOf(graph)
  const preprocess = head?.preprocess ?? (classifier ? imagenetPreprocess(classifier) : null)
  const title = file.name.replace(/\.onnx$/i, '').slice(0, 200) || 'ONNX model'
  const producer = onnx.producer ? `, produced by ${onnx.producer.slice(0, 100)}` : ''
  const assumed = head ? assumedOfDetector(head) : classifier ? IMAGENET_WORDS : ''
  return {
    id: slugOf(title, 'onnx-model'),
    title,
    graph: { ...graph, name: title },
    format: 'onnx',
    preprocess,
    labels: null,
    labelSet: head ? (head.classes === 80 ? 'coco' : null) : classifier?.classes === 1000 ? 'imagenet-1k' : null,
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
