/** The globals that a checkpoint may name: tensors, storages, dicts and sets. Every other is refused by its name. */
import { unsupported } from '../../base/errors.ts'
import { type ElementName, shorten } from './state.ts'
import {
  Callable,
  damaged,
  extentOf,
  extentsOf,
  PickleDict,
  PickleList,
  PickleSet,
  PickleTuple,
  Storage,
  StorageType,
  TensorValue,
  type Value,
} from './values.ts'

const STORAGES: Readonly<Record<string, ElementName>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
}

function itemsOf(value: Value | undefined): Value[] {
  if (value instanceof PickleList || value instanceof PickleTuple || value instanceof PickleSet) return [...value.items]
  throw damaged('it fills a container with something that is not a list')
}

function orderedDict(args: readonly Value[]): Value {
  const dict = new PickleDict()
  if (args.length === 0) return dict
  for (const pair of itemsOf(args[0])) {
    const [key, value] = itemsOf(pair)
    if (key === undefined || value === undefined) throw damaged('a dict has an entry that is not a pair')
    dict.entries.set(key, value)
  }
  return dict
}

/** Arguments: storage, offset, size, stride, requires_grad, backward_hooks. Source: torch/_utils.py. */
function rebuildTensor(args: readonly Value[]): Value {
  const [storage, offset, size, stride] = args
  if (!(storage instanceof Storage)) throw damaged('a tensor has no storage')
  return new TensorValue(storage, extentOf(offset, 'tensor offset'), extentsOf(size, 'tensor shape'), extentsOf(stride, 'tensor strides'))
}

function rebuildParameter(args: readonly Value[]): Value {
  const [tensor] = args
  if (!(tensor instanceof TensorValue)) throw damaged('a parameter has no tensor')
  return tensor
}

const set = (args: readonly Value[]): Value => new PickleSet(args.length ? itemsOf(args[0]) : [])

const CALLABLES: ReadonlyMap<string, Callable> = new Map(
  Object.entries({
    'collections.OrderedDict': orderedDict,
    'torch._utils._rebuild_tensor': rebuildTensor,
    'torch._utils._rebuild_tensor_v2': rebuildTensor,
    'torch._utils._rebuild_parameter': rebuildParameter,
    '__builtin__.set': set,
    'builtins.set': set,
    '__builtin__.frozenset': set,
    'builtins.frozenset': set,
  }).map(([name, call]) => [name, new Callable(name, call)]),
)

/** Throws ScopeError `unsupported` that names the global, for all but the few that state dicts are made of. */
export function globalNamed(module: string, name: string): Value {
  const full = `${module}.${name}`
  const callable = CALLABLES.get(full)
  if (callable) return callable
  const element = (module === 'torch' || module === 'torch.storage') && Object.hasOwn(STORAGES, name) ? STORAGES[name] : undefined
  if (element) return new StorageType(full, element)
  throw unsupported(
    'PyTorch checkpoint',
    `it asks for "${shorten(full)}", and only tensors, dicts, lists and numbers are read`,
    'Save the state dict alone: torch.save(model.state_dict(), path)',
    full.slice(0, 200),
  )
}

/** Persistent ids of torch.save: ('storage', type, key, location, size, [view]). */
export function storageNamed(id: Value): Storage {
  if (!(id instanceof PickleTuple)) throw damaged('a persistent id is not a tuple')
  const [kind, type, key, , size, view] = id.items
  if (kind !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string') throw damaged('a persistent id does not name a storage')
  if (view !== undefined && view !== null)
    throw unsupported(
      'PyTorch checkpoint',
      'it holds views of storages, as very old versions wrote them',
      'Save it again with a PyTorch of 1.0 or later',
    )
  return new Storage(key, type.element, extentOf(size, 'storage size'))
}
