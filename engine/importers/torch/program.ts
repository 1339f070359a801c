/** TorchScript programs: the modules in data.pkl hold the weights under their attributes. The code is not read. Source: torch/csrc/jit/serialization. */
import { unsupported } from '../../base/errors.ts'
import { shorten } from './state.ts'
import { Callable, damaged, PickleDict, PickleObject, TensorValue, type Value } from './values.ts'

/** Modules within modules; those of a network are a few deep. */
const MAX_DEPTH = 64
/** Of all modules together, each counted as often as it is reached: a pickle may hold one twice, and that one another twice. */
const MAX_ATTRIBUTES = 1_000_000
/** Of a dotted name. */
const MAX_NAME = 4096

/** Tags that TorchScript puts around plain values, which say their type to its compiler. */
const TAGS = new Set(['build_intlist', 'build_tensorlist', 'build_doublelist', 'build_boollist', 'restore_type_tag'])

/** The classes of a program, and its tags; undefined for any other global. Nothing is looked up or run: a class is its name. */
export function globalOfProgram(module: string, name: string): Value | undefined {
  const full = `${module}.${name}`
  if (module.startsWith('__torch__')) return new Callable(full, () => new PickleObject(full))
  if (module === 'torch.jit._pickle' && TAGS.has(name)) return new Callable(full, ([value]) => value ?? null)
  return undefined
}

/** The tensors of a module and of those in it by their dotted names, as its state dict has them. Throws ScopeError where modules nest without end. */
export function tensorsOfProgram(root: PickleObject): PickleDict {
  const found = new PickleDict()
  let visited = 0
  const visit = ({ state }: PickleObject, prefix: string, depth: number): void => {
    if (!(state instanceof PickleDict)) return
    if (depth > MAX_DEPTH) throw damaged(`its modules nest more than ${MAX_DEPTH} deep`)
    for (const [key, value] of state.entries) {
      if (visited++ > MAX_ATTRIBUTES) throw damaged(`its modules have more than ${MAX_ATTRIBUTES} attributes`)
      if (typeof key !== 'string') continue
      if (prefix.length + key.length > MAX_NAME) throw damaged(`a name of its modules is longer than ${MAX_NAME} characters`)
      if (value instanceof TensorValue) found.entries.set(prefix + key, value)
      else if (value instanceof PickleObject) visit(value, `${prefix}${key}.`, depth + 1)
    }
  }
  visit(root, '', 0)
  if (found.entries.size === 0)
    throw unsupported(
      `TorchScript program "${shorten(root.name)}"`,
      'its modules hold no tensors: a frozen program has its weights in its code, without names',
      'Save it before torch.jit.freeze, or save the state dict, or export the model to ONNX',
    )
  return found
}
