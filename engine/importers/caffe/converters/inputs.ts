/** Inputs of a network: declared, or the photos that a data layer would bring. Source: Caffe, input_layer.cpp and data_transformer.cpp. */
import type { TensorId } from '../../../ir/graph.ts'
import { sizeOf } from '../../../ir/tensor.ts'
import { MAX_ELEMENTS } from '../../../ops/shared.ts'
import type { Converters, LayerContext } from '../context.ts'

/** Sides of an input that the file leaves open. */
const DEFAULT_SIDE = 224

/** A shape for each output, or one for all. What has four axes is a photo, and there is one of it, however many the file has at a time. */
function input(layer: LayerContext): readonly TensorId[] {
  const shapes = layer.parameters.messages('shape').map((shape) => shape.numbers('dim'))
  const { outputs } = layer.step
  if (shapes.length > 1 && shapes.length !== outputs.length) throw layer.misuse(`it has ${outputs.length} outputs and ${shapes.length} shapes`)
  return outputs.map(({ name }, i) => {
    const declared = shapes[i] ?? shapes[0] ?? []
    if (declared.length === 4) return photo(layer, name, declared.slice(1))
    if (declared.length === 0) return photo(layer, name, [])
    if (declared.some((n) => n < 1)) throw layer.misuse(`its shape is [${declared.join(', ')}]`)
    return added(layer, name, declared)
  })
}

/** Extents that are absent, 0 or less are those asked for. */
function photo(layer: LayerContext, name: string, [channels = 0, height = 0, width = 0]: readonly number[]): TensorId {
  const [askedHeight, askedWidth] = layer.setting.options.inputSize ?? [DEFAULT_SIDE, DEFAULT_SIDE]
  const open = (declared: number, otherwise: number): number => (declared < 1 ? otherwise : declared)
  return added(layer, name, [1, open(channels, layer.wantedChannels ?? 3), open(height, askedHeight), open(width, askedWidth)])
}

function added(layer: LayerContext, name: string, shape: readonly number[]): TensorId {
  if (!(sizeOf(shape) <= MAX_ELEMENTS)) throw layer.misuse(`its shape [${shape.join(', ')}] has more than ${MAX_ELEMENTS} elements`)
  return layer.builder.input(name, shape)
}

/** Of what a layer for training says, the size to which it cuts photos. */
function data(layer: LayerContext): readonly TensorId[] {
  const { message } = layer.step.layer
  const parameters = ['data_param', 'image_data_param'].map((name) => message.message(name))
  const memory = message.message('memory_data_param')
  const crop = [message.message('transform_param'), ...parameters].map((m) => m?.number('crop_size') ?? 0).find((n) => n > 0)
  const [height, width] = crop
    ? [crop, crop]
    : ([
        [memory?.number('height'), memory?.number('width')],
        [parameters[1]?.number('new_height'), parameters[1]?.number('new_width')],
        layer.setting.options.inputSize ?? [],
      ].find(([h = 0, w = 0]) => h > 0 && w > 0) ?? [])
  if (height === undefined || width === undefined)
    throw layer.refuse(
      'it takes its photos from training data, and does not say what size they have',
      'Open the file for deployment (deploy.prototxt) with the weights beside it, or say the size (--input 224)',
    )
  const [output] = layer.step.outputs
  if (!output) throw layer.misuse('it has no output')
  return [photo(layer, output.name, [memory?.number('channels') ?? 0, height, width])]
}

export const inputs = {
  Input: input,
  Data: data,
  ImageData: data,
  HDF5Data: data,
  MemoryData: data,
  WindowData: data,
  AnnotatedData: data,
} satisfies Converters
