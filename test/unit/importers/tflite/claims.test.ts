/** docs/tflite.md says what the importer's own list says, and the fixtures have every operator of it. */
import { expect, it } from 'vitest'
import { CLAIMS, type Claim } from '../../../../engine/importers/tflite/claims.ts'
import { decodeModel } from '../../../../engine/importers/tflite/model.ts'
import { FIXTURES, fixture } from './fixtures.ts'

const INTRODUCTION = `# TensorFlow Lite

The importer reads \`.tflite\` files of schema version 3, their first graph, with their weights in the file. An operator that is not listed, or what a line leaves out, is refused with an error that names the node and its place in the file. Nothing in a file is trusted: every offset and every length is checked before it is followed, and what a file can have read is bounded by its size.

**Order of axes.** TensorFlow Lite has feature maps as [N, H, W, C]. Here inputs, outputs and everything between that has four axes are [N, C, H, W], as in all other formats; axes, slices, paddings, permutations and weights are turned accordingly. Tensors of other ranks keep their axes. A reshape means the file's order, so a flattened map has its channels innermost. Channel shuffles written in that order (reshape, transpose, reshape) and grouped convolutions written as a split, convolutions (each perhaps with an activation) and a concatenation are recognised as what they are.

**Sizes.** Batch, height and width may be left open: the batch is then 1, and height and width are given with \`--input\`. Shapes computed from them are computed while the file is read.

**Numbers.** Everything is computed in float32. float16 weights become float32. Models quantised to 8 bits (uint8 or int8, per tensor or per axis; int16 activations too) are computed in float32 as well:

- Weights and biases are dequantised exactly: (q - zero point) x scale. So are constants of other operators.
- Activations are not rounded to 8 bits between operators. QUANTIZE and DEQUANTIZE change nothing. Results are those of the float32 network with the dequantised weights, not the bits of the 8-bit one; on the test networks they lie within 3.2 steps of the interpreter's 8-bit output (of a softmax; of logits 1.1).
- An operator with a fused ReLU, ReLU6 or ReLU-1..1 is cut to that, and where its output is quantised also to the range of its 8 bits, as the 8-bit model does. Where an arithmetic operator has no fused activation and its output's range begins at 0, saturation is the model's ReLU: it is cut to the range too. Other outputs may leave the range that calibration gave them.
- Inputs and outputs are the floats that the 8-bit numbers stand for.
- Models with 8-bit weights and float activations ("dynamic range") are computed with the dequantised weights; the interpreter rounds activations there as it goes.

**Photos.** A file does not say how a photo becomes its input. An 8-bit input is taken to hold the pixels themselves (int8: less 128); of a float input -1 to 1 is assumed. Class names are assumed for 1000 classes only (ImageNet's); the metadata that some files carry is not read.

This list is written by \`npm test -- claims -u\` from \`engine/importers/tflite/claims.ts\`, which the importer itself checks each node against. \`test/fixtures/make/tflite_fixtures.py\` makes files with every operator of it, with what TensorFlow's interpreter computes for them.

| operator | left out: a node that says of itself |
| --- | --- |
`

it('every claim says in words what it leaves out', () => {
  for (const [op, { restrictions }] of Object.entries<Claim>(CLAIMS))
    for (const { words } of restrictions) expect(words, op).toMatch(/^its? [^.|;]+$/)
})

it('docs/tflite.md is the list', async () => {
  const rows = Object.entries<Claim>(CLAIMS)
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([op, { restrictions }]) => `| ${op} | ${restrictions.map((r) => r.words).join('; ')} |`)
  await expect(`${INTRODUCTION}${rows.join('\n')}\n`).toMatchFileSnapshot('../../../../docs/tflite.md')
})

it('every operator of the list is in a fixture that is compared with the interpreter', () => {
  const seen = new Set(FIXTURES.flatMap((name) => decodeModel(fixture(name).bytes).operators.map((o) => o.op)))
  expect(Object.keys(CLAIMS).filter((op) => !seen.has(op))).toEqual([])
})
