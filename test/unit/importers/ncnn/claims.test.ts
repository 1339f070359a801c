/** docs/ncnn.md says what the importer's own list says, and the fixtures have every layer type of it. */
import { expect, it } from 'vitest'
import { CLAIMS, type Claim } from '../../../../engine/importers/ncnn/claims.ts'
import { parseParam } from '../../../../engine/importers/ncnn/param.ts'
import { FIXTURES, fixture } from './fixtures.ts'

const INTRODUCTION = `# ncnn

The importer reads ncnn models of two files: a \`.param\` (text) with its layers, and a \`.bin\` of the same stem beside it with their weights. Drop or choose both at once; where the \`.param\` alone is opened from a disk, the application and the command line find its \`.bin\` in the same folder. A layer type that is not listed, or what a line leaves out, is refused with an error that names the layer and its line. Nothing in a file is trusted: every size is checked against the bytes that are there before anything is allocated, and bytes of the \`.bin\` that belong to no layer are an error.

**Weights.** float32 and float16 (mark 0x01306B47) are read; float16 becomes float32, and everything is computed in float32. 8-bit weights (mark 0x000D4B38), weights stored as indices into a table, and the binary form of the layers (\`.param.bin\`) are refused.

**Axes.** A blob of ncnn has one to three axes, [w], [h, w] or [c, h, w], and no batch. Here a batch of 1 comes before them. Axes in parameters count from the outermost on, as in ncnn.

**Inputs and outputs.** An input whose size the file leaves open has that of \`--input\` (224x224 by default), and the channels that the first convolution reading it wants. Outputs are the blobs that no layer reads.

**Shuffles and groups.** ShuffleChannel is a channel shuffle, reversed its inverse; ConvolutionDepthWise is a convolution in groups, of one channel each or of more.

**Padding of poolings.** Mode 0 rounds sizes up, mode 1 down; modes 2 and 3 pad as TensorFlow does. In the last two an average counts the padding, as ncnn's plain kernel does.

**Photos.** A file does not say how a photo becomes its input: RGB, with the mean and deviation of ImageNet, is assumed. Class names are assumed for 1000 classes only (ImageNet's).

This list is written by \`npm test -- claims -u\` from \`engine/importers/ncnn/claims.ts\`, which the importer itself checks each layer against. \`test/fixtures/make/ncnn_fixtures.py\` makes models with every type of it, with what PyTorch computes for the same layers; their meaning is taken from ncnn's documentation and plain kernels, and ncnn itself was not run.

| layer type | left out: a layer that says of itself |
| --- | --- |
`

it('every claim says in words what it leaves out', () => {
  for (const [type, { restrictions }] of Object.entries<Claim>(CLAIMS))
    for (const { words } of restrictions) expect(words, type).toMatch(/^its? [^.|;]+$/)
})

it('docs/ncnn.md is the list', async () => {
  const rows = Object.entries<Claim>(CLAIMS)
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([type, { restrictions }]) => `| ${type} | ${restrictions.map((r) => r.words).join('; ')} |`)
  await expect(`${INTRODUCTION}${rows.join('\n')}\n`).toMatchFileSnapshot('../../../../docs/ncnn.md')
})

it('every layer type of the list is in a fixture', () => {
  const seen = new Set(FIXTURES.flatMap((name) => parseParam(fixture(name).param).map((layer) => layer.type)))
  expect(Object.keys(CLAIMS).filter((type) => !seen.has(type))).toEqual([])
})
