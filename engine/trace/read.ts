/** Reads a trace from a file: bounded, checked against its schema, refused in one clear sentence. */
import { badInput, type ScopeError, unsupported } from '../base/errors.ts'
import { type Trace, traceSchema } from './trace.ts'

/** A trace of the largest network, profiled often, is a tenth of this. */
export const MOST_BYTES = 64 * 2 ** 20
const HINT = 'Choose the JSON file of a profiled run'

/** `bytes`: UTF-8 JSON. Throws ScopeError `bad-input` where it is no trace, `unsupported` where it is of another schema version. */
export function readTrace(name: string, bytes: Uint8Array): Trace {
  const what = `Trace "${name}"`
  if (bytes.length > MOST_BYTES) throw badInput(what, `it has ${(bytes.length / 2 ** 20).toFixed(0)} MiB, and the limit is 64 MiB`, HINT)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw badInput(what, 'it is not JSON', HINT)
  }
  if (typeof value !== 'object' || value === null || !('schema' in value)) throw badInput(what, 'it is JSON, but not a trace', HINT)
  if (value.schema !== 1) throw wrongVersion(what, value.schema)
  const { success, data, error } = traceSchema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  throw badInput(what, `its "${issue?.path.join('.') ?? ''}" is not as a trace has it (${issue?.message ?? 'unknown'})`, HINT)
}

function wrongVersion(what: string, schema: unknown): ScopeError {
  const found = typeof schema === 'number' ? `version ${schema}` : 'an unknown version'
  return unsupported(what, `it is of ${found} of the format, and this program reads version 1`, 'Profile the model again with this program')
}
