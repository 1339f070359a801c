/** Opens ncnn models: a .param file (text) with its .bin file (weights in float32 or float16) beside it. */
import { throwIfCancelled } from '../../base/cancel.ts'
import { missingFile, unsupported } from '../../base/errors.ts'
import type { Graph } from '../../ir/graph.ts'
import type { Model } from '../../model.ts'
import { classifierOf, IMAGENET_WORDS, imagenetPreprocess, slugOf } from '../classifier.ts'
import type { Importer, ModelFile, OpenOptions } from '../importer.ts'
import { convertGraph, refuseUnsupported } from './graph.ts'
import { binaryParam, MAGIC, type NcnnLayer, parseParam } from './param.ts'
import { FLOAT16, INT8, Weights } from './weights.ts'

export const importer: Importer = { name: 'ncnn model', match, open }

type Part = 'text' | 'binary' | 'weights'

/** A .bin file says of itself only how its first weight is stored; one that begins with 0 may be anything, and goes by its name. */
function partOf({ bytes, name }: ModelFile): Part | undefined {
  if (/^7767517\s/.test(String.fromCharCode(...bytes.subarray(0, 8)))) return 'text'
  if (bytes.length < 4) return undefined
  const first = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  if (first === MAGIC) return 'binary'
  return first === FLOAT16 || first === INT8 || (first === 0 && /\.bin$/i.test(name)) ? 'weights' : undefined
}

function match(file: ModelFile): boolean {
  return partOf(file) !== undefined
}

async function open(file: ModelFile, options: OpenOptions): Promise<Model> {
  throwIfCancelled(options.signal, `Opening "${file.name}"`)
  const part = partOf(file)
  if (part === 'binary') throw binaryParam()
  if (part !== 'text')
    throw unsupported(
      `File "${file.name}"`,
      'it holds the weights of an ncnn model alone',
      `Open "${file.name.replace(/\.bin$/i, '')}.param", with this file beside it`,
    )
  const layers = parseParam(file.bytes)
  refuseUnsupported(layers)
  const weights = new Weights(await weightsOf(file, layers))
  const graph = convertGraph(layers, weights, options)
  weights.finish()
  return modelOf(file, graph)
}

/** Types of layers that may have weights. */
const WEIGHTED = new Set([
  'Convolution',
  'ConvolutionDepthWise',
  'Deconvolution',
  'DeconvolutionDepthWise',
  'InnerProduct',
  'BatchNorm',
  'Scale',
  'PReLU',
  'MemoryData',
])

/** The file of the same stem that ends in .bin; a model that needs no weights is opened without. */
async function weightsOf({ name, beside }: ModelFile, layers: readonly NcnnLayer[]): Promise<Uint8Array> {
  if (!layers.some(({ type }) => WEIGHTED.has(type))) return new Uint8Array(0)
  const second = `${name.replace(/\.param$/i, '')}.bin`
  if (beside) return await beside(second)
  throw missingFile(`File "${name}"`, `its weights lie in another file, "${second}", which did not come with it`, second)
}

function modelOf(file: ModelFile, graph: Graph): Model {
  const title = file.name.replace(/\.param$/i, '').slice(0, 200) || 'ncnn model'
  const classifier = classifierOf(graph)
  return {
    id: slugOf(title, 'ncnn-model'),
    title,
    graph: { ...graph, name: title },
    format: 'ncnn',
    preprocess: classifier ? imagenetPreprocess(classifier) : null,
    labels: null,
    labelSet: classifier?.classes === 1000 ? 'imagenet-1k' : null,
    provenance: `ncnn file "${file.name.slice(0, 200)}"${classifier ? IMAGENET_WORDS : ''}`,
    notice: null,
  }
}
