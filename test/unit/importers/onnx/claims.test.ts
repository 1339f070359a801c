/** docs/onnx.md says what the importer's own list says. */
import { expect, it } from 'vitest'
import { CLAIMS, type Claim, NEWEST_OPSET, OLDEST_OPSET } from '../../../../engine/importers/onnx/claims.ts'

const INTRODUCTION = `# ONNX

The importer reads models of operator sets ${OLDEST_OPSET} to ${NEWEST_OPSET}, with their weights in the file or in files beside it (dropped with it, or found in its folder). An operator that is not listed, or what a line leaves out, is refused with an error that names the node.

Batch, height and width may be left open: the batch is then 1, and height and width are given with \`--input\`. Floats are computed in float32; float16, bfloat16 and float64 become float32, and integers are for shapes, which are computed while the file is read.

In quantised models (QuantizeLinear and DequantizeLinear around each layer, "QDQ", or QLinearConv and what onnxruntime's tool writes beside it) weights are dequantised while the file is read, and data is rounded where the model rounds it, so that results are those of the quantised model (but for sums that lie on the edge between two steps). Between 8-bit data with one scale for the whole tensor, of uint8 or int8, these compute in 8 bits: convolutions whose weights are symmetric (-127 to 127 steps, one scale or one for each output channel) with a ReLU or Clip behind them and a sum that is not rounded before, poolings, and what moves channels (shuffles, splits, concatenations of one scale). Everything else, fully connected layers among it, computes with the same rounded values in floats.

\`convert MODEL out.onnx\` writes ONNX (operator set 13) of float models and of those in 8 bits, be they of \`quantize\` or read from ONNX. The latter have QuantizeLinear and DequantizeLinear around their 8-bit layers, weights as int8 with a scale per output channel, and biases as int32. Between a convolution and a residual sum nothing is rounded, as in the engine here: onnxruntime computes such a convolution in floats on the same 8-bit values, and joins the others into its 8-bit operators. A file says nothing of how photos are prepared.

This list is written by \`npm test -- claims -u\` from \`engine/importers/onnx/claims.ts\`, which the importer itself checks each node against. \`npm test -- nodeTests\` holds it against the ONNX project's node tests (Debian package \`libonnx-testdata\`, or a folder of such tests that \`ONNX_NODE_TESTS\` names).

| operator | from operator set | left out: a node that says of itself |
| --- | --- | --- |
`

function row([op, { since, restrictions }]: [string, Claim]): string {
  return `| ${op} | ${since} | ${[...new Set(restrictions.map((r) => r.words))].join('; ')} |`
}

it('every claim says in words what it leaves out', () => {
  for (const [op, { restrictions }] of Object.entries(CLAIMS)) for (const { words } of restrictions) expect(words, op).toMatch(/^its? [^.|;]+$/)
})

it('docs/onnx.md is the list', async () => {
  const rows = Object.entries<Claim>(CLAIMS)
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(row)
  await expect(`${INTRODUCTION}${rows.join('\n')}\n`).toMatchFileSnapshot('../../../../docs/onnx.md')
})
