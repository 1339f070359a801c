/** What a Caffe model can get wrong, and the words for it. */
import { describe, expect, it } from 'vitest'
import { errorFrom, type ScopeError } from '../../../../engine/base/errors.ts'
import { importer } from '../../../../engine/importers/caffe/index.ts'
import type { ModelFile, OpenOptions } from '../../../../engine/importers/importer.ts'
import { openModel } from '../../../../engine/importers/open.ts'
import { evaluate } from '../../passes/recognise/helpers.ts'
import { blob, bytesOf, field, files, fixture, net, packed, weightsOf } from './fixtures.ts'

async function failure(file: ModelFile, options?: OpenOptions): Promise<ScopeError> {
  try {
    await openModel(file, options)
  } catch (thrown) {
    return errorFrom(thrown)
  }
  throw new Error('it opened')
}

const MAP = [1, 4, 2, 2]
const FC = ['InnerProduct', 'x', 'y', 'inner_product_param { num_output: 1 }'] as const
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('the two files', () => {
  it('a text that came alone names the second file and what to do', async () => {
    const error = await failure({ name: 'net.prototxt', bytes: text(net(MAP, FC)) })
    expect(error).toMatchObject({ code: 'missing-file', where: 'net.caffemodel' })
    expect(error.message).toMatch(/weights lie in another file, such as "net\.caffemodel"/)
    expect(error.hint).toMatch(/both together/)
  })

  it('a text whose weights are missing says under which names they were looked for', async () => {
    const error = await failure(files(net(MAP, FC), undefined, 'net_deploy'))
    expect(error.message).toMatch(/"net_deploy\.caffemodel", and none "net\.caffemodel"/)
  })

  it('a text that needs no weights opens alone', async () => {
    const { graph } = await openModel({ name: 'net.prototxt', bytes: text(net(MAP, ['ReLU', 'x', 'x'])) })
    expect(graph.nodes.map((n) => n.name)).toEqual(['l0'])
  })

  it('weights in HDF5', async () => {
    const hdf5 = bytesOf(0x89, 'HDF\r\n', 0x1a, '\n', new Uint8Array(100))
    expect((await failure({ name: 'net.caffemodel.h5', bytes: hdf5 })).message).toMatch(/weights in HDF5.*BINARYPROTO/)
    expect((await failure(files(net(MAP, FC), hdf5))).message).toMatch(/weights in HDF5/)
    expect(importer.match({ name: 'other.h5', bytes: hdf5 })).toBe(false)
  })

  it('the settings of a training', async () => {
    const error = await failure({ name: 'solver.prototxt', bytes: text('# settings\nnet: "train_val.prototxt"\nbase_lr: 0.1\n') })
    expect(error.message).toMatch(/settings of a training.*"net"/)
  })

  it('the old form of layers, in text and bytes, says how to convert it', async () => {
    const old = await failure({ name: 'a.prototxt', bytes: text('name: "a"\ninput: "x"\nlayers { name: "c" type: RELU bottom: "x" top: "x" }') })
    expect([old.code, old.where]).toEqual(['unsupported', 'line 3'])
    expect(old.hint).toMatch(/upgrade_net_proto_text/)
    const bytes = bytesOf(field(1, 'a'), field(2, field(2, 'x'), field(4, 'c'), 0x28, 18))
    for (const file of [{ name: 'a.caffemodel', bytes }, files(net(MAP, FC), bytes)])
      expect((await failure(file)).hint).toMatch(/upgrade_net_proto_binary old\.caffemodel new\.caffemodel/)
  })
})

describe('what is taken for a Caffe model', () => {
  it.each<[string, Uint8Array | string, boolean]>([
    ['a text with comments before it', '\ufeff# a\n\n  # b\nname: "a" layer { }', true],
    ['a text with a blank line and a comment', '\n# This is a network for pictures of all kinds of things\nname: "a" layer { }', true],
    ['a text that begins with a layer', 'layer {\n}', true],
    ['a text of another kind with a name', 'name: "my project"\nversion: 3\n', false],
    ['YAML', 'name: project\nlayers: 3\n', false],
    ['JSON', '{"name": "a", "layer": []}', false],
    ['bytes that begin with a layer', field(100, field(1, 'a')), true],
    ['bytes that begin with a name', bytesOf(field(1, 'net'), field(100, field(1, 'a'))), true],
    ['bytes of another message', bytesOf(field(1, field(1, 'node'), field(2, 'Const'))), false],
    ['no bytes', new Uint8Array(0), false],
  ])('%s: %#', (_, bytes, is) => {
    expect(importer.match({ name: 'file', bytes: typeof bytes === 'string' ? text(bytes) : bytes })).toBe(is)
  })
})

describe('a layer type that is not supported', () => {
  it('is named with the layer and its line, several together', async () => {
    const error = await failure(files(net(MAP, ['LSTM', 'x', 'a'], ['MVN', 'a', 'b'], ['MVN', 'b', 'c'])))
    expect(error.code).toBe('unsupported')
    expect(error.where).toBe('line 2')
    expect(error.message).toContain('"LSTM" (layer "l0", line 2), "MVN" (layer "l1", line 3)')
    expect(error.message).not.toContain('l2')
  })
})

describe('weights', () => {
  const shaped = (...numbers: number[]): Uint8Array => blob([1, 16], ...numbers)
  const ONES = Array.from({ length: 16 }, () => 1)
  const BIAS = blob([1], 0.5)
  const cases: [string, Uint8Array, 'unsupported' | 'bad-input', RegExp][] = [
    [
      'under another name',
      weightsOf(['other', 'InnerProduct', shaped(...ONES), BIAS]),
      'bad-input',
      /weight is missing: the file of weights has none under its name/,
    ],
    ['without the bias', weightsOf(['l0', 'InnerProduct', shaped(...ONES)]), 'bad-input', /bias is missing: the file of weights has 1 for it/],
    [
      'of another shape',
      weightsOf(['l0', 'InnerProduct', blob([2, 8], ...ONES), BIAS]),
      'bad-input',
      /\[2, 8\] in the file of weights where \[1, 16\]/,
    ],
    [
      'fewer than their shape',
      weightsOf(['l0', 'InnerProduct', shaped(1, 2), BIAS]),
      'bad-input',
      /weights are 2 numbers where their shape \[1, 16\] needs 16/,
    ],
    ['cut short', weightsOf(['l0', 'InnerProduct', shaped(...ONES), BIAS]).slice(0, -3), 'bad-input', /announces \d+ bytes where \d+ are left/],
    [
      'as integers',
      weightsOf(['l0', 'InnerProduct', field(7, field(7, field(1, 1, 16)), 80, 3, field(12, new Uint8Array(64))), BIAS]),
      'unsupported',
      /stored as integers/,
    ],
    [
      'in pieces of a byte',
      weightsOf(['l0', 'InnerProduct', field(7, field(7, field(1, 1, 16)), field(5, new Uint8Array(63)))]),
      'bad-input',
      /whole numbers of 4 bytes/,
    ],
  ]
  it.each(cases)('%s', async (_, bytes, code, words) => {
    const error = await failure(files(net(MAP, FC), bytes))
    expect(error.message).toMatch(words)
    expect(error.code).toBe(code)
  })

  it('declared larger than anything are refused before they are read', async () => {
    const huge = field(7, field(7, field(1, 0xff, 0xff, 0xff, 0xff, 7, 0xff, 0xff, 0xff, 0xff, 7)), field(5, packed(1)))
    const error = await failure(files(net([1, 2147483647], FC), weightsOf(['l0', 'InnerProduct', huge])))
    expect(error.code).toBe('bad-input')
    const conv = ['Convolution', 'x', 'y', 'convolution_param { num_output: 65536 kernel_size: 16384 bias_term: false pad: 16384 }'] as const
    const other = await failure(files(net([1, 65536, 1, 1], conv), weightsOf(['l0', 'Convolution', huge])))
    expect(other.code).toBe('bad-input')
  })

  it('in raw halves are read', async () => {
    const halves = new Uint8Array(Uint16Array.of(0x3c00, 0x4000, 0x3800, 0xbc00).buffer)
    const raw = field(7, field(7, field(1, 1, 4)), 80, 2, field(12, halves))
    const { graph } = await openModel(files(net([1, 4], FC), weightsOf(['l0', 'InnerProduct', raw, blob([1], 0.25)])))
    const [y] = evaluate(graph, [{ dtype: 'f32', shape: [1, 4], data: Float32Array.of(1, 10, 100, 1000) }])
    expect(Array.from(y?.data ?? [])).toEqual([1 + 20 + 50 - 1000 + 0.25])
  })
})

describe('data layers', () => {
  const conv = 'layer { name: "c" type: "Pooling" bottom: "data" top: "p" pooling_param { global_pooling: true } }'
  const shapeFrom = async (data: string, options?: OpenOptions) => {
    const { graph } = await openModel({ name: 'net.prototxt', bytes: text(`${data}\n${conv}`) }, options)
    return graph.tensors.get(graph.inputs[0] ?? -1)?.fact.shape
  }
  it.each<[string, string, number[]]>([
    ['Data', 'transform_param { crop_size: 32 }', [1, 3, 32, 32]],
    ['Data', 'data_param { crop_size: 31 source: "x" }', [1, 3, 31, 31]],
    ['ImageData', 'image_data_param { new_height: 20 new_width: 30 }', [1, 3, 20, 30]],
    ['MemoryData', 'memory_data_param { batch_size: 8 channels: 1 height: 28 width: 29 }', [1, 1, 28, 29]],
    ['WindowData', 'transform_param { crop_size: 8 }', [1, 3, 8, 8]],
    ['AnnotatedData', 'transform_param { crop_size: 9 }', [1, 3, 9, 9]],
  ])('%s with %s', async (type, rest, shape) => {
    expect(await shapeFrom(`layer { name: "d" type: "${type}" top: "data" top: "label" ${rest} }`)).toEqual(shape)
  })

  it('without a size takes the one that is asked for, and else says what to do', async () => {
    const data = 'layer { name: "d" type: "HDF5Data" top: "data" hdf5_data_param { source: "list.txt" } }'
    expect(await shapeFrom(data, { inputSize: [40, 50] })).toEqual([1, 3, 40, 50])
    const error = await failure({ name: 'net.prototxt', bytes: text(`${data}\n${conv}`) })
    expect([error.code, error.where]).toEqual(['unsupported', 'line 1'])
    expect(error.hint).toMatch(/deploy\.prototxt.*--input/)
  })

  it('of training are left out where there is one of testing, and layers of other phases with them', async () => {
    const data = (phase: string, size: number): string =>
      `layer { name: "d" type: "Data" top: "data" top: "label" include { phase: ${phase} } transform_param { crop_size: ${size} } }`
    expect(await shapeFrom(`${data('TRAIN', 10)}\n${data('TEST', 11)}`)).toEqual([1, 3, 11, 11])
    expect(await shapeFrom(data('TRAIN', 10))).toEqual([1, 3, 10, 10])
    const relu = 'layer { name: "r" type: "ReLU" bottom: "data" top: "data" exclude { phase: TEST } }'
    expect(await shapeFrom(`${data('TEST', 7)}\n${relu}`)).toEqual([1, 3, 7, 7])
  })

  it('labels that a layer needs to run are missed', async () => {
    const data = 'layer { name: "d" type: "Data" top: "data" top: "label" transform_param { crop_size: 4 } }'
    const error = await failure({
      name: 'n.prototxt',
      bytes: text(`${data} layer { name: "e" type: "Eltwise" bottom: "data" bottom: "label" top: "e" }`),
    })
    expect(error.message).toMatch(/reads labels/)
  })
})

describe('a layer beyond what is claimed of its type, or against the format', () => {
  type Layers = Parameters<typeof net>[1][]
  const pool = (rest: string): Layers => [['Pooling', 'x', 'y', `pooling_param { ${rest} }`]]
  const conv = (rest: string): Layers => [['Convolution', 'x', 'y', `convolution_param { ${rest} }`]]
  const cases: [string, Layers, 'unsupported' | 'bad-input', RegExp][] = [
    ['pooling at random', pool('pool: STOCHASTIC kernel_size: 2'), 'unsupported', /pools at random/],
    ['a pooling with two outputs', [['Pooling', 'x', 'y mask', 'pooling_param { kernel_size: 2 }']], 'unsupported', /places of its maxima/],
    ['a pooling of no size', pool('pool: MAX'), 'bad-input', /kernel_size is missing/],
    ['a stride of 0', pool('kernel_size: 2 stride: 0'), 'bad-input', /stride is 0/],
    ['a window beside its input', pool('kernel_size: 1 stride: 3'), 'bad-input', /last window lies beside/],
    ['a padding as large as its window', pool('kernel_size: 2 pad: 2'), 'bad-input', /padding is as large/],
    ['a global pooling with a padding', pool('global_pooling: true pad: 1'), 'bad-input', /has a padding/],
    ['three kernel sizes', conv('num_output: 4 kernel_size: [1, 1, 1]'), 'bad-input', /3 values for two axes/],
    ['groups that do not divide', conv('num_output: 4 kernel_size: 1 group: 3'), 'bad-input', /do not divide into 3 groups/],
    ['no outputs', conv('kernel_size: 1'), 'bad-input', /num_output is 0/],
    ['another axis of channels', conv('num_output: 4 kernel_size: 1 axis: 2'), 'unsupported', /axis of channels is another/],
    [
      'a field that is not known',
      conv('num_output: 4 kernel_size: 1 groups: 2'),
      'unsupported',
      /convolution_param has a field that is not known: groups/,
    ],
    ['an LRN within channels', [['LRN', 'x', 'y', 'lrn_param { norm_region: WITHIN_CHANNEL }']], 'unsupported', /within channels/],
    ['an even LRN', [['LRN', 'x', 'y', 'lrn_param { local_size: 4 }']], 'bad-input', /local_size is 4/],
    ['statistics of the data', [['BatchNorm', 'x', 'y', 'batch_norm_param { use_global_stats: false }']], 'unsupported', /use_global_stats: false/],
    ['a dropout that scales', [['Dropout', 'x', 'y', 'dropout_param { scale_train: false }']], 'unsupported', /scales when it is tested/],
    ['an Interp that cuts', [['Interp', 'x', 'y', 'interp_param { zoom_factor: 2 pad_beg: -1 }']], 'unsupported', /cuts its input first/],
    ['an Interp of no size', [['Interp', 'x', 'y', 'interp_param { width: 2 }']], 'bad-input', /height is 0/],
    ['an upsampling by places', [['Upsample', 'x x', 'y', 'upsample_param { scale: 2 }']], 'unsupported', /puts values back/],
    [
      'shuffle groups that do not divide',
      [['ShuffleChannel', 'x', 'y', 'shuffle_channel_param { group: 3 }']],
      'bad-input',
      /do not divide into 3 groups/,
    ],
    ['a shuffle of no groups', [['ShuffleChannel', 'x', 'y', 'shuffle_channel_param { group: 0 }']], 'bad-input', /group is 0/],
    ['a slice that does not divide', [['Slice', 'x', 'a b c']], 'bad-input', /do not divide into 3 parts/],
    ['a slice beyond its input', [['Slice', 'x', 'a b', 'slice_param { slice_point: 4 }']], 'bad-input', /cannot be cut at 4/],
    ['too few cuts', [['Slice', 'x', 'a b c', 'slice_param { slice_point: 2 }']], 'bad-input', /1 places to cut for 3/],
    ['an axis beyond its input', [['Concat', 'x x', 'y', 'concat_param { axis: 4 }']], 'bad-input', /axis 4 is outside/],
    [
      'a reshape that loses elements',
      [['Reshape', 'x', 'y', 'reshape_param { shape { dim: 5 dim: 5 } }']],
      'bad-input',
      /\[5, 5\] does not hold the 16/,
    ],
    ['a reshape with two gaps', [['Reshape', 'x', 'y', 'reshape_param { shape { dim: -1 dim: -1 } }']], 'bad-input', /does not hold/],
    ['a permutation that repeats', [['Permute', 'x', 'y', 'permute_param { order: [0, 1, 1, 3] }']], 'bad-input', /order is 0, 1, 1, 3/],
    ['a flatten backwards', [['Flatten', 'x', 'y', 'flatten_param { axis: 2 end_axis: 1 }']], 'bad-input', /axes 2 to 1/],
    ['factors of a product', [['Eltwise', 'x x', 'y', 'eltwise_param { operation: PROD coeff: 1 coeff: 2 }']], 'bad-input', /2 factors for PROD/],
    ['an unknown operation', [['Eltwise', 'x x', 'y', 'eltwise_param { operation: MIN }']], 'bad-input', /operation is MIN/],
    [
      'inputs of different shapes',
      [
        ['Slice', 'x', 'a b', 'slice_param { slice_point: 1 }'],
        ['Eltwise', 'a b', 'y'],
      ],
      'bad-input',
      /different shapes/,
    ],
    ['a logarithm to base 1', [['Log', 'x', 'y', 'log_param { base: 1 }']], 'bad-input', /base is 1/],
    ['a power that is no number', [['Power', 'x', 'y', 'power_param { power: nan }']], 'bad-input', /power is NaN/],
    ['a clip without a bound', [['Clip', 'x', 'y', 'clip_param { min: 0 }']], 'bad-input', /lacks a bound/],
    [
      'factors that do not lie along',
      [
        ['Slice', 'x', 'a b', 'slice_param { slice_point: 1 }'],
        ['Scale', 'x a', 'y', 'scale_param { axis: 0 }'],
      ],
      'bad-input',
      /do not lie along/,
    ],
    ['a blob that nothing makes', [['ReLU', 'z', 'y']], 'bad-input', /"z", which no layer before it makes/],
    [
      'a blob made twice',
      [
        ['ReLU', 'x', 'y'],
        ['TanH', 'x', 'y'],
      ],
      'bad-input',
      /"y", which another layer makes/,
    ],
    ['a missing input', [['ReLU', '', 'y']], 'bad-input', /input 0 is missing/],
    ['a missing output', [['ReLU', 'x', '']], 'bad-input', /has 0 outputs/],
    ['no layers', [], 'bad-input', /no outputs/],
  ]
  it.each(cases)('%s', async (_, layers, code, words) => {
    const error = await failure(files(net(MAP, ...layers), weightsOf(['none', 'ReLU'])))
    expect(error.message).toMatch(words)
    expect(error.code).toBe(code)
    if (layers.length > 0) expect(error.where).toMatch(/^line \d+/)
  })

  it('an input larger than any', async () => {
    for (const shape of [
      [1, 3, 2147483647, 2147483647],
      [1, 2147483647, 2147483647],
    ])
      expect((await failure(files(net(shape, ['ReLU', 'x', 'y'])))).message).toMatch(/has more than/)
  })

  it.each(['ShuffleChannel', 'Permute', 'Upsample', 'Interp'])(
    '%s in a file of weights whose fork numbers its parameters otherwise',
    async (type) => {
      const input = field(100, field(1, 'x'), field(2, 'Input'), field(4, 'x'), field(143, field(1, field(1, 1, 4, 2, 2))))
      const layer = field(100, field(1, 'l'), field(2, type), field(3, 'x'), field(4, 'y'), field(999, 8, 2))
      const error = await failure({ name: 'a.caffemodel', bytes: bytesOf(field(1, 'n'), input, layer) })
      expect([error.code, error.message]).toEqual(['unsupported', expect.stringMatching(/Layer "l".*not under a known number/)])
      expect(error.hint).toMatch(/prototxt/)
    },
  )

  it('BatchNorm of another fork, with five blobs', async () => {
    const one = blob([4], 1, 1, 1, 1)
    const error = await failure(files(net(MAP, ['BatchNorm', 'x', 'y']), weightsOf(['l0', 'BatchNorm', one, one, blob([1], 1), one, one])))
    expect([error.code, error.message]).toEqual(['unsupported', expect.stringMatching(/a factor and an offset of its own/)])
  })
})

describe('a text', () => {
  const INPUT = 'input: "x"\ninput_dim: 1 input_dim: 2 input_dim: 3 input_dim: 3\n'
  it.each<[string, string, RegExp]>([
    ['that ends in a layer', `${INPUT}layer { name: "a"`, /ends where "}" is missing/],
    ['with a name that is none', `${INPUT}layer { 3: 4 }`, /"3" is no name of a field/],
    ['with a brace too many', `${INPUT}}`, /"}" is no name of a field/],
    ['with a field without a value', `${INPUT}layer { name }`, /"name" has no value/],
    ['with a string without an end', `${INPUT}layer { name: "a\n }`, /does not end in its line/],
    ['with a word for a number', `${INPUT}layer { pooling_param { kernel_size: big } }`, /"big" is no value of the field "kernel_size"/],
    ['with a number larger than any', `${INPUT}layer { pooling_param { kernel_size: 99999999999999999 } }`, /no value of the field/],
    ['with a message for a number', `${INPUT}layer { pooling_param { kernel_size { } } }`, /is a message where a value/],
    ['with a number for a message', `${INPUT}layer { pooling_param: 3 }`, /no value of the field "pooling_param"/],
    ['with a string for a number', `${INPUT}layer { pooling_param { pad: "1" } }`, /"pad" is a string/],
    ['with three extents', 'input: "x"\ninput_dim: 1 input_dim: 2 input_dim: 3\n', /3 extents where four/],
    ['with shapes for other inputs', 'input: "x"\ninput_shape { dim: 1 }\ninput_shape { dim: 2 }\n', /1 inputs and 2 shapes/],
    ['of many messages in one another', `${INPUT}layer ${'{ a '.repeat(100_000)}`, /more than 32 deep/],
  ])('%s', async (_, content, words) => {
    const error = await failure(files(content))
    expect([error.code, error.message]).toEqual(['bad-input', expect.stringMatching(words)])
    expect(error.where).toMatch(/^line \d+/)
  })

  it('in any of the ways that protobuf allows', async () => {
    const { graph } = await openModel(
      files(
        `# comment\ninput: 'x'; input_shape: < dim: [1, 4, 0x2, 2] >,\nlayer: { name: "a" "b" type: "Pool\\x69ng", bottom: ["x"] top: "y" # more\n` +
          `pooling_param { pool: 1 kernel_size: 2 stride: 2 engine: CAFFE } some_fork { deep { deeper: 3 } list: [1, 2] neg: -1.5e-3f } }\n`,
      ),
    )
    expect(graph.nodes.map((n) => [n.name, n.op, n.attrs.mode])).toEqual([['ab', 'pool2d', 'average']])
  })

  it('that is cut short anywhere', async () => {
    const { text: bytes, weights } = fixture('shuffle_v1')
    for (let length = 60; length < bytes.length - 2; length += 97) {
      const file = files(bytes.slice(0, length), weights)
      const thrown = await openModel(file).then(
        () => undefined,
        (error: unknown) => errorFrom(error).code,
      )
      expect(['bad-input', undefined], `cut to ${length}`).toContain(thrown)
    }
  })

  it('with a chain of layers as long as any opens', async () => {
    const layers = Array.from({ length: 5000 }, () => ['ReLU', 'x', 'x'] as const)
    expect((await openModel(files(net(MAP, ...layers)))).graph.nodes.length).toBe(5000)
  })

  it('with more layers than any is refused', async () => {
    const error = await failure(files(`${INPUT}${'layer { }'.repeat(20_001)}`))
    expect(error.message).toMatch(/more than 20000 values of "layer"/)
  })
})

describe('bytes', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['of a kind that no file has', bytesOf(field(1, 'n'), field(100, field(1, 'a'), 0x0b)), /is of kind 3/],
    ['with field 0', bytesOf(field(1, 'n'), field(100, field(1, 'a'), 0x00)), /should begin a field/],
    [
      'with a field longer than its message',
      bytesOf(field(1, 'n'), field(100, field(1, 'a'), 0x12, 0x20), new Uint8Array(64)),
      /longer than what holds it/,
    ],
    ['with a number without an end', bytesOf(field(1, 'n'), field(100, 0x50, ...new Array<number>(12).fill(0xff))), /cannot be read/],
    ['with a blob of many axes', bytesOf(field(1, 'n'), field(100, field(7, field(7, field(1, new Uint8Array(40)))))), /more than 16 axes/],
    [
      'with a list in many pieces',
      bytesOf(field(1, 'n'), field(100, field(7, ...Array.from({ length: 4100 }, () => field(5, packed(1)))))),
      /more than 4096 pieces/,
    ],
  ])('%s', async (_, bytes, words) => {
    const error = await failure({ name: 'a.caffemodel', bytes })
    expect([error.code, error.message]).toEqual(['bad-input', expect.stringMatching(words)])
  })
})
