/** A model argument to a model: an id of the zoo, of a bundled or downloaded model, or a file path. */
import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { badInput, buildZooModel, labelSetOf, type Model, openModel, parseLabels, tensorOf, ZOO } from '../../engine/index.ts'
import { MAX_FILE_BYTES } from '../ipc/contract.ts'
import { diskError, readBounded } from '../services/diskFile.ts'
import { type CliContext, usage } from './context.ts'

export interface LoadOptions {
  /** [height, width] in pixels. */
  readonly input?: readonly [number, number]
}

/** Throws ScopeError `bad-input` where nothing has that name or the file cannot be read, `usage` where its input size is fixed to another. */
export async function loadModel(context: CliContext, argument: string, options: LoadOptions = {}): Promise<Model> {
  const model = await findModel(context, argument, options)
  const { input } = options
  if (input) {
    const size = tensorOf(model.graph, model.graph.inputs[0] ?? 0).fact.shape.slice(2)
    if (size.join() !== input.join())
      throw usage(`--input asks for ${input.join('x')}, and the model fixes its size to ${size.join('x')}`, 'Leave it out')
  }
  return model
}

async function findModel(context: CliContext, argument: string, { input }: LoadOptions): Promise<Model> {
  const opening = { signal: context.signal, ...(input ? { inputSize: input } : {}) }
  if (ZOO.some((entry) => entry.id === argument)) return buildZooModel(argument, input ? { inputSize: input } : {})
  const listed = (await context.models.list()).find((entry) => entry.id === argument)
  if (listed) return openModel({ ...(await context.models.bytes(argument)), owned: true }, opening)
  const bytes = await readFileOf(argument, `Model "${argument}"`, MAX_FILE_BYTES)
  const beside = (path: string): Promise<Uint8Array> => readFileOf(join(dirname(argument), path), `Weights "${path}"`, MAX_FILE_BYTES)
  return openModel({ name: basename(argument), bytes, owned: true, beside }, opening)
}

/** A user's file. Looked at before it is opened: a pipe or a device could keep us waiting for ever. */
export async function readFileOf(path: string, what: string, limit: number): Promise<Uint8Array> {
  const facts = await stat(path).catch((thrown: unknown) => {
    const error = diskError(thrown, what)
    throw what.startsWith('Model') && error.why === 'it is not there'
      ? badInput(what, 'there is no model of that name and no such file', 'List the models with "shufflescope models", or check the path')
      : error
  })
  if (!facts.isFile()) throw badInput(what, facts.isDirectory() ? 'it is a folder' : 'it is not a file', 'Give a file')
  return readBounded(path, limit, what)
}

const MAX_LABELS = 16 * 2 ** 20

/** Class names of a model, its own or those of its label set; null where nobody knows them. */
export async function labelsOf(context: CliContext, model: Model): Promise<readonly string[] | null> {
  const set = labelSetOf(model)
  if (!set) return model.labels
  return readLabels(join(context.root, 'assets/labels', set.file), `Class names "${set.title}"`)
}

export async function readLabels(path: string, what: string): Promise<string[]> {
  return parseLabels(new TextDecoder().decode(await readFileOf(path, what, MAX_LABELS)), what)
}
