/** A model as an ONNX file for other engines. */
import { fuse, type Graph, isQuantized, recognise, writeOnnx } from '../../engine/index.ts'

/** In 8 bits where the model is: those layers are found in the fused stage. Throws ScopeError naming the node that has no ONNX form. */
export function onnxOf(graph: Graph): Uint8Array {
  const recognised = recognise(graph)
  return writeOnnx(isQuantized(recognised) ? fuse(recognised) : recognised)
}
