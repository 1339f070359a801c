/** Plain safetensors files: a state dict of a known layout. */
import { stridesOf } from '../../ir/tensor.ts'
import type { Importer } from '../importer.ts'
import { openState } from '../torch/layouts/index.ts'
import { readStored, type StateDict, type StateTensor, withoutWrappers } from '../torch/state.ts'
import { type Container, isContainer, readContainer } from './container.ts'

export const importer: Importer = {
  name: 'Safetensors state dict',
  match: ({ bytes }) => isContainer(bytes),
  open: ({ bytes, name, owned }, options) =>
    openState(stateDictOf(readContainer(bytes), owned ?? false), { ...options, file: name, format: 'safetensors' }),
}

function stateDictOf({ tensors }: Container, kept: boolean): StateDict {
  const state = new Map<string, StateTensor>()
  for (const [name, { element, shape, bytes }] of tensors)
    state.set(name, { shape, dtype: element, values: () => readStored({ name, element, shape, strides: stridesOf(shape), offset: 0, bytes, kept }) })
  return withoutWrappers(state)
}
