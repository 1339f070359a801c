/** Finds the state dict in what PyTorch wrote: at the root, under "state_dict", "model" and the like, or in the modules of a program. */
import { badInput } from '../../base/errors.ts'
import type { Archive } from './legacy.ts'
import { tensorsOfProgram } from './program.ts'
import { checkStored, readStored, type StateDict, type StateTensor, type StoredTensor, shorten, withoutWrappers } from './state.ts'
import { PickleDict, PickleObject, TensorValue, type Value } from './values.ts'

/** Names under which training scripts keep the weights, the likeliest first. */
const NESTS = ['state_dict', 'model_state_dict', 'model', 'net', 'network', 'module', 'weights', 'params', 'ema']
const MAX_DEPTH = 4
const MAX_TENSORS = 100_000

/** `kept`: whether values may be views of the file. Throws ScopeError where there are no named tensors, or where a tensor does not lie inside the file. */
export function stateDictOf({ root, storage }: Archive, kept = false): StateDict {
  const dict = root instanceof PickleObject ? tensorsOfProgram(root) : findDict(root, 0)
  if (!dict) throw badInput('PyTorch checkpoint', `it holds no state dict (${describe(root)})`, 'Save one with torch.save(model.state_dict(), path)')
  const state = new Map<string, StateTensor>()
  for (const [key, value] of dict.entries) {
    if (!(value instanceof TensorValue) || typeof key !== 'string') continue
    if (state.size >= MAX_TENSORS) throw badInput('PyTorch checkpoint', `it has more than ${MAX_TENSORS} tensors`, 'Check what was saved')
    const { element } = value.storage
    const stored: StoredTensor = {
      name: key,
      element,
      shape: value.shape,
      strides: value.strides,
      offset: value.offset,
      bytes: storage(value.storage),
      kept,
    }
    checkStored(stored)
    state.set(key, { shape: value.shape, dtype: element, values: () => readStored(stored) })
  }
  return withoutWrappers(state)
}

function findDict(value: Value, depth: number): PickleDict | undefined {
  if (!(value instanceof PickleDict) || depth > MAX_DEPTH) return undefined
  const children = new Map([...value.entries].filter(([, item]) => item instanceof PickleDict))
  for (const nest of NESTS) {
    const found = findDict(children.get(nest) ?? null, depth + 1)
    if (found) return found
  }
  for (const [key, item] of value.entries) if (typeof key === 'string' && item instanceof TensorValue) return value
  return undefined
}

function describe(root: Value): string {
  if (root instanceof TensorValue) return 'a single tensor'
  if (!(root instanceof PickleDict))
    return `its root is ${root === null ? 'None' : typeof root === 'object' ? 'a container without names' : `a ${typeof root}`}`
  const keys = [...root.entries.keys()].slice(0, 5).map((k) => (typeof k === 'string' ? `"${shorten(k, 40)}"` : 'a key that is not text'))
  return keys.length ? `its root is a dict with ${keys.join(', ')}` : 'its root is an empty dict'
}
