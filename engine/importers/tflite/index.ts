/** Opens TensorFlow Lite files (schema version 3): floats, and models quantised to 8 bits, which are computed in floats. */
import { throwIfCancelled } from '../../base/cancel.ts'
import { type Graph, tensorOf } from '../../ir/graph.ts'
import { sizeOf } from '../../ir/tensor.ts'
import type { Model, Preprocess } from '../../model.ts'
import { slugOf } from '../classifier.ts'
import type { Importer, ModelFile, OpenOptions } from '../importer.ts'
import { convertGraph } from './graph.ts'
import { decodeModel, type TfliteModel } from './model.ts'
import { FILE_IDENTIFIER } from './schema.ts'

export const importer: Importer = { name: 'TensorFlow Lite model', match, open }

/** A FlatBuffer has four letters of its own after the offset of its root. */
function match({ bytes }: ModelFile): boolean {
  return bytes.length >= 8 && String.fromCharCode(...bytes.subarray(4, 8)) === FILE_IDENTIFIER
}

function open(file: ModelFile, options: OpenOptions): Model {
  throwIfCancelled(options.signal, `Opening "${file.name}"`)
  const tflite = decodeModel(file.bytes)
  const graph = convertGraph(tflite, options)
  const input = preprocessOf(tflite, graph)
  const title = file.name.replace(/\.(tflite|lite)$/i, '').slice(0, 200) || 'TensorFlow Lite model'
  const classes = classesOf(graph)
  const quantised = tflite.tensors.some((t) => t.quantization) ? '; quantised weights are dequantised, activations computed in float32' : ''
  const names = input && classes === 1000 ? '; class names are taken to be those of ImageNet' : ''
  return {
    id: slugOf(title, 'tflite-model'),
    title,
    graph: { ...graph, name: title },
    format: 'tflite',
    preprocess: input?.preprocess ?? null,
    labels: null,
    labelSet: input && classes === 1000 ? 'imagenet-1k' : null,
    provenance: `TensorFlow Lite file "${file.name.slice(0, 200)}"${quantised}${input ? `. ${input.words}${names}` : ''}`,
    notice: null,
  }
}

function classesOf(graph: Graph): number {
  return graph.outputs[0] === undefined ? 0 : (tensorOf(graph, graph.outputs[0]).fact.shape[1] ?? 0)
}

/** For classifiers of colour images only: one input [1, 3, H, W], one output [1, K] or [1, K, 1, 1]. */
function preprocessOf(tflite: TfliteModel, graph: Graph): { preprocess: Preprocess; words: string } | null {
  const [input, ...moreInputs] = graph.inputs
  const [output, ...moreOutputs] = graph.outputs
  if (input === undefined || output === undefined || moreInputs.length > 0 || moreOutputs.length > 0) return null
  const { shape } = tensorOf(graph, input).fact
  const [n, channels, height = 0, width = 0] = shape
  const result = tensorOf(graph, output).fact.shape
  const classes = classesOf(graph)
  const isImage = shape.length === 4 && n === 1 && channels === 3 && height > 0 && width > 0
  if (!isImage || result.length < 2 || result[0] !== 1 || classes < 2 || sizeOf(result) !== classes) return null
  if (height > 14336 || width > 14336) return null
  const { values, words } = pixelValues(tflite)
  const resize = Math.round(Math.min(height, width) / 0.875)
  return { preprocess: { resize, crop: [height, width], channelOrder: 'RGB', ...values }, words }
}

/**
 * What a pixel of 0 to 255 becomes. An 8-bit input says so itself: it takes the pixels as they are, int8 ones less 128. Of floats,
 * TensorFlow's image models take -1 to 1 as a rule.
 */
function pixelValues({ tensors, inputs }: TfliteModel): { values: Pick<Preprocess, 'scale' | 'mean' | 'std'>; words: string } {
  const { type, quantization } = tensors[inputs[0] ?? -1] ?? {}
  const scale = quantization?.scale[0] ?? 0
  if ((type === 'uint8' || type === 'int8') && scale > 0) {
    const mean = scale * ((quantization?.zeroPoint[0] ?? 0) + (type === 'int8' ? 128 : 0))
    return {
      values: { scale, mean: [mean, mean, mean], std: [1, 1, 1] },
      words: 'Photos are prepared as the scale of its input says (RGB is assumed)',
    }
  }
  return {
    values: { scale: 1 / 127.5, mean: [1, 1, 1], std: [1, 1, 1] },
    words: 'How photos are prepared is assumed (RGB, -1 to 1); the file does not say',
  }
}
