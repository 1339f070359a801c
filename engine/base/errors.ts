/** The one error type that reaches a user: what went wrong, why, and what to do about it. */

export type ErrorCode = 'usage' | 'bad-input' | 'missing-file' | 'unsupported' | 'device' | 'check-failed' | 'cancelled' | 'internal'

export interface ErrorFields {
  readonly code: ErrorCode
  /** The thing that failed, e.g. a file or a node. */
  readonly what: string
  /** The reason, as one clause. */
  readonly why: string
  /** What the user can do, as one sentence without its full stop. */
  readonly hint: string
  /** Place in the input: node name, byte offset, key. */
  readonly where?: string
}

export class ScopeError extends Error implements ErrorFields {
  readonly code: ErrorCode
  readonly what: string
  readonly why: string
  readonly hint: string
  readonly where: string | undefined

  constructor(fields: ErrorFields, options?: { cause?: unknown }) {
    super(`${fields.what}: ${fields.why}. ${fields.hint}`, options)
    this.name = 'ScopeError'
    this.code = fields.code
    this.what = fields.what
    this.why = fields.why
    this.hint = fields.hint
    this.where = fields.where
  }

  /** Plain data for a message channel; `errorFrom` is its inverse. */
  toFields(): ErrorFields {
    const { code, what, why, hint, where } = this
    return where === undefined ? { code, what, why, hint } : { code, what, why, hint, where }
  }
}

/** Bad bytes or values in something a user gave us. */
export function badInput(what: string, why: string, hint: string, where?: string): ScopeError {
  return new ScopeError({ code: 'bad-input', what, why, hint, ...(where === undefined ? {} : { where }) })
}

/** Well-formed input that asks for something the engine does not have. */
export function unsupported(what: string, why: string, hint: string, where?: string): ScopeError {
  return new ScopeError({ code: 'unsupported', what, why, hint, ...(where === undefined ? {} : { where }) })
}

/** A file needs another one that did not come with it; `where` is the path from the first one's folder. */
export function missingFile(what: string, why: string, path: string): ScopeError {
  const hint = `Give both together: drop or choose them at once, or open the first from the folder that has "${path}" too`
  return new ScopeError({ code: 'missing-file', what, why, hint, where: path })
}

export function cancelled(what: string): ScopeError {
  return new ScopeError({ code: 'cancelled', what, why: 'it was cancelled', hint: 'Start it again when needed' })
}

/** A ScopeError for anything thrown: itself, its plain fields, or an internal error that keeps the cause. */
export function errorFrom(thrown: unknown): ScopeError {
  if (thrown instanceof ScopeError) return thrown
  if (isFields(thrown)) return new ScopeError(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  // A recursion or an allocation that hostile input drove too far is the input's fault, not ours.
  if (thrown instanceof RangeError)
    return new ScopeError(
      { code: 'bad-input', what: 'Input', why: `it asks for too much (${message})`, hint: 'Check that the file is what it claims to be' },
      { cause: thrown },
    )
  return new ScopeError(
    { code: 'internal', what: 'ShuffleScope', why: message, hint: 'Please report this with the file that caused it' },
    { cause: thrown },
  )
}

function isFields(value: unknown): value is ErrorFields {
  if (typeof value !== 'object' || value === null) return false
  const v = value as Record<string, unknown>
  return typeof v.code === 'string' && typeof v.what === 'string' && typeof v.why === 'string' && typeof v.hint === 'string'
}
