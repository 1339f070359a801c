/** The layers of a .param file become a graph of the engine, one by one, names kept. */
import { throwIfCancelled } from '../../base/cancel.ts'
import { badInput, ScopeError, unsupported } from '../../base/errors.ts'
import { GraphBuilder } from '../../ir/build.ts'
import type { Graph, TensorId } from '../../ir/graph.ts'
import { OPS } from '../../ops/registry.ts'
import type { OpenOptions } from '../importer.ts'
import { checkClaim, claimOf } from './claims.ts'
import { LayerContext } from './context.ts'
import { converterOf } from './converters/index.ts'
import type { NcnnLayer } from './param.ts'
import type { Weights } from './weights.ts'

/** Elements that layers may make out of stored data while the file is read. */
const MAX_MADE_ELEMENTS = 1 << 26

/** Outputs are the blobs that no layer reads. Throws ScopeError with the layer at fault and its line. */
export function convertGraph(layers: readonly NcnnLayer[], weights: Weights, options: OpenOptions): Graph {
  const builder = new GraphBuilder('ncnn', OPS)
  const names = new Set<string>()
  const blobs = new Map<string, TensorId>()
  const unread = new Map<string, NcnnLayer>()
  const constants = new Set<TensorId>()
  const wanted = wantedChannels(layers)
  let made = 0
  for (const layer of layers) {
    throwIfCancelled(options.signal, 'Reading the model')
    const inputs = layer.inputs.map((blob) => {
      const id = blobs.get(blob)
      if (id === undefined) throw misfit(layer, `it reads the blob "${blob}", which no layer before it makes`)
      unread.delete(blob)
      return id
    })
    const context = new LayerContext(
      layer,
      uniqueName(layer.name || layer.type, names),
      inputs,
      builder,
      weights,
      options,
      wanted.get(layer.outputs[0] ?? ''),
    )
    const outputs = convertLayer(context)
    if (outputs.length !== layer.outputs.length) throw misfit(layer, `it has ${layer.outputs.length} outputs where ${outputs.length} are made`)
    layer.outputs.forEach((blob, i) => {
      const id = outputs[i]
      if (id === undefined) return
      if (blobs.has(blob)) throw misfit(layer, `it makes the blob "${blob}", which another layer makes`)
      blobs.set(blob, id)
      unread.set(blob, layer)
      if (constants.has(id)) return
      constants.add(id)
      made += builder.valueOf(id)?.data.length ?? 0
    })
    if (made > MAX_MADE_ELEMENTS)
      throw badInput('ncnn model', `its layers make more than ${MAX_MADE_ELEMENTS} constant elements`, 'Convert it again', `line ${layer.line}`)
  }
  if (unread.size === 0) throw badInput('ncnn model', 'it has no outputs', 'Convert the model again')
  return builder.finish(outputsOf(builder, blobs, unread))
}

/** A blob that is an input, stored, or another output as well, is passed on under its own name. */
function outputsOf(builder: GraphBuilder, blobs: ReadonlyMap<string, TensorId>, unread: ReadonlyMap<string, NcnnLayer>): TensorId[] {
  const taken = new Set<TensorId>()
  return [...unread].map(([blob, layer]) => {
    const id = blobs.get(blob) ?? 0
    const passesOn = layer.type === 'Input' || layer.type === 'MemoryData' || layer.type === 'Split' || taken.has(id)
    taken.add(id)
    return passesOn ? builder.node('identity', {}, [id], { name: `${blob}:output`, outputNames: [blob] }) : id
  })
}

function convertLayer(layer: LayerContext): readonly TensorId[] {
  const { type } = layer.layer
  const claim = claimOf(type)
  const convert = converterOf(type)
  if (!claim || !convert) throw layer.refuse('its type is not supported', 'Convert the model without it')
  try {
    checkClaim(layer, claim)
    return convert(layer)
  } catch (thrown) {
    // An invariant broken by the parameters of a hostile file is the file's fault; the layer is known here, and its line.
    if (thrown instanceof ScopeError && thrown.code === 'internal') throw layer.misuse(thrown.why)
    if (thrown instanceof ScopeError && thrown.where?.startsWith(layer.name))
      throw new ScopeError({ ...thrown.toFields(), what: layer.what, where: layer.where })
    throw thrown
  }
}

/** One error for all types that are missing, each with the first layer that needs it. */
export function refuseUnsupported(layers: readonly NcnnLayer[]): void {
  const missing = new Map<string, NcnnLayer>()
  for (const layer of layers) if (!claimOf(layer.type) && !missing.has(layer.type)) missing.set(layer.type, layer)
  const [first] = missing.values()
  if (!first) return
  const list = [...missing].slice(0, 10).map(([type, { name, line }]) => `"${type}" (layer "${name}", line ${line})`)
  const more = missing.size > list.length ? ` and ${missing.size - list.length} more` : ''
  const why = `it has layers that are not supported: ${list.join(', ')}${more}`
  throw unsupported('ncnn model', why, 'Convert the model without them', `line ${first.line}`)
}

/** Channels of the inputs that a convolution reads: files may leave the shape of an input open. */
function wantedChannels(layers: readonly NcnnLayer[]): ReadonlyMap<string, number> {
  const wanted = new Map<string, number>()
  for (const { type, inputs, values } of layers) {
    const [input] = inputs
    if (type !== 'Convolution' || input === undefined || wanted.has(input)) continue
    const number = (id: number): number => Number(values.get(id))
    const positions = number(1) * (values.has(11) ? number(11) : number(1))
    const channels = number(6) / (number(0) * positions)
    if (Number.isInteger(channels) && channels >= 1 && channels < 2 ** 16) wanted.set(input, channels)
  }
  return wanted
}

function uniqueName(base: string, names: Set<string>): string {
  let name = base
  for (let i = 2; names.has(name); i++) name = `${base}#${i}`
  names.add(name)
  return name
}

function misfit(layer: NcnnLayer, why: string): ScopeError {
  return badInput(`Layer "${layer.name}" (${layer.type})`, why, 'The model does not fit together; check how it was converted', `line ${layer.line}`)
}
