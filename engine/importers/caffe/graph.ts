/** The layers of a network become a graph of the engine, one by one, names kept. */
import { throwIfCancelled } from '../../base/cancel.ts'
import { badInput, ScopeError, unsupported } from '../../base/errors.ts'
import { GraphBuilder } from '../../ir/build.ts'
import type { Graph, TensorId } from '../../ir/graph.ts'
import { OPS } from '../../ops/registry.ts'
import type { OpenOptions } from '../importer.ts'
import { shapeOf } from './blob.ts'
import { checkClaim, claimOf } from './claims.ts'
import { LayerContext, type Setting } from './context.ts'
import { converterOf } from './converters/index.ts'
import { normalisationOf } from './converters/normalisation.ts'
import { type Flow, flowOf, misfit, type Step, type Value } from './flow.ts'
import type { CaffeNet } from './net.ts'

/** Outputs are the blobs that no layer reads. Throws ScopeError with the layer at fault and its place. */
export function convertGraph(net: CaffeNet, kept: boolean, options: OpenOptions): Graph {
  const flow = flowOf(net)
  refuseUnsupported(flow)
  const setting: Setting = { builder: new GraphBuilder('caffe', OPS), options, trained: net.trained, kept }
  const names = new Set<string>()
  const ids = new Map<Value, TensorId>()
  const contexts = new Map<Step, LayerContext>()
  const pairs = new Map<Step, Step>()
  for (const step of flow.steps) {
    const before = normalisationOf(step)
    if (before) pairs.set(before, step)
  }
  for (const step of flow.steps) {
    throwIfCancelled(options.signal, 'Reading the model')
    const inputs = step.inputs.map((value) => ids.get(value) ?? -1)
    const parameter = claimOf(step.type)?.parameter ?? ''
    const name = uniqueName(step.layer.name || step.type, names)
    const context = new LayerContext(step, name, inputs, parameter, setting, wantedChannels(step))
    contexts.set(step, context)
    const before = normalisationOf(step)
    if (before) context.normalisation = contexts.get(before)
    const outputs = convertLayer(context, pairs.has(step))
    if (outputs.length !== step.outputs.length) throw misfit(step.layer, `it has ${step.outputs.length} outputs where ${outputs.length} are made`)
    step.outputs.forEach((value, i) => {
      ids.set(value, outputs[i] ?? -1)
    })
  }
  const outputs = flow.outputs.filter(({ step }) => step.inputs.length > 0)
  if (outputs.length === 0) throw badInput('Caffe model', 'it has no outputs', 'Fetch or write the model again')
  return setting.builder.finish(outputs.map((value) => ids.get(value) ?? -1))
}

/** A BatchNorm layer whose Scale layer does the work of both passes its input on. */
function convertLayer(layer: LayerContext, passed: boolean): readonly TensorId[] {
  const claim = claimOf(layer.step.type)
  const convert = converterOf(layer.step.type)
  if (!claim || !convert) throw layer.refuse('its type is not supported', 'Write the model without it')
  try {
    checkClaim(layer, claim)
    return passed ? [layer.input()] : convert(layer)
  } catch (thrown) {
    // An invariant broken by the parameters of a hostile file is the file's fault; the layer is known here, and its place.
    if (thrown instanceof ScopeError && thrown.code === 'internal') throw layer.misuse(thrown.why)
    if (thrown instanceof ScopeError && thrown.where?.startsWith(layer.name))
      throw new ScopeError({ ...thrown.toFields(), what: layer.what, where: layer.where })
    throw thrown
  }
}

/** One error for all types that are missing, each with the first layer that needs it. */
function refuseUnsupported({ steps }: Flow): void {
  const missing = new Map<string, Step>()
  for (const step of steps) if (!claimOf(step.type) && !missing.has(step.type)) missing.set(step.type, step)
  const [first] = missing.values()
  if (!first) return
  const list = [...missing].slice(0, 10).map(([type, { layer }]) => `"${type}" (layer "${layer.name}", ${layer.where})`)
  const more = missing.size > list.length ? ` and ${missing.size - list.length} more` : ''
  const why = `it has layers that are not supported: ${list.join(', ')}${more}`
  throw unsupported('Caffe model', why, 'Write the model without them', first.layer.where)
}

/** Channels of an input, by the convolution that reads it: files may leave them open. */
function wantedChannels({ inputs, outputs }: Step): number | undefined {
  if (inputs.length > 0) return undefined
  for (const { type, layer } of outputs[0]?.readers ?? []) {
    const [blob] = layer.blobs
    if (type !== 'Convolution' || !blob) continue
    const channels = (shapeOf(blob)[1] ?? 0) * (layer.message.message('convolution_param')?.number('group') ?? 1)
    if (Number.isInteger(channels) && channels >= 1 && channels < 2 ** 16) return channels
  }
  return undefined
}

function uniqueName(base: string, names: Set<string>): string {
  let name = base
  for (let i = 2; names.has(name); i++) name = `${base}#${i}`
  names.add(name)
  return name
}
