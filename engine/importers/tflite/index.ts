/** Opens TensorFlow Lite files (schema version 3): floats, and models quantised to 8 bits, which are computed in floats. */
import { throwIfCancelled } from '../../base/cancel.ts'
import type { Model, Preprocess } from '../../model.ts'
import { type Classifier, classifierOf, resizeFor, slugOf } from '../classifier.ts'
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
  const classifier = classifierOf(graph)
  const input = classifier && preprocessOf(tflite, classifier)
  const title = file.name.replace(/\.(tflite|lite)$/i, '').slice(0, 200) || 'TensorFlow Lite model'
  const quantised = tflite.tensors.some((t) => t.quantization) ? '; quantised weights are dequantised, activations computed in float32' : ''
  const names = classifier?.classes === 1000 ? '; class names are taken to be those of ImageNet' : ''
  return {
    id: slugOf(title, 'tflite-model'),
    title,
    graph: { ...graph, name: title },
    format: 'tflite',
    preprocess: input?.preprocess ?? null,
    labels: null,
    labelSet: classifier?.classes === 1000 ? 'imagenet-1k' : null,
    provenance: `TensorFlow Lite file "${file.name.slice(0, 200)}"${quantised}${input ? `. ${input.words}${names}` : ''}`,
    notice: null,
  }
}

function preprocessOf(tflite: TfliteModel, { height, width }: Classifier): { preprocess: Preprocess; words: string } {
  const { values, words } = pixelValues(tflite)
  return { preprocess: { resize: resizeFor(height, width), crop: [height, width], channelOrder: 'RGB', ...values }, words }
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
