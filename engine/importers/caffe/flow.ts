/**
 * Who reads what. A layer of Caffe may write over its input (bottom and top of one name): here every blob written is a value of
 * its own. Splits are passed through, and layers that only training needs are left out.
 */
import { badInput, type ScopeError } from '../../base/errors.ts'
import { type CaffeLayer, type CaffeNet, DATA_TYPES } from './net.ts'

export interface Value {
  /** Of its blob; of what is written over later, with the name of its layer. */
  name: string
  readonly step: Step
  readonly readers: Step[]
}

export interface Step {
  readonly layer: CaffeLayer
  readonly type: string
  readonly inputs: readonly Value[]
  readonly outputs: Value[]
}

export interface Flow {
  readonly steps: readonly Step[]
  /** Values that no layer reads. */
  readonly outputs: readonly Value[]
}

/** What comes with photos in training: labels, and what is made of them. */
const LABEL = Symbol('label')

const LOSS = 'SoftmaxWithLoss'

function onlyTraining(type: string): boolean {
  return /Loss$|^(Accuracy|Silence|HDF5Output)$/.test(type)
}

/** Throws ScopeError with the layer at fault. */
export function flowOf({ layers }: CaffeNet): Flow {
  const blobs = new Map<string, Value | typeof LABEL>()
  const steps: Step[] = []
  /** Readers that do not run, and what they would read. */
  const losses: { readonly layer: CaffeLayer; readonly input: Value }[] = []
  for (const layer of layers) {
    const inputs = layer.bottoms.map((name) => {
      const value = blobs.get(name)
      if (value === undefined) throw misfit(layer, `it reads the blob "${name}", which no layer before it makes`)
      return value
    })
    const values = inputs.filter((value) => value !== LABEL)
    const labels = inputs.length > 0 && values.length === 0
    if (onlyTraining(layer.type) || labels) {
      const [input] = values
      if (layer.type === LOSS && input) losses.push({ layer, input })
      if (labels) for (const top of layer.tops) define(blobs, layer, top, LABEL)
      continue
    }
    if (values.length < inputs.length) throw misfit(layer, 'it reads labels, which are there in training alone')
    if (layer.type === 'Split') {
      const [input] = values
      if (!input) throw misfit(layer, 'its input 0 is missing')
      for (const top of layer.tops) define(blobs, layer, top, input)
      continue
    }
    const step = addStep(steps, layer, layer.type, values)
    layer.tops.forEach((top, i) => {
      if (i > 0 && DATA_TYPES.has(layer.type)) define(blobs, layer, top, LABEL)
      else define(blobs, layer, top, addValue(step, top))
    })
  }
  const last = new Set<Value | typeof LABEL>(blobs.values())
  for (const { layer, input } of losses) {
    if (input.readers.some(({ type }) => type === 'Softmax')) continue
    last.add(addValue(addStep(steps, layer, 'Softmax', [input]), layer.tops[0] ?? layer.name))
  }
  const made = steps.flatMap((step) => step.outputs)
  for (const value of made) if (!last.has(value)) value.name = `${value.name}:${value.step.layer.name}`
  return { steps, outputs: made.filter(({ readers }) => readers.length === 0) }
}

function addStep(steps: Step[], layer: CaffeLayer, type: string, inputs: readonly Value[]): Step {
  const step: Step = { layer, type, inputs, outputs: [] }
  for (const input of inputs) input.readers.push(step)
  steps.push(step)
  return step
}

function addValue(step: Step, name: string): Value {
  const value: Value = { name, step, readers: [] }
  step.outputs.push(value)
  return value
}

function define(blobs: Map<string, Value | typeof LABEL>, layer: CaffeLayer, name: string, value: Value | typeof LABEL): void {
  if (blobs.has(name) && !layer.bottoms.includes(name)) throw misfit(layer, `it makes the blob "${name}", which another layer makes`)
  blobs.set(name, value)
}

export function misfit(layer: CaffeLayer, why: string): ScopeError {
  return badInput(`Layer "${layer.name}" (${layer.type})`, why, 'The model does not fit together; check how it was written', layer.where)
}
