/** Lets constants lie where they are in a file that is given away: each is moved to its element's alignment where the file allows. */
import type { OnnxGraph, OnnxTensor } from './proto.ts'

/** Data as long as this has a length of two bytes before it, and with the field's tag as many as an alignment to four may need. */
const MOVABLE_BYTES = 128
const FLOAT = 1
const INT32 = 6

/**
 * Marks the tensors of a decoded graph as lying in bytes that nobody else reads. Data of four-byte elements that does not begin at
 * a multiple of four moves up to three bytes down, over the tag and length of its own field: a copy of the file is never made.
 * The bytes can no longer be decoded afterwards.
 */
export function keepTensors(graph: OnnxGraph): void {
  for (const tensor of graph.initializers) keep(tensor)
  for (const node of graph.nodes) for (const { t } of node.attributes.values()) if (t) keep(t)
}

function keep(tensor: OnnxTensor): void {
  // One packed list of floats is the same bytes as raw data.
  const raw = tensor.raw ?? (tensor.dataType === FLOAT && tensor.floats.length === 1 ? tensor.floats[0] : undefined)
  if (!raw || tensor.kept) return
  tensor.raw = raw
  tensor.kept = true
  const off = raw.byteOffset % 4
  if (off === 0 || raw.length < MOVABLE_BYTES || (tensor.dataType !== FLOAT && tensor.dataType !== INT32)) return
  const moved = new Uint8Array(raw.buffer, raw.byteOffset - off, raw.length)
  moved.set(raw)
  tensor.raw = moved
}
