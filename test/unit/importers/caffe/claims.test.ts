/** docs/caffe.md says what the importer's own list says, and the fixtures have every layer type of it. */
import { expect, it } from 'vitest'
import { parseBinary } from '../../../../engine/importers/caffe/binary.ts'
import { CLAIMS, type Claim } from '../../../../engine/importers/caffe/claims.ts'
import { parseText } from '../../../../engine/importers/caffe/text.ts'
import { FIXTURES, fixture } from './fixtures.ts'

const INTRODUCTION = `# Caffe

The importer reads a \`.prototxt\` (text) with its layers, which takes its weights from the \`.caffemodel\` of the same stem beside it ("net.prototxt" and "net_deploy.prototxt" from "net.caffemodel"), or a \`.caffemodel\` alone, which holds the layers of the network that it was saved from. Drop or choose both at once, whatever their names; where the \`.prototxt\` alone is opened from a disk, the application and the command line look for its \`.caffemodel\` in the same folder. A layer type that is not listed, what a line leaves out, or a field of a layer's own parameters that is not known is refused with an error that names the layer and its line or byte. Nothing in a file is trusted: every size is checked against the bytes that are there before anything is allocated.

**Old files.** Layers in the form of before 2014 ("layers", V1LayerParameter) are refused; Caffe's own \`upgrade_net_proto_text\` and \`upgrade_net_proto_binary\` rewrite them. So are weights in HDF5.

**Weights.** Blobs with a shape or with num, channels, height and width; floats, doubles, and the raw data of NVIDIA's fork in 64, 32 or 16 bits. All becomes float32.

**What runs.** Of a text, the layers of the phase TEST, at level 0 and without stages. Losses, Accuracy, Silence and HDF5Output are left out, and what reads labels alone with them; a SoftmaxWithLoss becomes a Softmax, unless its input has one already. A layer that writes over its input (bottom and top of one name) makes a value of its own, and Split passes its input through. Outputs are the blobs that no layer reads.

**Inputs.** \`input\` with \`input_shape\` or \`input_dim\`, and Input layers. A shape of four axes is a photo, and one of it is taken, however many the file has at a time. Where there is a data layer instead, its input has the size to which it cuts photos (crop_size), or that of \`--input\`; without either it is refused.

**Pooling.** Sizes are rounded up, and a last window that would begin in the padding is left out; an average counts the padding, but nothing beyond it. \`round_mode: FLOOR\`, and \`ceil_mode: false\` of forks, round down; in a file of weights alone, field 13 is read as round_mode.

**BatchNorm and Scale** are one normalisation where nothing else reads what is between them.

**ShuffleChannel** is the layer of farmingyard/ShuffleNet: channel i of group g goes to place i * groups + g, the order of the paper. ConvolutionDepthwise has one group for each channel, whatever the file says. Interp is DeepLab's, and Upsample repeats values; their parameters have no number in Caffe, so that a text alone can say them.

**Photos.** Mean and scale are those of the data layer's transform_param where there is one. Else BGR in 0 to 255, less the mean of ImageNet, is assumed. Class names are assumed for 1000 classes only (ImageNet's).

This list is written by \`npm test -- claims -u\` from \`engine/importers/caffe/claims.ts\`, which the importer itself checks each layer against. \`test/fixtures/make/caffe.py\` makes models with every type of it but some data layers, with what PyTorch computes for the same layers, and compares with what OpenCV's reader of Caffe models computes where it knows the layer; Caffe itself was not run.

| layer type | left out: a layer that says of itself |
| --- | --- |
`

it('every claim says in words what it leaves out', () => {
  for (const [type, { restrictions }] of Object.entries<Claim>(CLAIMS))
    for (const { words } of restrictions) expect(words, type).toMatch(/^its? [^.|;]+$/)
})

it('docs/caffe.md is the list', async () => {
  const rows = Object.entries<Claim>(CLAIMS)
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([type, { restrictions }]) => `| ${type} | ${restrictions.map((r) => r.words).join('; ')} |`)
  await expect(`${INTRODUCTION}${rows.join('\n')}\n`).toMatchFileSnapshot('../../../../docs/caffe.md')
})

it('every layer type of the list is in a fixture; data layers have their own cases', () => {
  const seen = FIXTURES.flatMap((name) => {
    const { text, weights } = fixture(name)
    const layers = [parseText(text), ...(weights ? [parseBinary(weights)] : [])].flatMap((net) => net.messages('layer'))
    return layers.map((layer) => layer.string('type') ?? '')
  })
  expect(Object.keys(CLAIMS).filter((type) => !seen.includes(type) && !type.endsWith('Data'))).toEqual([])
})

it('text and bytes of a fixture say the same of every layer', () => {
  for (const name of FIXTURES.filter((f) => f !== 'training')) {
    const { text, weights } = fixture(name)
    if (!weights) continue
    const [a, b] = [parseText(text), parseBinary(weights)]
    const plain = (net: typeof a) =>
      net
        .messages('layer')
        .map((layer) => [
          layer.string('name'),
          layer.string('type'),
          layer.strings('bottom'),
          layer.strings('top'),
          layer.message('convolution_param')?.numbers('kernel_size'),
          layer.message('pooling_param')?.string('pool'),
          layer.message('reshape_param')?.message('shape')?.numbers('dim'),
          layer.message('power_param')?.number('scale'),
        ])
    expect(plain(b), name).toEqual(plain(a))
  }
})
